// Effects of an engine, carried out in order, while the engine goes on. What must be durable first holds up what comes
// behind it; several such in a row become durable together.

/** How effects are carried out. */
export interface EffectQueueOptions<Effect> {
  /** Whether nothing behind it may happen before it is durable. Such effects, in a row, are handed over together. */
  readonly isDurable: (effect: Effect) => boolean;
  /** Carries out one effect, or several durable ones. What it returns holds up the next. */
  readonly carryOut: (effects: readonly Effect[]) => void | Promise<void>;
  /** Carrying out has failed: nothing more is done. */
  readonly onFailure: (error: unknown) => void;
}

/** One queue of effects. */
export class EffectQueue<Effect> {
  readonly #options: EffectQueueOptions<Effect>;
  #waiting: Effect[] = [];
  #state: "idle" | "working" | "stopped" = "idle";
  #ended: (() => void) | undefined;

  constructor(options: EffectQueueOptions<Effect>) {
    this.#options = options;
  }

  /** Effects that wait. */
  get length(): number {
    return this.#waiting.length;
  }

  /** Adds effects behind the others, and begins on them. */
  push(effects: readonly Effect[]): void {
    if (this.#state === "stopped") return;
    for (const effect of effects) this.#waiting.push(effect);
    if (this.#state === "idle") this.#work();
  }

  /** Drops what waits; resolves when what is being carried out has ended. */
  stop(): Promise<void> {
    this.#waiting = [];
    const working = this.#state === "working";
    this.#state = "stopped";
    return working
      ? new Promise((resolve) => {
          this.#ended = resolve;
        })
      : Promise.resolve();
  }

  #work(): void {
    this.#state = "working";
    try {
      while (this.#waiting.length > 0) {
        const done = this.#options.carryOut(this.#take());
        if (done === undefined) continue;
        done.then(
          () => this.#next(),
          (error: unknown) => this.#fail(error),
        );
        return;
      }
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#next();
  }

  #next(): void {
    if (this.#state === "stopped") this.#ended?.();
    else if (this.#waiting.length > 0) this.#work();
    else this.#state = "idle";
  }

  /** The first effect, with those behind it that become durable in one go. */
  #take(): readonly Effect[] {
    const { isDurable } = this.#options;
    let count = 1;
    if (isDurable(this.#waiting[0] as Effect))
      while (count < this.#waiting.length && isDurable(this.#waiting[count] as Effect)) count++;
    return this.#waiting.splice(0, count);
  }

  #fail(error: unknown): void {
    const stopped = this.#state === "stopped";
    this.#state = "stopped";
    this.#waiting = [];
    this.#ended?.();
    if (!stopped) this.#options.onFailure(error);
  }
}
