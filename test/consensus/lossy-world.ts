// Worlds in which data are lost, or put back from an older copy, while the signer guards are there; under the engine as
// a node runs it (packages/node, voting-engine.ts).
import { Pbft } from "@witan/consensus";
import { progressOf } from "../../packages/node/src/consensus/accounts.ts";
import { VotingEngine, type VotingEngineOptions } from "../../packages/node/src/consensus/voting-engine.ts";
import { standing } from "./hurt.ts";
import { HARSH, harsh } from "./random-world.ts";
import type { Validator } from "./validator.ts";
import { type Begin, type Beginning, Violation, World } from "./world.ts";

/** What of the engine a world runs: all, unless a rule is left out to see that the world finds it. */
export type LeaveOut = (options: VotingEngineOptions) => VotingEngineOptions;

function optionsOf({ validator, config, start }: Beginning): VotingEngineOptions {
  return {
    config,
    start,
    lastVotes: (key) => validator.disk.guards.get(key)?.lastVotes,
    membershipAt: (height) => validator.membershipAt(height) ?? start.membership,
  };
}

/** Begins a validator that has lost nothing: its records account for its guard, or the world is broken. */
export const unhurt: Begin = (beginning) => {
  const { world, validator, config, start } = beginning;
  if (world.lies(validator.node)) return new Pbft(config, start);
  const options = optionsOf(beginning);
  const engine = new VotingEngine(options);
  const [silence] = engine.silences;
  if (silence !== undefined) throw new Violation(`v${validator.node} is silent: ${silence.why}`);
  for (const key of config.votingKeys) {
    const votes = options.lastVotes(key);
    if (votes === undefined || validator.membershipAt(votes.height) !== start.membership) continue;
    const view = votes.slots.at(-1)?.view ?? 0;
    if (view > (progressOf(start.records, start.membership.from)?.view ?? 0))
      throw new Violation(`v${validator.node} has voted in view ${view}, which its records do not say`);
  }
  return engine;
};

/** What a backup holds: all but the guards. */
interface Copy {
  readonly chain: Validator["disk"]["chain"];
  readonly bodies: Validator["disk"]["bodies"];
  readonly records: Validator["disk"]["records"];
  readonly memberships: Validator["disk"]["memberships"];
  readonly held: Validator["disk"]["held"];
}

function copyOf({ disk }: Validator): Copy {
  return {
    chain: [...disk.chain],
    bodies: new Set(disk.bodies),
    records: new Map(disk.records),
    memberships: [...disk.memberships],
    held: new Set(disk.held),
  };
}

/** A validator stops, a copy takes the place of its data, and it starts again; its guards stay. */
function startOn(validator: Validator, copy: Copy): void {
  const { disk } = validator;
  validator.crash();
  disk.chain.splice(0, disk.chain.length, ...copy.chain);
  disk.memberships.splice(0, disk.memberships.length, ...copy.memberships);
  disk.bodies.clear();
  for (const hash of copy.bodies) disk.bodies.add(hash);
  disk.records.clear();
  for (const [kind, bytes] of copy.records) disk.records.set(kind, bytes);
  disk.held.clear();
  for (const id of copy.held) disk.held.add(id);
  validator.restart();
}

/** What became of a lossy world. */
export interface Lossy {
  readonly broken: string | undefined;
  readonly losses: number;
  /** How often somebody started in silence. */
  readonly silent: number;
  readonly decided: number;
}

/**
 * Four members, one of them with a twin in every other world; short views, partitions, and data that are lost again and
 * again, by any number of members at a time: so it need not go on, and must be safe.
 */
