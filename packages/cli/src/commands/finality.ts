// The command `witan finality`: under proof of work, how likely a block is undone, or how many confirmations to wait for.
// Formulas only: it asks no node.
import { CONFIRMATIONS_MAX, confirmationsFor, nakamoto, rosenfeld } from "@witan/consensus";
import type { Command } from "commander";
import { examples } from "../examples.ts";
import { badInput } from "../exit.ts";
import { decimal, wholeNumber } from "../numbers.ts";
import { printResult, type Streams, table } from "../output.ts";

interface FinalityOptions {
  readonly attacker: string;
  readonly confirmations?: string;
  readonly risk?: string;
  readonly json?: boolean;
}

/** Adds the command `witan finality`. */
export function addFinalityCommand(program: Command, streams: Streams): void {
  program
    .command("finality")
    .description("say how likely proof of work undoes a block, or how many confirmations to wait for")
    .requiredOption("--attacker <share>", "the attacker's share of all hash power, 0 to 1")
    .option(
      "--confirmations <number>",
      "how likely a block with so many is undone (its own block is the first)",
    )
    .option("--risk <probability>", "how many confirmations make that as unlikely, above 0 and below 1")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nUnder proof of work no block is final: whoever mines in secret may come with a longer branch. The probability that one\n" +
        "ever does is told by two formulas: Nakamoto's (2008), who takes the attacker's blocks to come as a Poisson process while\n" +
        "the others find theirs in the expected time, and Rosenfeld's (2014), which is exact.\n" +
        "With --json it prints attacker, confirmations, nakamoto, rosenfeld: probabilities; with --risk it prints attacker, risk,\n" +
        "confirmations (by Rosenfeld's, the exact one), and what is needed by nakamoto and rosenfeld.\n" +
        examples([
          "witan finality --attacker 0.1 --confirmations 6",
          "witan finality --attacker 0.3 --risk 0.001",
          "witan finality --attacker 0.25 --confirmations 20 --json",
        ]),
    )
    .action((options: FinalityOptions) => answer(streams, options));
}

function answer(streams: Streams, options: FinalityOptions): void {
  const { json = false, confirmations, risk } = options;
  const attacker = decimal("--attacker", options.attacker);
  if (attacker > 1)
    throw badInput("number", `--attacker ${options.attacker}: expected a share from 0 to 1; 10 % is 0.1`);
  if (confirmations !== undefined && risk !== undefined)
    throw badInput(
      "conflicting-options",
      "--confirmations asks for a probability and --risk for confirmations: give one",
    );
  if (confirmations !== undefined)
    tellProbability(
      streams,
      json,
      attacker,
      wholeNumber("--confirmations", confirmations, CONFIRMATIONS_MAX),
    );
  else if (risk !== undefined) tellConfirmations(streams, json, attacker, riskOf(risk));
  else
    throw badInput(
      "missing-option",
      "give --confirmations N for a probability, or --risk P for confirmations",
    );
}

function tellProbability(streams: Streams, json: boolean, attacker: number, confirmations: number): void {
  const result = {
    ...{ attacker, confirmations },
    nakamoto: nakamoto(attacker, confirmations),
    rosenfeld: rosenfeld(attacker, confirmations),
  };
  printResult(streams, json, result, () => [
    ...table([
      ["attacker", `${percent(attacker)} of the hash power`],
      ["confirmations", `${confirmations}`],
      ["Nakamoto", probability(result.nakamoto)],
      ["Rosenfeld", `${probability(result.rosenfeld)} (exact)`],
    ]),
    "",
    meaning(attacker, confirmations, result.rosenfeld),
  ]);
}

function meaning(attacker: number, confirmations: number, exact: number): string {
  if (attacker >= 0.5)
    return "A miner with half of the hash power or more undoes any block, sooner or later.";
  if (confirmations === 0) return "Without a confirmation nothing holds a payment: it is in no block yet.";
  if (exact === 0)
    return attacker === 0
      ? "Nobody mines against the others: what is in a block stays."
      : "So small that no number of this computer holds it.";
  const undone = exact > 0.05 ? `${percent(exact)} of the attempts` : `one attempt in ${rounded(1 / exact)}`;
  return `A miner with ${percent(attacker)} of the hash power, who works on a secret branch, succeeds in ${undone}.`;
}

function tellConfirmations(streams: Streams, json: boolean, attacker: number, risk: number): void {
  if (attacker >= 0.5)
    throw badInput(
      "majority-attacker",
      `--attacker ${attacker}: no number of confirmations is enough against half of the hash power or more: it undoes any ` +
        "block, sooner or later. Give a share below 0.5",
    );
  const needed = { nakamoto: needs(nakamoto, attacker, risk), rosenfeld: needs(rosenfeld, attacker, risk) };
  const result = { attacker, risk, confirmations: needed.rosenfeld, ...needed };
  printResult(streams, json, result, () => [
    ...table([
      ["attacker", `${percent(attacker)} of the hash power`],
      ["risk", probability(risk)],
      ["Nakamoto", `${needed.nakamoto} confirmations`],
      ["Rosenfeld", `${needed.rosenfeld} confirmations (exact)`],
    ]),
    "",
    `With ${needed.rosenfeld} confirmations or more, a miner with ${percent(attacker)} of the hash power, who works on a secret branch, ` +
      `undoes the block with a probability of at most ${probability(risk)}.`,
  ]);
}

function needs(formula: typeof rosenfeld, attacker: number, risk: number): number {
  const confirmations = confirmationsFor(formula, attacker, risk);
  if (confirmations !== undefined) return confirmations;
  throw badInput(
    "too-many-confirmations",
    `--attacker ${attacker} --risk ${risk}: more than ${CONFIRMATIONS_MAX} confirmations would be needed. Give a smaller ` +
      "attacker or a greater risk",
  );
}

function riskOf(text: string): number {
  const risk = decimal("--risk", text);
  if (risk > 0 && risk < 1) return risk;
  throw badInput("number", `--risk ${text}: expected a probability above 0 and below 1, such as 0.001`);
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(6))} %`;
}

function probability(value: number): string {
  return `${value === 0 || value === 1 ? value : Number(value.toPrecision(6))}`;
}

function rounded(value: number): string {
  return value < 1e15 ? `${Number(value.toPrecision(3))}` : value.toExponential(2);
}
