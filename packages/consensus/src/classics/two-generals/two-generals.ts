// Two generals and messengers that may be caught: each answers each messenger, up to an agreed number of them, and attacks at
// dawn if all came that it was to get. No number is enough (Gray, Notes on Data Base Operating Systems, 1978): whoever sends
// the last one cannot know that it came. This engine is here to fail.
import type { ClassicEffect, ClassicEngine, ClassicInput } from "../classic.ts";
import type { GiveOrder, Obeys } from "../orders.ts";

/** The how many-th messenger, from 1 on. */
export interface Messenger {
  readonly number: number;
}

/** Who it is, 0 or 1, and what both have agreed on before. */
export interface TwoGeneralsConfig {
  readonly me: number;
  /** So many messengers go in all; the first from general 0. */
  readonly messengers: number;
  /** Dawn, in ticks: long after the last messenger may have come. */
  readonly dawnTicks: number;
}

/** What it knows. */
export interface TwoGeneralsStatus {
  /** The number of the last messenger that came; 0: none. */
  readonly came: number;
  readonly obeys: "attack" | "retreat" | undefined;
}

/** What the engine takes in. */
export type TwoGeneralsInput = ClassicInput<Messenger, GiveOrder>;
/** What it wants done. */
export type TwoGeneralsEffect = ClassicEffect<Messenger, never, Obeys>;

/** One of the two. */
export class TwoGenerals implements ClassicEngine<Messenger, GiveOrder, never, Obeys, TwoGeneralsStatus> {
  readonly #config: TwoGeneralsConfig;
  #wants = false;
  #came = 0;
  #ticks = 0;
  #obeys: "attack" | "retreat" | undefined;

  constructor(config: TwoGeneralsConfig) {
    this.#config = config;
  }

  step(input: TwoGeneralsInput): readonly TwoGeneralsEffect[] {
    switch (input.kind) {
      case "request":
        if (this.#config.me !== 0 || input.request.order !== "attack") return [];
        this.#wants = true;
        return this.#answer(0);
      case "message":
        return this.#hear(input.message);
      case "tick":
        return this.#passTime();
    }
  }

  status(): TwoGeneralsStatus {
    return { came: this.#came, obeys: this.#obeys };
  }

  #hear({ number }: Messenger): readonly TwoGeneralsEffect[] {
    if (number !== this.#next || number > this.#config.messengers || this.#obeys !== undefined) return [];
    this.#came = number;
    return this.#answer(number);
  }

  /** The number of the messenger that it waits for. */
  get #next(): number {
    if (this.#came > 0) return this.#came + 2;
    return this.#config.me === 0 ? 2 : 1;
  }

  #answer(number: number): readonly TwoGeneralsEffect[] {
    const { me, messengers } = this.#config;
    if (number >= messengers) return [];
    return [{ kind: "send", to: 1 - me, message: { number: number + 1 } }];
  }

  #passTime(): readonly TwoGeneralsEffect[] {
    const { me, messengers, dawnTicks } = this.#config;
    if (++this.#ticks !== dawnTicks) return [];
    const isTold = this.#next > messengers && (me === 0 ? this.#wants : this.#came > 0);
    this.#obeys = isTold ? "attack" : "retreat";
    return [{ kind: "tell", outcome: { kind: "obeys", order: this.#obeys } }];
  }
}
