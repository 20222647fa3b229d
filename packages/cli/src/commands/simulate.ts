// The command `witan simulate`: worlds that try to break the protocol, each from a seed; one of them again, with all that
// happens in it; and what there is to choose from.
import type { Command } from "commander";
import { examples } from "../examples.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import type { Streams } from "../output.ts";
import { runAttack } from "../simulate/attack.ts";
import { runExhaustive } from "../simulate/exhaustive.ts";
import { showList } from "../simulate/list.ts";
import { runMany } from "../simulate/many.ts";
import { runOne } from "../simulate/one.ts";
import { runSpecimen } from "../simulate/specimen.ts";
import { type TypedFlags, taskOf } from "../simulate/task.ts";
import { runAllTwins } from "../simulate/twins.ts";

const HELP = `
A seed makes a world: who is in it, the network, the clocks, what befalls whom and when, who lies and how. The same seed
makes the same world again, to the last event, on every machine; options as --members change it. Every rule is checked all
the time, and once a world has turned kind, that everything becomes final. See docs/simulation.md.
${examples([
  "witan simulate --consensus pbft --seeds 1000",
  "witan simulate --seed 4711 --trace",
  "witan simulate --seed 4711 --members 4 --diagram world.svg --window 0-2.5",
  "witan simulate --members 7 --byzantine 2 --adversary two-proposals,amnesia --network wan",
  "witan simulate --scenario fork-at-view-change --seed 1 --trace",
  "witan simulate --specimen two-phase --seeds 1000",
  "witan simulate --consensus pbft --twins",
  "witan simulate --consensus bp-fast-paxos --seeds 1000",
  "witan simulate --consensus bp-fast-paxos --proposers 2 --byzantine 1 --acceptors 7 --crashed 2",
  "witan simulate --specimen own-component-only",
  "witan simulate --specimen byzantine-acceptor-undetected",
  "witan simulate --consensus oral-messages --members 7 --byzantine 2",
  "witan simulate --consensus pow --attack double-spend --attacker 0.3 --confirmations 10",
  "witan simulate --consensus pow --attack selfish --attacker 0.4 --gamma 0",
  "witan simulate --consensus pow --attack none --shares 0.4,0.3,0.2,0.1 --delay-ms 10000 --interval-s 600",
  "witan simulate --consensus registers --variant optimized --seeds 1000",
  "witan simulate --consensus registers --exhaustive",
  "witan simulate --list",
])}`;

/** Adds the command `witan simulate`. */
export function addSimulateCommand(
  program: Command,
  streams: Streams,
  setExit: (code: number) => void,
): void {
  const command = program
    .command("simulate")
    .description(
      "run worlds that try to break it, each from a seed; exit code 1 if one does, or a specimen is not caught",
    )
    .option("--consensus <protocol>", "what the worlds run (default: pbft; that of the specimen or attack)")
    .option("--seeds <number>", "so many worlds (default: 100)")
    .option("--from <seed>", "the first seed, others count up (default: 1)")
    .option("--forever", "fresh seeds until stopped; what is found is told at once")
    .option("--seed <seed>", "the world of this seed alone")
    .option("--trace", "with --seed: print all that happens, the same bytes everywhere, and a digest of it")
    .option("--diagram <file>", "with --seed: draw it, as SVG")
    .option("--window <from-to>", "with --diagram: only this time, in seconds of the world")
    .option("--shrink", "with --seed: if it breaks a rule, make it small, and show what is left")
    .option("--level <level>", "engines alone, or whole nodes (default: what there is, by the seed)")
    .option("--members <number>", "members at the beginning (default: by the seed)")
    .option("--proposers <number>", "bp-fast-paxos: proposers at the beginning (default: by the seed)")
    .option("--acceptors <number>", "bp-fast-paxos: acceptors at the beginning (default: by the seed)")
    .option(
      "--crashed <number>",
      "bp-fast-paxos: acceptors that crash for ever, t_a at most (default: by the seed)",
    )
    .option(
      "--byzantine <number>",
      "how many members lie, or proposers of bp-fast-paxos (default: by the seed; of members rarely more than f)",
    )
    .option("--adversary <names>", "how they lie, with commas between (default: by the seed, any)")
    .option("--network <name>", "what the network is like (default: by the seed)")
    .option("--variant <name>", "registers: base, optimized or strong (default: base)")
    .option("--scenario <name>", "an accident that befell another implementation, or a scene of a classic")
    .option("--threads <number>", "worlds at the same time (default: one for each core)")
    .option("--specimen <name>", "find the failure of a design that fails, make its world small, and draw it")
    .option(
      "--twins [changes]",
      "every scenario of one validator with a twin, with up to so many changes of who hears whom (default: 2)",
    );
  withAttack(command)
    .option(
      "--exhaustive",
      "registers: search every state of a small model, and print the true bound of each variant (or of --variant)",
    )
    .option(
      "--list",
      "name protocols, scenarios, specimens, mutations, adversaries, checks, networks and faults",
    )
    .option("--json", "print JSON")
    .addHelpText("after", HELP)
    .action(async (flags: TypedFlags) => setExit(await run(streams, flags)));
}

/** Adds the options of attacks on proof of work. */
function withAttack(command: Command): Command {
  return command
    .option(
      "--attack <name>",
      "pow: measure double-spend, selfish, majority, partition or none, beside what theory says",
    )
    .option("--attacker <share>", "with --attack: its share of all hash power, 0 to 1")
    .option("--confirmations <number>", "double-spend, majority: blocks to be undone (default: 6)")
    .option("--trials <number>", "double-spend, majority, partition: how many (default: 20000)")
    .option("--gamma <share>", "selfish: of the others so many mine on its branch in a tie (default: 0)")
    .option("--blocks <number>", "selfish, none: blocks found by all together (default: 1000000)")
    .option("--shares <shares>", "none, partition: of all hash power, by miner or side, as in 0.4,0.3,0.3")
    .option("--delay-ms <number>", "none: from a block's finder to all others (default: 10000)")
    .option("--interval-s <seconds>", "none, partition: between two blocks, in the mean (default: 600)")
    .option("--partition-s <seconds>", "partition: how long it lasts (default: 3600)");
}

async function run(streams: Streams, flags: TypedFlags): Promise<ExitCode> {
  const task = taskOf(flags);
  const json = flags.json ?? false;
  switch (task.kind) {
    case "list":
      showList(streams, json);
      return EXIT.done;
    case "one":
      return await runOne(streams, json, task);
    case "many":
      return await runMany(streams, json, task);
    case "twins":
      return await runAllTwins(streams, json, task.size);
    case "exhaustive":
      return await runExhaustive(streams, json, task);
    case "attack":
      return await runAttack(streams, json, task);
    case "specimen":
      return await runSpecimen(streams, json, task);
  }
}
