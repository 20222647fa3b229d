// How worlds are made small, for those who wait for it: how far it is, and what is left.
import type { Found, SpecimenProgress } from "@witan/simulator";
import cliProgress from "cli-progress";
import { type Streams, table } from "../output.ts";
import { grouped } from "./words.ts";

/** Without a terminal a line follows another after so long, in milliseconds. */
const LINE_MS = 5_000;

type Shrunk = Found["shrunk"];

/** What is left of a world. */
export function smallLines({ before, after, runs }: Pick<Shrunk, "before" | "after" | "runs">): string[] {
  const row = (label: string, of: (size: Shrunk["after"]) => number): readonly [string, string] => {
    return [label, `${grouped(of(after))}, of ${grouped(of(before))}`];
  };
  return [
    `its world made small, in ${grouped(runs)} runs:`,
    ...table([
      row("  processes", ({ processes }) => processes),
      row("  liars", ({ liars }) => liars),
      row("  faults", ({ faults }) => faults),
      row("  requests", ({ requests }) => requests),
      row("  messages", ({ letters }) => letters),
      row("  steps", ({ steps }) => steps),
    ]),
  ];
}

/** How far it is: a bar at a terminal, a line now and then elsewhere, nothing for programs. */
export class SpecimenBar {
  #bar: cliProgress.SingleBar | undefined;
  #kind: SpecimenProgress["kind"] | undefined;
  readonly #streams: Streams;
  readonly #mode: "bar" | "lines" | "none";
  readonly #seeds: number;
  #lastMs = performance.now();

  constructor(streams: Streams, json: boolean, seeds: number) {
    this.#streams = streams;
    this.#mode = json ? "none" : process.stderr.isTTY ? "bar" : "lines";
    this.#seeds = seeds;
  }

  show(step: SpecimenProgress): void {
    if (this.#mode === "lines") this.#line(step);
    if (this.#mode !== "bar") return;
    if (step.kind !== this.#kind) this.#begin(step);
    if (step.kind === "searching") this.#bar?.update(step.searched);
    else this.#bar?.update(step.runs, { letters: step.size.letters });
  }

  #line(step: SpecimenProgress): void {
    const now = performance.now();
    if (now - this.#lastMs < LINE_MS) return;
    this.#lastMs = now;
    const far =
      step.kind === "searching"
        ? `searched ${grouped(step.searched)} of ${grouped(step.seeds)} seeds`
        : `seed ${step.seed} made smaller: ${grouped(step.size.letters)} messages after ${grouped(step.runs)} runs`;
    this.#streams.err(`  ${far}\n`);
  }

  end(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }

  #begin(step: SpecimenProgress): void {
    this.end();
    this.#kind = step.kind;
    const isSearch = step.kind === "searching";
    const format = isSearch
      ? "  searched {value} of {total}"
      : "  made smaller: {letters} messages after {value} runs";
    const options = { format, clearOnComplete: true, gracefulExit: false };
    this.#bar = new cliProgress.SingleBar(options, cliProgress.Presets.shades_classic);
    this.#bar.start(step.kind === "searching" ? this.#seeds : step.runsMax, 0, { letters: "" });
  }
}
