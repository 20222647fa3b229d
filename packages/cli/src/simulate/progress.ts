// How far many worlds are, on standard error: a bar at a terminal, a line now and then elsewhere, nothing for programs.
import type { Totals } from "@witan/simulator";
import cliProgress from "cli-progress";
import type { Streams } from "../output.ts";
import type { ManyWorlds } from "./task.ts";
import { grouped } from "./words.ts";

/** Without a terminal a line follows another after so long, in milliseconds. */
const LINE_MS = 10_000;

/** The progress of one run. */
export class WorldsProgress {
  readonly #streams: Streams;
  readonly #count: number;
  readonly #mode: "bar" | "lines" | "none";
  #bar: cliProgress.SingleBar | undefined;
  #lastMs = performance.now();
  #done = 0;
  #found = 0;

  constructor(streams: Streams, json: boolean, { world, from, count, threads }: ManyWorlds) {
    this.#streams = streams;
    this.#count = count;
    this.#mode = json ? "none" : process.stderr.isTTY ? "bar" : "lines";
    if (this.#mode === "none") return;
    const many = count === Number.POSITIVE_INFINITY ? "worlds until Ctrl-C" : `${grouped(count)} worlds`;
    streams.err(`${world.protocol}: ${many}, seeds from ${from}, on ${threads} cores …\n`);
    if (this.#mode === "bar") this.#begin();
  }

  /** A world is through. */
  show({ worlds, events }: Totals): void {
    this.#done = worlds;
    this.#bar?.update(worlds, { events: grouped(events), found: this.#found });
    const now = performance.now();
    if (this.#mode !== "lines" || now - this.#lastMs < LINE_MS) return;
    this.#lastMs = now;
    const of = Number.isFinite(this.#count) ? ` of ${grouped(this.#count)}` : "";
    this.#streams.err(
      `  ${grouped(worlds)}${of} worlds, ${grouped(events)} events, ${this.#found} violations\n`,
    );
  }

  found(): void {
    this.#found++;
  }

  /** Says something that stays: the bar goes on below it. */
  aside(text: string): void {
    this.end();
    this.#streams.err(text);
    if (this.#mode === "bar") this.#begin();
  }

  end(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }

  #begin(): void {
    const isEndless = !Number.isFinite(this.#count);
    const format = isEndless
      ? "  {value} worlds, {events} events, {found} violations"
      : "  {bar} {value} of {total} worlds, {events} events, {found} violations, {eta_formatted} left";
    const options = { format, clearOnComplete: true, gracefulExit: false, hideCursor: true };
    this.#bar = new cliProgress.SingleBar(options, cliProgress.Presets.shades_classic);
    this.#bar.start(isEndless ? 1_000_000_000 : this.#count, this.#done, { events: 0, found: this.#found });
  }
}
