// The life of one process in a test: its ports ask it at each call whether they still work, and tests end it at any of
// these calls. What a dead process had asked for is never answered.

/** Told of each call of a port, before it takes effect: who it is that calls, and what. */
export type OnPoint = (life: Life, point: string) => void;

/** One process. */
export class Life {
  readonly name: string;
  readonly #onPoint: OnPoint;
  #alive = true;

  constructor(name: string, onPoint: OnPoint) {
    this.name = name;
    this.#onPoint = onPoint;
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** A port is called. @returns whether it works */
  reach(point: string): boolean {
    if (this.#alive) this.#onPoint(this, point);
    return this.#alive;
  }

  /** The answer of a port that may have died meanwhile: then it never comes. */
  async answered<T>(answer: Promise<T> | T): Promise<T> {
    const value = await answer;
    return this.#alive ? value : never<T>();
  }

  end(): void {
    this.#alive = false;
  }
}

/** What a dead process waits for. */
export function never<T>(): Promise<T> {
  return new Promise(() => {});
}