export function lossyWorld(seed: number, leaveOut: LeaveOut): Lossy {
  const seen = { silent: 0, losses: 0 };
  const begin: Begin = (beginning) => {
    const engine = new VotingEngine(leaveOut(optionsOf(beginning)));
    if (engine.silences.length > 0) seen.silent++;
    return engine;
  };
  const isHarsh = seed % 4 === 3;
  const config = { ...(isHarsh ? HARSH : { viewTicks: 15, viewTicksMax: 60 }), resendTicks: 10 };
  const spare = seed % 3 === 0 ? 1 : 0;
  const world = new World({ members: 4, seed, twins: seed % 2, spare, begin, config });
  const copies = new Map(world.validators.map((one): [Validator, Copy[]] => [one, [copyOf(one)]]));
  try {
    for (const validator of world.validators) validator.work(true);
    for (let epoch = 0; epoch < 150; epoch++) {
      if (isHarsh) world.passes = harsh(world);
      else season(world, 0.1 * spare);
      for (const validator of world.correct)
        seen.losses += perhapsLoses(validator, copies.get(validator) ?? [], world) ? 1 : 0;
      world.run(3 + world.dice.below(20));
    }
  } catch (error) {
    return { broken: `seed ${seed}: ${error instanceof Error ? error.stack : error}`, ...seen, decided: 0 };
  }
  return { broken: undefined, ...seen, decided: world.heights[1] };
}

/** Weather and sides for some ticks. */
function season(world: World, changes: number): void {
  const { dice } = world;
  world.weather = { ...world.weather, loss: dice.of([0, 0.2]), delayMax: dice.of([1, 6]), changes };
  const side = world.validators.map(() => dice.below(3));
  const isSplit = dice.below(3) > 0;
  world.passes = (from, to) => !isSplit || side[from] === 0 || side[to] === 0 || side[from] === side[to];
}

/** Makes a copy now and then; and now and then starts on one of the last three. @returns whether it does */
function perhapsLoses(validator: Validator, copies: Copy[], { dice }: World): boolean {
  if (dice.below(6) === 0) copies.push(copyOf(validator));
  if (dice.below(25) === 0) {
    startOn(validator, dice.of(copies.slice(-3)));
    return true;
  }
  if (dice.below(15) === 0) validator.restart();
  return false;
}

/**
 * The shortest way to two blocks at one height for a validator that forgets which views it has left. `v0` is Byzantine:
 * at places 0 and 4. `v1`, `v2` and place 0 leave view 0 at height 1, and decide height 1 in view 1; `v3` and place 4
 * only follow. `v2` loses its data, and follows too. Then place 4 proposes at height 2 in view 0, before `v2` and `v3`;
 * and `v1` at height 2 in view 1, before `v2` and place 0: each has a quorum if `v2`, which has left view 0, votes there.
 */
export function forgottenView(leaveOut: LeaveOut): World {
  const begin: Begin = (beginning) => new VotingEngine(leaveOut(optionsOf(beginning)));
  const world = new World({ members: 4, twins: 1, begin });
  world.shuffled = false;
  const [first, second, loser, third, twin] = world.validators as [
    Validator,
    Validator,
    Validator,
    Validator,
    Validator,
  ];
  const empty = copyOf(loser);
  const within = (some: readonly Validator[]) => {
    const places = new Set(some.map(({ place }) => place));
    return (from: number, to: number) => places.has(from) && places.has(to);
  };
  const [leaders, followers] = [within([first, second, loser]), within([loser, third, twin])];
  // The first primary's proposals are lost; and later the second one's, once height 1 is decided.
  world.passes = (from, to, kind, view) =>
    leaders(from, to) && !(kind === "prePrepare" && (view === 0 || second.height > 0));
  for (const one of [first, second, loser]) one.work(true);
  until(world, "height 1 is decided in view 1", () => loser.height === 1 && second.height === 1);
  world.loseLetters();
  world.passes = (_from, _to, kind) => kind === "sync" || kind === "blocks";
  startOn(loser, empty);
  for (const one of [loser, third, twin]) one.askForBlocks(second.place);
  until(world, "they follow", () => [loser, third, twin].every(({ height }) => height === 1));
  // The loser votes, and does not hear what is decided.
  const votes = (to: number) => ["prePrepare", "prepare", ...(to === loser.place ? [] : ["commit"])];
  world.passes = (from, to, kind) => followers(from, to) && votes(to).includes(kind);
  twin.work(true);
  world.run(10);
  world.passes = leaders;
  world.run(200);
  return world;
}

function until(world: World, what: string, isSo: () => boolean): void {
  for (let tick = 0; !isSo(); tick++) {
    if (tick === 500) throw new Violation(`never: ${what}\n${standing(world)}`);
    world.run(1);
  }
}
