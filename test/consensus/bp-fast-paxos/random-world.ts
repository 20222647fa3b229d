// Worlds of chance: acceptors that crash and recover, a network that loses, doubles, delays and parts, any number of
// proposers that lie, members that change; and at the end a kind time, in which every correct process must decide.
import assert from "node:assert/strict";
import type { Corrections } from "@witan/consensus";
import type { Membership } from "@witan/primitives";
import { Conspiracy, Liar } from "./liar.ts";
import { World } from "./world.ts";

const BAD_TICKS = 500;
/** Some rounds of liars that say nothing, the longest of them; and then some heights. */
const KIND_TICKS = 2_500;

/** What became of a world. */
export interface Outcome {
  readonly height: number;
  readonly round: number;
  readonly crashes: number;
  readonly liars: number;
  readonly accused: number;
  /** The height from which the last members count. */
  readonly membership: number;
}

/** Plays the world of a seed. @throws what was violated */
export function randomWorld(seed: number, corrections?: Corrections): Outcome {
  const draw = new World({ seed }).random;
  const proposers = draw.between(1, 3);
  const acceptors = draw.between(4, 7);
  const liars = draw.between(0, proposers);
  const all = new Conspiracy();
  const habits = { permille: draw.pick([100, 300, 600]), untilTick: draw.pick([BAD_TICKS, 10_000]) };
  const isLiar = Array.from({ length: proposers }, (_, at) => at < liars);
  const lies = draw.shuffled(isLiar);
  const changes = draw.chance(300);
  const world = new World({
    ...{ seed, proposers, acceptors, corrections },
    spares: changes ? [draw.pick(["acceptor", "proposer"] as const)] : [],
    promiseAuthentication: draw.pick(["mac", "signature"]),
    config: { detectByzantineAcceptors: draw.chance(300) },
    liar: (own, place, name, key) => (lies[place] ? new Liar(own, place, name, key, all, habits) : undefined),
  });
  const crashes = badTime(world, changes);
  kindTime(world, liars < proposers);
  // Each round ends for a reason: nobody gets far from the others by rounds of its choice.
  const far = world.processes.find(({ engine }) => engine.status().round > 900);
  assert.equal(far?.name, undefined, `${far?.name} runs away`);
  const statuses = world.processes.map(({ engine }) => engine.status());
  return {
    ...{ height: world.heights[1], crashes, liars, accused: world.accused.length },
    round: Math.max(...statuses.map(({ round }) => round)),
    membership: statuses[0]?.membership ?? 1,
  };
}

/** Everything that can go wrong does. @returns how often somebody crashed */
function badTime(world: World, changes: boolean): number {
  const { random } = world;
  let crashes = 0;
  const loss = random.pick([0, 50, 200, 350]);
  const delay = random.pick([0, 3, 10]);
  const crashPermille = random.pick([0, 5, 20]);
  const stopPermille = random.pick([0, 1, 5]);
  world.late = () => random.below(delay + 1);
  world.doubled = () => random.chance(50);
  const writes = random.pick([0, 0, 3]);
  world.writeTicks = () => random.below(writes + 1);
  world.stops = () => {
    if (!random.chance(stopPermille)) return false;
    crashes++;
    return true;
  };
  let side = world.actors.map(() => 0);
  world.passes = (from, to) => side[from] === side[to] && !random.chance(loss);
  if (changes)
    world.special = (height) => (height % 4 === 3 ? { members: changed(world, random.below(3)) } : {});
  world.work(true);
  for (let tick = 0; tick < BAD_TICKS; tick++) {
    if (tick % 40 === 0) {
      const isParted = random.chance(400);
      side = world.actors.map(() => (isParted ? random.below(2) : 0));
      world.work(!random.chance(100));
    }
    if (random.chance(crashPermille)) {
      random.pick(world.processes).crash();
      crashes++;
    }
    // A power cut of all.
    if (random.chance(2)) for (const one of world.processes) one.crash();
    for (const one of world.processes) if (!one.up && random.chance(60)) world.start(one);
    world.play();
  }
  return crashes;
}

/** The members with the spare one, or without it, or in another order. */
function changed(world: World, how: number): Membership["members"] {
  const { members } = world.genesis;
  if (how === 0) return members;
  return how === 1 ? world.everybody : [...members].reverse();
}

/** Nothing is in the way any more but liars; at most t_a acceptors stay down. */
function kindTime(world: World, mustDecide: boolean): void {
  world.passes = () => true;
  world.late = () => 0;
  world.doubled = () => false;
  world.writeTicks = () => 0;
  world.stops = () => false;
  world.special = undefined;
  for (const one of world.processes) if (!one.up) world.start(one);
  world.work(true);
  const aim = world.heights[1] + 3;
  const isSo = world.playUntil(() => world.heights[0] >= aim, mustDecide ? KIND_TICKS : 300);
  if (mustDecide) assert.ok(isSo, `stuck at ${world.heights}, aim ${aim}\n${world.standing}`);
}
