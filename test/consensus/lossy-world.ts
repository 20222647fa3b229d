// Worlds in which data are lost, or put back from an older copy, while the signer guards are there; under the engine as
// a node runs it (packages/node, voting-engine.ts).
import { Pbft, type PbftStart } from "@witan/consensus";
import { progressOf } from "../../packages/node/src/consensus/pbft/accounts.ts";
import {
  VotingEngine,
  type VotingEngineOptions,
} from "../../packages/node/src/consensus/pbft/voting-engine.ts";
import { validity } from "../../packages/simulator/src/engines/checks/validity.ts";
import { agreement } from "../../packages/simulator/src/pbft/checks/agreement.ts";
import { certificates } from "../../packages/simulator/src/pbft/checks/certificates.ts";
import { doubleVotes } from "../../packages/simulator/src/pbft/checks/double-votes.ts";
import type { Process } from "../../packages/simulator/src/pbft/process.ts";
import type { Begin, PbftWorld } from "../../packages/simulator/src/pbft/world.ts";
import { Violation } from "../../packages/simulator/src/world/violation.ts";
import { HARSH, harsh } from "./harsh-world.ts";
import { configOf, Stage } from "./stage.ts";

/** What of the engine a world runs: all, unless a rule is left out to see that the world finds it. */
export type LeaveOut = (options: VotingEngineOptions) => VotingEngineOptions;

function optionsOf({ plan }: PbftWorld, process: Process, start: PbftStart): VotingEngineOptions {
  return {
    config: configOf(plan, process),
    start,
    lastVotes: (key) => process.disk.lastVotes(key),
    membershipAt: (height) => process.membershipAt(height) ?? start.membership,
  };
}

/** Begins a process that has lost nothing: its records account for its guard, or the world is broken. */
export const unhurt: Begin = (world, process, start) => {
  const options = optionsOf(world, process, start);
  if (world.isLiar(process)) return new Pbft(options.config, start);
  const engine = new VotingEngine(options);
  const [silence] = engine.silences;
  if (silence !== undefined)
    throw new Violation("silence", `v${process.node} is silent for nothing: ${silence.why}`);
  for (const key of process.keys) {
    const votes = options.lastVotes(key);
    if (votes === undefined || process.membershipAt(votes.height) !== start.membership) continue;
    const view = votes.slots.at(-1)?.view ?? 0;
    if (view > (progressOf(start.records, start.membership.from)?.view ?? 0))
      throw new Violation("silence", `v${process.node} has voted in view ${view}: its records do not say so`);
  }
  return engine;
};

/** What a backup holds: all but the guards. */
interface Copy extends Pick<Process["disk"], "chain" | "bodies" | "memberships" | "held"> {
  readonly records: ReturnType<Process["disk"]["records"]>;
}

function copyOf({ disk }: Process): Copy {
  return {
    chain: [...disk.chain],
    bodies: new Set(disk.bodies),
    records: disk.records(),
    memberships: [...disk.memberships],
    held: new Set(disk.held),
  };
}

/** A process stops, a copy takes the place of its data, and it starts again; its guards stay. */
function startOn(process: Process, copy: Copy): void {
  const { disk } = process;
  process.crash();
  disk.chain.splice(0, disk.chain.length, ...copy.chain);
  disk.memberships.splice(0, disk.memberships.length, ...copy.memberships);
  disk.bodies.clear();
  for (const hash of copy.bodies) disk.bodies.add(hash);
  disk.forget();
  for (const record of copy.records) disk.put(record);
  disk.held.clear();
  for (const id of copy.held) disk.held.add(id);
  process.restart();
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
  const begin: Begin = (world, process, start) => {
    const options = optionsOf(world, process, start);
    if (world.isLiar(process)) return new Pbft(options.config, start);
    const engine = new VotingEngine(leaveOut(options));
    if (engine.silences.length > 0) seen.silent++;
    return engine;
  };
  const isHarsh = seed % 4 === 3;
  const timers = { ...(isHarsh ? HARSH : { viewTicks: 15, viewTicksMax: 60 }), resendTicks: 10 };
  const spares = seed % 3 === 0 ? 1 : 0;
  const options = { seed, begin, timers, spares, changesPermille: isHarsh ? 0 : 50 * spares };
  const twin = seed % 2 === 1 ? 0 : undefined;
  // Chains that only grow, and votes with what they rest on, are what whoever loses data can't have.
  const checks = [agreement, validity, certificates, doubleVotes];
  // Nor the same CHECKPOINT twice: the guard refuses that of a height which is applied again.
  const stage = new Stage({ ...options, twin, checks, checkpointInterval: 0 });
  stage.isShuffled = true;
  const copies = new Map(stage.correct.map((one): [Process, Copy[]] => [one, [copyOf(one)]]));
  try {
    stage.work(true);
    for (let epoch = 0; epoch < 150; epoch++) {
      if (isHarsh) stage.passes = harsh(stage);
      else season(stage);
      for (const [process, kept] of copies) seen.losses += perhapsLoses(process, kept, stage) ? 1 : 0;
      stage.play(3 + stage.random.below(20));
    }
  } catch (error) {
    return { broken: `seed ${seed}: ${error instanceof Error ? error.stack : error}`, ...seen, decided: 0 };
  }
  return { broken: undefined, ...seen, decided: stage.heights[1] };
}

