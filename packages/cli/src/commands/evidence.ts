// The command `witan evidence`: who is proven to have lied, by what the stores of some nodes hold. Works on the homes of
// nodes that are stopped, and changes nothing in them.
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { chooseScheme } from "@witan/crypto/node";
import { type Chain, toJson } from "@witan/ledger";
import { type Convict, type Fork, type Investigation, investigate, StoredStatements } from "@witan/node";
import type { SignatureScheme } from "@witan/primitives";
import { openLevelStore } from "@witan/storage/level";
import type { Command } from "commander";
import type { NodeConfig } from "../config/fields.ts";
import { loadConfig } from "../config/load.ts";
import { examples } from "../examples.ts";
import { badInput, CommandFailure, EXIT } from "../exit.ts";
import { readGenesisFile } from "../genesis-input.ts";
import { HOME_FILES } from "../home/files.ts";
import { printResult, type Streams } from "../output.ts";
import { startFailure } from "../running/start-failure.ts";

interface EvidenceOptions {
  readonly home: readonly string[];
  readonly json?: boolean;
}

/** Adds the command `witan evidence`. */
export function addEvidenceCommand(
  program: Command,
  streams: Streams,
  setExit: (code: number) => void,
): void {
  program
    .command("evidence")
    .description(
      "find out from the stores of stopped nodes who has lied: members who signed what contradicts itself, and whether two blocks were decided at one height; exit code 1 if anybody has, or if they were",
    )
    .requiredOption(
      "--home <dir>",
      "the home of a node; again for each more. Of nodes that do not agree, give all",
      (dir: string, before: readonly string[] | undefined) => [...(before ?? []), dir],
    )
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `\nWhat is told against a member is two messages with its signatures, which nobody who keeps the rules signs both of.${examples(
        ["witan evidence --home v1 --home v2", "witan evidence --home v1 --home v2 --home v3 --json"],
      )}`,
    )
    .action(async (options: EvidenceOptions) => setExit(await evidence(streams, options)));
}

interface OpenedHome {
  readonly home: string;
  readonly chain: Chain;
  readonly statements: StoredStatements;
}

async function evidence(streams: Streams, { home, json = false }: EvidenceOptions): Promise<number> {
  const opened: OpenedHome[] = [];
  const closing: (() => Promise<void>)[] = [];
  try {
    for (const dir of home) opened.push(await open(dir, closing));
    const [first] = opened as [OpenedHome];
    for (const { home: dir, chain } of opened)
      if (chain.chainId !== first.chain.chainId)
        throw badInput(
          "chain-other",
          `${dir} is a home of chain ${chain.chainId}, ${first.home} of ${first.chain.chainId}: give homes of one chain`,
        );
    const stores = opened.map(({ statements }) => statements);
    const found = investigate(first.chain, stores, await scheme());
    const homes = opened.map(({ home: dir, statements: { tip } }) => ({ home: dir, height: tip.height }));
    printResult(streams, json, toJson({ homes, ...found, fork: found.fork ?? null }), () =>
      linesOf(found, opened),
    );
    return found.fork === undefined && found.guilty.length === 0 ? EXIT.done : EXIT.no;
  } finally {
    for (const close of closing) await close();
  }
}

async function open(home: string, closing: (() => Promise<void>)[]): Promise<OpenedHome> {
  await expectFolder(home);
  // Neither flags nor environment: they would mean one folder for all homes.
  const { config } = await loadConfig({ home, env: {}, flags: {} });
  const chain = await readGenesisFile(join(config.home, HOME_FILES.genesis));
  if (chain.mode !== "pbft")
    throw badInput(
      "chain-mode",
      `${home} is a home of a chain of mode ${chain.mode}, expected pbft` +
        (chain.mode === "bp-fast-paxos"
          ? ": there each node keeps what it saw of others, and tells it by the RPC method consensus_evidence while it runs"
          : ""),
    );
  try {
    const store = await openLevelStore(config.storage.dataDir, { create: false });
    closing.push(() => store.close());
    const statements = await StoredStatements.read(chain, store);
    if (statements !== undefined) return { home, chain, statements };
  } catch (error) {
    throw storeFailure(error, config);
  }
  throw badInput("store-empty", `${config.storage.dataDir} holds no chain yet: start the node once`);
}

