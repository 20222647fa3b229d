// A fuzzer: makes inputs after a grammar and by mutating those that reached something new, runs them, and keeps
// what reaches code or answers not seen before. All it does follows from its seed and from how long it may run.
import { BYTE_MUTATIONS } from "../differential/byte-mutations.ts";
import { Dice } from "../differential/dice.ts";
import { Coverage } from "./coverage.ts";

/** Something that takes bytes from outside. */
export interface Target {
  readonly name: string;
  /** Valid inputs to begin with. */
  readonly seeds: () => readonly Uint8Array[];
  /** A new input, perhaps a valid one. */
  readonly make?: (dice: Dice) => Uint8Array;
  /**
   * Takes an input and checks every property that must hold.
   * @returns what the answer was like: answers that are alike have the same text
   * @throws whatever breaks a property
   */
  readonly run: (bytes: Uint8Array) => string;
}

/** What a run did. */
export interface FuzzReport {
  readonly executions: number;
  readonly corpus: number;
  readonly functions: number;
  /** Milliseconds of the slowest input. */
  readonly slowestMs: number;
  /** How often each answer was given. */
  readonly answers: ReadonlyMap<string, number>;
}

/** The mutation whose results are large, and slow. */
const LARGE = "drawn out to a limit";
const SMALL = Object.keys(BYTE_MUTATIONS).filter((name) => name !== LARGE);
const BATCH = 24;
const CORPUS_MAX = 2_000;
const INPUT_BYTES_MAX = 200_000;
/** No input may take longer, on however busy a machine: this only tells that something hangs. */
const HANG_MS = 10_000;

class Fuzzing {
  readonly corpus: Uint8Array[] = [];
  readonly answers = new Map<string, number>();
  executions = 0;
  slowestMs = 0;
  readonly #target: Target;
  readonly #dice: Dice;
  readonly #coverage = new Coverage();

  constructor(target: Target, seed: number) {
    this.#target = target;
    this.#dice = new Dice(seed);
  }

  run(ms: number): FuzzReport {
    try {
      for (const bytes of [new Uint8Array(0), ...this.#target.seeds()]) {
        this.#execute(bytes);
        this.corpus.push(bytes);
      }
      this.#coverage.take();
      const end = performance.now() + ms;
      while (performance.now() < end) this.#batch();
    } finally {
      this.#coverage.stop();
    }
    const { executions, slowestMs, answers } = this;
    return {
      executions,
      slowestMs,
      answers,
      corpus: this.corpus.length,
      functions: this.#coverage.functions,
    };
  }

  #batch(): void {
    const inputs = Array.from({ length: BATCH }, () => this.#input());
    const fresh = inputs.filter((bytes) => this.#execute(bytes));
    // Coverage is asked for once a batch, and input by input only where the batch reached something new.
    const found = this.#coverage.take("look") ? inputs.filter((bytes) => this.#reachesNew(bytes)) : [];
    for (const bytes of new Set([...fresh, ...found])) this.#keep(bytes);
  }

  #reachesNew(bytes: Uint8Array): boolean {
    this.#execute(bytes);
    return this.#coverage.take();
  }

  #keep(bytes: Uint8Array): void {
    if (this.corpus.length < CORPUS_MAX) this.corpus.push(bytes);
    else this.corpus[this.#dice.below(CORPUS_MAX)] = bytes;
  }

  #input(): Uint8Array {
    const dice = this.#dice;
    const { make } = this.#target;
    if (make && dice.chance(30)) return make(dice);
    let bytes = dice.pick(this.corpus);
    for (let times = dice.pick([1, 1, 1, 2, 3, 6]); times > 0; times--) {
      const mutate = BYTE_MUTATIONS[dice.chance(2) ? LARGE : dice.pick(SMALL)];
      if (mutate) bytes = mutate(bytes, dice.pick(this.corpus), dice);
    }
    return bytes.length > INPUT_BYTES_MAX ? bytes.slice(0, INPUT_BYTES_MAX) : bytes;
  }

  /** Runs one input; whether the answer is of a new kind. */
  #execute(bytes: Uint8Array): boolean {
    const start = performance.now();
    let answer: string;
    try {
      answer = this.#target.run(bytes);
    } catch (error) {
      const hex = Buffer.from(bytes).toString("hex").slice(0, 4_000);
      throw new Error(`${this.#target.name}: ${error}\ninput of ${bytes.length} bytes: ${hex}`, {
        cause: error,
      });
    }
    const took = performance.now() - start;
    this.executions++;
    this.slowestMs = Math.max(this.slowestMs, took);
    if (took > HANG_MS) throw new Error(`${this.#target.name}: ${took} ms for ${bytes.length} bytes`);
    const count = this.answers.get(answer) ?? 0;
    this.answers.set(answer, count + 1);
    return count === 0;
  }
}

/** Fuzzes a target for so long. @throws with the input, if a property breaks */
export function fuzz(target: Target, seed: number, ms: number): FuzzReport {
  return new Fuzzing(target, seed).run(ms);
}
