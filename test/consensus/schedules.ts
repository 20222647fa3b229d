// Small worlds, every one of a kind: who hears what in one view, and at which effect somebody stops. Each function says
// what it found broken, or nothing.
import type { Pbft } from "@witan/consensus";
import { decides, heal, standing } from "./hurt.ts";
import type { Validator } from "./validator.ts";
import { type Begin, Violation, World, type WorldOptions } from "./world.ts";

/** Within so many ticks all decide again once nothing is in the way: ten view timers of 60. */
const HEALED_TICKS = 600;

/** What is broken in a world that this builds and runs. */
function found(name: string, run: () => void): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return `${name}: ${error instanceof Error ? `${error.name}: ${error.message}` : error}`;
  }
}

function plain(options: Omit<WorldOptions, "members">): World {
  const world = new World({ members: 4, ...options });
  world.shuffled = false;
  return world;
}

function working(world: World): void {
  for (const validator of world.validators) validator.work(true);
}

function mustDecide(world: World): void {
  heal(world);
  if (decides(world, 2, HEALED_TICKS) === undefined)
    throw new Violation(`stuck at ${world.heights}\n${standing(world)}`);
}

/** Lets ticks pass until all of these have decided so many blocks. @returns whether they have */
function until(world: World, some: readonly Validator[], blocks: number, ticksMax: number): boolean {
  const done = () => some.every(({ height }) => height >= blocks);
  for (let tick = 0; tick < ticksMax && !done(); tick++) world.run(1);
  return done();
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

function equivocation(world: World, { proposal, prepares, commits, alone }: Equivocation): void {
  const lies = (place: number) => place % 4 === 0;
  world.passes = (from, to, kind) => {
    if (kind === "prePrepare") return has(proposal, to) === (from === 4);
    if (kind === "prepare") return lies(to) || has(prepares, to);
    return kind === "commit" && (to === 0 || has(commits, to));
  };
  working(world);
  world.run(5);
  const side = (place: number) => place === alone || place === 0;
  const votes = ["prePrepare", "prepare", "commit"];
  world.passes = (from, to, kind, view) => side(from) === side(to) && (view > 0 || !votes.includes(kind));
  const others = world.correct.filter(({ place }) => !side(place));
  until(world, others, 1, 150);
  mustDecide(world);
}

/**
 * The primary lies: at places 0 and 4 it proposes two blocks. Every choice of who hears which proposal, who hears the
 * PREPAREs and who the COMMITs of view 0; then one correct validator is left alone with one of the two liars, while the
 * others go on with the other one; then all hear all.
 */
export function* equivocations(engine?: typeof Pbft): Generator<string | undefined> {
  for (const proposal of EIGHT)
    for (const prepares of EIGHT)
      for (const commits of EIGHT)
        for (const alone of [1, 2, 3]) {
          const schedule = { proposal, prepares, commits, alone };
          yield found(JSON.stringify(schedule), () =>
            equivocation(plain(engine ? { engine, twins: 1 } : { twins: 1 }), schedule),
          );
        }
}

/** How a dialogue begins: all is well, or the first primary is silent. */
export type Beginning = "all well" | "first primary silent";

/** Runs a dialogue until two blocks are decided, and stops it before its effect number `at`. @returns whether it came so far */
function dialogue(
  world: World,
  beginning: Beginning,
  at: number,
  stop: (validator: Validator) => void,
): boolean {
  let count = 0;
  world.stops = (validator) => {
    if (count++ !== at) return false;
    stop(validator);
    return true;
  };
  if (beginning === "first primary silent") world.passes = (from) => from !== 0;
  working(world);
  while (world.heights[1] < 2 && count <= at) world.run(1);
  world.stops = () => false;
  return count > at;
}

/** One validator crashes between two effects of a dialogue, for every two; it comes back at once, or after a while. */
export function* crashes(
  beginning: Beginning,
  engine?: typeof Pbft,
  begin?: Begin,
): Generator<string | undefined> {
  for (let at = 0, reached = true; reached; at++)
    for (const absent of [false, true])
      yield found(
        `${beginning}, crash before effect ${at}, ${absent ? "away for a while" : "back at once"}`,
        () => {
          const world = plain(begin ? { begin } : engine ? { engine } : {});
          reached = dialogue(world, beginning, at, (validator) => validator.crash());
          world.passes = () => true;
          const others = world.validators.filter(({ up }) => up);
          if (absent && !until(world, others, 2, HEALED_TICKS))
            throw new Violation("the others do not go on");
          mustDecide(world);
        },
      );
}

/** All lose power between two effects, for every two; then the primary has forgotten everything, twice, and lies. */
export function* powerCuts(
  beginning: Beginning,
  engine?: typeof Pbft,
  begin?: Begin,
): Generator<string | undefined> {
  const liar = beginning === "all well" ? 0 : 1;
  for (let at = 0, reached = true; reached; at++)
    for (const [sides, alone] of [
      [1, 0],
      [2, 0],
      [4, 0],
      [7, 0],
      [7, 1],
      [7, 2],
      [7, 3],
    ] as const)
      yield found(`${beginning}, power cut before effect ${at}, sides ${sides}, v${alone} alone`, () => {
        const world = plain(begin ? { begin } : engine ? { engine } : {});
        reached = dialogue(world, beginning, at, () => {
          for (const one of world.validators) one.crash();
        });
        world.loseLetters();
        const other = world.addTwin(liar);
        world.validators[liar]?.forget();
        for (const one of world.validators) if (!one.up) one.restart();
        working(world);
        // Of the two liars each is heard by some only.
        const hears = (place: number) => ((sides >> place) & 1) === 1;
        world.passes = (from, to) =>
          (alone === 0 || (from !== alone && to !== alone)) &&
          (from === liar ? !hears(to) : from !== other.place || hears(to));
        const others = world.correct.filter(({ place }) => alone === 0 || place !== alone);
        until(world, others, 2, alone === 0 ? 150 : 400);
        mustDecide(world);
      });
}
