// The command `witan derive`: the paper's derivation of BP Fast Paxos from Paxos, each step measured with the same seeds and
// faults.
import type { Command } from "commander";
import { runDerivation } from "../derive/run.ts";
import { examples } from "../examples.ts";
import type { ExitCode } from "../exit.ts";
import { wholeNumber } from "../numbers.ts";
import type { Streams } from "../output.ts";

interface DeriveOptions {
  readonly seeds: string;
  readonly from: string;
  readonly crashed: string;
  readonly diagram?: string;
  readonly json?: boolean;
}

/** More take hours, and show nothing else. */
const SEEDS_MAX = 10_000;
/** With more acceptors a decision is the same, and a world slower. */
const CRASHED_MAX = 3;

/** Adds the command `witan derive`. */
export function addDeriveCommand(program: Command, streams: Streams, setExit: (code: number) => void): void {
  program
    .command("derive")
    .description(
      "derive BP Fast Paxos from Paxos, step by step, and measure each; exit code 1 if a step breaks where it must not",
    )
    .option("--seeds <number>", "worlds of each kind of circumstances (of liars some times as many)", "10")
    .option("--from <seed>", "the first seed, others count up", "1")
    .option("--crashed <t>", "acceptors that may crash: each step has as few as bear that", "1")
    .option("--diagram <folder>", "draw what breaks without the next step, as SVG, into this folder")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
Paxos, Fast Paxos, Trust Change Paxos, that with proofs, BP Fast Paxos with signatures, with MACs, and with detection: for each
the acceptors needed; message delays, messages, signatures and MACs of a decision, when all goes well and when the first
proposer has crashed; what it survives, in the same worlds for all; and what breaks without what the next step brings. See
docs/classics/derivation.md.
${examples([
  "witan derive",
  "witan derive --seeds 50 --crashed 2",
  "witan derive --seeds 1 --diagram derivation/",
  "witan derive --json",
])}`,
    )
    .action(async (options: DeriveOptions) => setExit(await run(streams, options)));
}

async function run(streams: Streams, options: DeriveOptions): Promise<ExitCode> {
  const seeds = wholeNumber("--seeds", options.seeds, SEEDS_MAX, 1);
  const from = wholeNumber("--from", options.from, Number.MAX_SAFE_INTEGER - 100 * SEEDS_MAX);
  const tolerated = wholeNumber("--crashed", options.crashed, CRASHED_MAX, 1);
  return await runDerivation(streams, options.json ?? false, {
    ...{ seeds, from, tolerated },
    folder: options.diagram,
  });
}
