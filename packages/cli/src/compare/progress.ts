// What a comparison is doing and how long it still takes, on standard error: one line that changes at a terminal, a line for
// each step elsewhere, nothing for programs.
import type { Streams } from "../output.ts";
import { durationText } from "./words.ts";

/** The progress of one comparison. */
export class CompareProgress {
  readonly #streams: Streams;
  readonly #mode: "line" | "lines" | "none";
  #last = "";

  constructor(streams: Streams, json: boolean) {
    this.#streams = streams;
    this.#mode = json ? "none" : process.stderr.isTTY ? "line" : "lines";
  }

  /** A step begins, or goes on. */
  show(step: string, leftSeconds: number): void {
    if (this.#mode === "none") return;
    const text = `${step}, about ${durationText(leftSeconds)} left`;
    if (this.#mode === "line") {
      // Back to the beginning of the line, and away with what was there; cut, or a narrow terminal would begin another.
      const width = (process.stderr.columns ?? 80) - 1;
      this.#streams.err(`\r\u001b[K${text.slice(0, width)}`);
    } else if (step !== this.#last) this.#streams.err(`${text}\n`);
    this.#last = step;
  }

  /** Nothing goes on any more. */
  end(): void {
    if (this.#mode === "line" && this.#last !== "") this.#streams.err("\r\u001b[K");
    this.#last = "";
  }
}