/** Weather and sides for some ticks. */
function season(stage: Stage): void {
  const { random } = stage;
  const lossPermille = random.pick([0, 200]);
  const lateMax = random.pick([1, 6]);
  stage.late = () => random.below(lateMax);
  const side = stage.processes.map(() => random.below(3));
  const isSplit = random.below(3) > 0;
  const meet = (from: number, to: number) =>
    !isSplit || side[from] === 0 || side[to] === 0 || side[from] === side[to];
  stage.passes = (from, to) => meet(from, to) && !random.chance(lossPermille);
}

/** Makes a copy now and then; and now and then starts on one of the last three. @returns whether it does */
function perhapsLoses(process: Process, copies: Copy[], { random }: Stage): boolean {
  if (random.below(6) === 0) copies.push(copyOf(process));
  if (random.below(25) === 0) {
    startOn(process, random.pick(copies.slice(-3)));
    return true;
  }
  if (random.below(15) === 0) {
    process.crash();
    process.restart();
  }
  return false;
}

/**
 * The shortest way to two blocks at one height for a validator that forgets which views it has left. `v0` is Byzantine:
 * at places 0 and 4. `v1`, `v2` and place 0 leave view 0 at height 1, and decide height 1 in view 1; `v3` and place 4
 * only follow. `v2` loses its data, and follows too. Then place 4 proposes at height 2 in view 0, before `v2` and `v3`;
 * and `v1` at height 2 in view 1, before `v2` and place 0: each has a quorum if `v2`, which has left view 0, votes there.
 */
export function forgottenView(leaveOut: LeaveOut): Stage {
  const begin: Begin = (world, process, start) =>
    new VotingEngine(leaveOut(optionsOf(world, process, start)));
  const stage = new Stage({ twin: 0, begin, checks: [agreement, validity] });
  const [first, second, loser, third, twin] = [0, 1, 2, 3, 4].map((place) => stage.at(place)) as [
    Process,
    Process,
    Process,
    Process,
    Process,
  ];
  const empty = copyOf(loser);
  const within = (some: readonly Process[]) => {
    const places = new Set(some.map(({ place }) => place));
    return (from: number, to: number) => places.has(from) && places.has(to);
  };
  const [leaders, followers] = [within([first, second, loser]), within([loser, third, twin])];
  // The first primary's proposals are lost; and later the second one's, once height 1 is decided.
  stage.passes = (from, to, kind, view) =>
    leaders(from, to) && !(kind === "prePrepare" && (view === 0 || second.height > 0));
  stage.work(true, [first, second, loser]);
  until(stage, "height 1 is decided in view 1", () => loser.height === 1 && second.height === 1);
  stage.loseLetters();
  stage.passes = (_from, _to, kind) => kind === "sync" || kind === "blocks";
  startOn(loser, empty);
  for (const one of [loser, third, twin]) one.sync.claim(1, [second.place]);
  until(stage, "they follow", () => [loser, third, twin].every(({ height }) => height === 1));
  // The loser votes, and does not hear what is decided.
  const votes = (to: number) => ["prePrepare", "prepare", ...(to === loser.place ? [] : ["commit"])];
  stage.passes = (from, to, kind) => followers(from, to) && votes(to).includes(kind);
  stage.work(true, [twin]);
  stage.play(10);
  stage.passes = leaders;
  stage.play(200);
  return stage;
}

function until(stage: Stage, what: string, isSo: () => boolean): void {
  if (!stage.playUntil(isSo, 500)) throw new Violation("liveness", `never: ${what}\n${stage.standing()}`);
}