/** `node` takes a configuration file for a home too; here the store is wanted, which is not always beside it. */
async function expectFolder(home: string): Promise<void> {
  const found = home === "" ? undefined : await stat(home).catch(() => undefined);
  if (found?.isDirectory()) return;
  const what = home === "" ? '""' : home;
  const why = home !== "" && found ? "that is a file" : "there is no such folder";
  throw badInput(
    "home",
    `--home ${what}: ${why}. Give the home of a node: the folder with config.toml, genesis.json and data, as --home net/v1`,
  );
}

function storeFailure(error: unknown, config: NodeConfig): CommandFailure {
  const failure = startFailure(error, config);
  if (failure.reason !== "store-locked") return failure;
  return new CommandFailure(
    EXIT.unable,
    failure.reason,
    `${config.storage.dataDir} is in use: a store is read while its node is stopped. Stop the node of ${config.home}, or copy its home while it is stopped and give the copy`,
  );
}

async function scheme(): Promise<SignatureScheme> {
  const chosen = await chooseScheme("auto");
  if (chosen.ok) return chosen.value.scheme;
  throw new CommandFailure(
    EXIT.unable,
    `verifier-${chosen.code}`,
    `no backend can check signatures here: ${chosen.detail ?? chosen.code}`,
  );
}

function linesOf(
  { fork, statements, unsigned, guilty }: Investigation,
  homes: readonly OpenedHome[],
): readonly string[] {
  const lines: string[] = [];
  if (fork !== undefined) lines.push(...forkLines(fork, homes));
  for (const one of guilty) lines.push(...convictLines(one));
  if (guilty.length === 0) lines.push("nothing contradicts: nobody is proven to have lied");
  else lines.push(`proven to have lied: ${namesOf(guilty).join(", ")}`);
  if (fork !== undefined && isDecidedTwice(fork.blocks) && namesOf(guilty).length <= fork.faultyMax)
    lines.push(
      `more than ${fork.faultyMax} must have lied: give the homes of more nodes, the others' stores prove who`,
    );
  lines.push(
    `looked at ${statements} signed messages of ${homes.length === 1 ? "one store" : `${homes.length} stores`}`,
  );
  if (unsigned > 0)
    lines.push(`${unsigned} more have signatures that do not hold: those stores were changed`);
  return lines;
}

function forkLines({ height, blocks }: Fork, homes: readonly OpenedHome[]): readonly string[] {
  const lines = [
    isDecidedTwice(blocks)
      ? `two blocks were decided at height ${height}:`
      : `the stores differ at height ${height}, and only one of them can be right:`,
  ];
  for (const [at, block] of blocks.entries()) {
    const wrong =
      block?.certified === false ? ", whose certificate does not hold: this store was changed" : "";
    lines.push(
      `  ${homes[at]?.home ?? ""}: ${block === null ? "ends below" : `block ${block.hash}`}${wrong}`,
    );
  }
  return lines;
}

function isDecidedTwice(blocks: Fork["blocks"]): boolean {
  return new Set(blocks.flatMap((block) => (block?.certified ? [block.hash] : []))).size > 1;
}

function convictLines({ name, membership, kind, first, second }: Convict): readonly string[] {
  return [
    `${name} (a member from height ${membership} on), ${kind}: ${MEANINGS[kind]}`,
    `  ${first.says}`,
    `  ${second.says}`,
  ];
}

const MEANINGS: Readonly<Record<Convict["kind"], string>> = {
  "double-vote": "it voted for two blocks in one view at one height",
  "forgotten-lock": "it was prepared, and asked for a later view as if it were not",
  "forgotten-decision": "it had decided a height, and asked for a later view as if it had not",
  "double-view-change": "it asked for one view twice, prepared for different things",
  "double-new-view": "it began one view in two ways",
  "against-new-view": "it voted otherwise than its own NEW-VIEW allows",
};

function namesOf(guilty: readonly Convict[]): readonly string[] {
  return [...new Set(guilty.map(({ name }) => name))];
}
