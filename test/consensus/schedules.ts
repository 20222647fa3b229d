// Small worlds, every one of a kind: who hears what in one view, and at which effect somebody stops. Each function says
// what it found broken, or nothing.
import type { CheckMaker } from "../../packages/simulator/src/pbft/check.ts";
import type { Process } from "../../packages/simulator/src/pbft/process.ts";
import type { Begin } from "../../packages/simulator/src/pbft/world.ts";
import { Violation } from "../../packages/simulator/src/world/violation.ts";
import { Stage, type StageOptions } from "./stage.ts";

/** Within so many ticks all decide again once nothing is in the way: ten view timers of 60. */
const HEALED_TICKS = 600;

/** What is broken in a world that this builds and runs. */
function found(name: string, run: () => void): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof Violation) return `${name}: ${error.check}: ${error.message}`;
    return `${name}: ${error instanceof Error ? error.stack : error}`;
  }
}

function mustDecide(stage: Stage): void {
  stage.mustDecide(2, HEALED_TICKS);
}

/** Lets ticks pass until all of these have decided so many blocks. @returns whether they have */
function until(stage: Stage, some: readonly Process[], blocks: number, ticksMax: number): boolean {
  return stage.playUntil(() => some.every(({ height }) => height >= blocks), ticksMax);
}

/** Bits for v1, v2 and v3. */
const EIGHT = [0, 1, 2, 3, 4, 5, 6, 7];
const has = (bits: number, place: number) => ((bits >> (place - 1)) & 1) === 1;

/** Who hears what of view 0; and who is alone with one of the two liars afterwards. */
interface Equivocation {
  readonly proposal: number;
  readonly prepares: number;
  readonly commits: number;
  readonly alone: number;
}

function equivocation(stage: Stage, { proposal, prepares, commits, alone }: Equivocation): void {
  const lies = (place: number) => place % 4 === 0;
  stage.passes = (from, to, kind) => {
    if (kind === "prePrepare") return has(proposal, to) === (from === 4);
    if (kind === "prepare") return lies(to) || has(prepares, to);
    return kind === "commit" && (to === 0 || has(commits, to));
  };
  stage.work(true);
  stage.play(5);
  const side = (place: number) => place === alone || place === 0;
  const votes = ["prePrepare", "prepare", "commit"];
  stage.passes = (from, to, kind, view) => side(from) === side(to) && (view > 0 || !votes.includes(kind));
  const others = stage.correct.filter(({ place }) => !side(place));
  until(stage, others, 1, 150);
  mustDecide(stage);
}

/**
 * The primary lies: at places 0 and 4 it proposes two blocks. Every choice of who hears which proposal, who hears the
 * PREPAREs and who the COMMITs of view 0; then one correct validator is left alone with one of the two liars, while the
 * others go on with the other one; then all hear all.
 */
export function* equivocations(options: StageOptions = {}): Generator<string | undefined> {
  for (const proposal of EIGHT)
    for (const prepares of EIGHT)
      for (const commits of EIGHT)
        for (const alone of [1, 2, 3]) {
          const schedule = { proposal, prepares, commits, alone };
          yield found(JSON.stringify(schedule), () =>
            equivocation(new Stage({ twin: 0, ...options }), schedule),
          );
        }
}

/** How a dialogue begins: all is well, or the first primary is silent. */
export type Beginning = "all well" | "first primary silent";

/** Runs a dialogue until two blocks are decided, and stops it before its effect number `at`. @returns whether it came so far */
function dialogue(stage: Stage, beginning: Beginning, at: number, stop: (process: Process) => void): boolean {
  let count = 0;
  stage.stops = (process) => {
    if (count++ !== at) return false;
    stop(process);
    return true;
  };
  if (beginning === "first primary silent") stage.passes = (from) => from !== 0;
  stage.work(true);
  while (stage.heights[1] < 2 && count <= at) stage.play();
  stage.stops = () => false;
  return count > at;
}

/** One validator crashes between two effects of a dialogue, for every two; it comes back at once, or after a while. */
export function* crashes(beginning: Beginning, begin: Begin): Generator<string | undefined> {
  for (let at = 0, reached = true; reached; at++)
    for (const absent of [false, true])
      yield found(
        `${beginning}, crash before effect ${at}, ${absent ? "away for a while" : "back at once"}`,
        () => {
          const stage = new Stage({ begin });
          reached = dialogue(stage, beginning, at, (process) => process.crash());
          stage.passes = () => true;
          const others = stage.processes.filter(({ up }) => up);
          if (absent && !until(stage, others, 2, HEALED_TICKS))
            throw new Violation("liveness", "the others do not go on");
          mustDecide(stage);
        },
      );
}

/** By which of the two liars each is heard, as bits; and who is cut off from both, and from all. */
const SIDES = [
  [1, undefined],
  [2, undefined],
  [4, undefined],
  [7, undefined],
  [7, 1],
  [7, 2],
  [7, 3],
] as const;

/** All lose power between two effects, for every two; then the primary has forgotten everything, twice, and lies. */
export function* powerCuts(
  beginning: Beginning,
  begin: Begin,
  checks?: readonly CheckMaker[],
): Generator<string | undefined> {
  const liar = beginning === "all well" ? 0 : 1;
  for (let at = 0, reached = true; reached; at++)
    for (const [sides, alone] of SIDES) {
      const name = `${beginning}, power cut before effect ${at}, sides ${sides}, v${alone} alone`;
      yield found(name, () => {
        const stage = new Stage({ twin: liar, begin, checks });
        const twin = stage.at(4);
        twin.crash();
        reached = dialogue(stage, beginning, at, () => {
          for (const one of stage.processes) if (one.up) one.crash();
        });
        stage.loseLetters();
        for (const one of stage.processes) one.restart();
        stage.at(liar).lies?.forget();
        stage.work(true);
        const hears = (place: number) => ((sides >> place) & 1) === 1;
        stage.passes = (from, to) =>
          from !== alone && to !== alone && (from === liar ? !hears(to) : from !== twin.place || hears(to));
        const others = stage.correct.filter(({ place }) => place !== alone);
        until(stage, others, 2, alone === undefined ? 150 : 400);
        mustDecide(stage);
      });
    }
}
