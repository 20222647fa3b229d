// Hears which letters arrive, by their names: for shrinking, which leaves out those that do not matter.
import { LetterNames } from "./network.ts";
import type { Happening, Recorder } from "./recorder.ts";

/** The letters of one world. */
export class Arrivals implements Recorder {
  readonly #kindAtUs: number;
  readonly #given = new LetterNames();
  /** Those on their way, by number. Undefined: sent while the world is kind. */
  readonly #sent = new Map<number, string | undefined>();
  readonly #names = new Set<string>();
  #count = 0;

  /** @param kindAtUs letters that are sent later have no name here: they arrive in any case */
  constructor(kindAtUs: number) {
    this.#kindAtUs = kindAtUs;
  }

  /** Names of those that arrived, in their order. */
  get names(): readonly string[] {
    return [...this.#names];
  }

  /** How many arrived, at whatever time. */
  get count(): number {
    return this.#count;
  }

  happened(atUs: number, happening: Happening): void {
    if (happening.kind === "send") {
      const { process, to, letter, what } = happening;
      if (process === to) return;
      const name = this.#given.next(process, to, what);
      this.#sent.set(letter, atUs < this.#kindAtUs ? name : undefined);
    } else if (happening.kind === "arrive" && this.#sent.has(happening.letter)) {
      const name = this.#sent.get(happening.letter);
      this.#count++;
      if (name !== undefined) this.#names.add(name);
    }
  }
}
