// Everything that happened in a world, kept for a diagram. For single worlds only: it grows with them.
import type { Happening, Recorder } from "../world/recorder.ts";

/** A happening and its time. */
export interface Recorded {
  readonly atUs: number;
  readonly happening: Happening;
}

/** Keeps all that it hears. */
export class Recording implements Recorder {
  readonly #all: Recorded[] = [];

  get all(): readonly Recorded[] {
    return this.#all;
  }

  happened(atUs: number, happening: Happening): void {
    this.#all.push({ atUs, happening });
  }
}
