// The command `witan generals`: the Byzantine generals of the classics, one case or all of them.
import type { Command } from "commander";
import { examples } from "../examples.ts";
import type { ExitCode } from "../exit.ts";
import { runAllLies, runTable } from "../generals/exhaustive.ts";
import { runCase } from "../generals/one.ts";
import { type GeneralsFlags, generalsTask } from "../generals/options.ts";
import type { Streams } from "../output.ts";

/** Adds the command `witan generals`. */
export function addGeneralsCommand(
  program: Command,
  streams: Streams,
  setExit: (code: number) => void,
): void {
  program
    .command("generals")
    .description("let Byzantine generals agree on an order; exit code 1 if the loyal ones do not")
    .option("--algorithm <name>", "om: oral messages; sm: signed messages")
    .option("--generals <number>", "the commander among them (default: the fewest that bear the traitors)")
    .option("--traitors <number>", "how many lie (default: 1)")
    .option("--tolerate <m>", "run OM(m) or SM(m) for another m (default: as many as there are traitors)")
    .option("--loyal-commander", "no traitor is the commander (default: by the seed)")
    .option("--traitor-commander", "one of them is")
    .option("--order <order>", "attack or retreat (default: by the seed)")
    .option("--seed <seed>", "who is a traitor, and what they say (default: 1)")
    .option(
      "--exhaustive",
      "every placement of traitors and every lie, up to seven generals; alone: all sizes",
    )
    .option("--diagram <file>", "draw it, as SVG; with --exhaustive the smallest case that fails")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
A commander orders to attack or to retreat; lieutenants pass on what they heard, and some of them are traitors, who say what
they like. IC1: all loyal lieutenants obey the same order. IC2: if the commander is loyal, they obey its order. OM(m) needs
more than 3m generals, SM(m) any number. See docs/classics/.
${examples([
  "witan generals --algorithm om --generals 7 --traitors 2",
  "witan generals --algorithm om --generals 4 --traitors 1 --traitor-commander --diagram generals.svg",
  "witan generals --algorithm sm --generals 4 --traitors 2 --order attack --json",
  "witan generals --algorithm om --generals 3 --traitors 1 --exhaustive --diagram too-few.svg",
  "witan generals --algorithm om --exhaustive",
])}`,
    )
    .action(async (flags: GeneralsFlags) => setExit(await run(streams, flags)));
}

async function run(streams: Streams, flags: GeneralsFlags): Promise<ExitCode> {
  const task = generalsTask(flags);
  const json = flags.json ?? false;
  switch (task.kind) {
    case "case":
      return await runCase(streams, json, task.job, task.diagram);
    case "all-lies":
      return await runAllLies(streams, json, task.job, task.diagram);
    case "table":
      return runTable(streams, json, task.algorithm);
  }
}
