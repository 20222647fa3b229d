// The commands `witan genesis create|check`: making a genesis file of members and settings, and checking one.
import { addressPrefixShape } from "@witan/crypto";
import {
  type Chain,
  type ConsensusParameters,
  DEFAULT_NATIVE_ASSET,
  type Genesis,
  genesisBlock,
  PARAMETER_NAMES,
} from "@witan/ledger";
import { type ConsensusMode, toTimestamp } from "@witan/primitives";
import { type Command, Option } from "commander";
import { examples } from "../examples.ts";
import { badInput } from "../exit.ts";
import { writeNewText } from "../files.ts";
import { DEFAULT_ADDRESS_PREFIX, genesisFileOf, readGenesisFile, readMemberFile } from "../genesis-input.ts";
import {
  allocationOf,
  assetOf,
  type FastPaxosOptions,
  fastPaxosOf,
  nativeOf,
  parametersOf,
  refuseFastPaxos,
  refuseWork,
  withFastPaxos,
  workOf,
} from "../genesis-options.ts";
import { collect } from "../numbers.ts";
import { printResult, type Streams, table } from "../output.ts";
import { timeOf, timeText } from "../time.ts";

interface CreateOptions extends FastPaxosOptions {
  readonly name: string;
  readonly consensus: ConsensusMode;
  readonly addressPrefix: string;
  readonly member: readonly string[];
  readonly allocation: readonly string[];
  readonly asset: readonly string[];
  readonly parameter: readonly string[];
  readonly native: string;
  readonly clients: "open" | "permitted";
  readonly time?: string;
  readonly blockInterval?: string;
  readonly subsidy?: string;
  readonly out: string;
  readonly json?: boolean;
}

/** Adds the commands `witan genesis …`. */
export function addGenesisCommands(program: Command, streams: Streams): void {
  const genesis = program.command("genesis").description("make and check the file that a chain begins with");
  withFastPaxos(genesis.command("create"))
    .description("make a genesis file and print the chain id")
    .requiredOption("--name <name>", "the network's name: 1 to 32 of a-z, 0-9, -")
    .addOption(
      new Option("--consensus <mode>", "how blocks come to count")
        .choices(["pbft", "bp-fast-paxos", "pow"])
        .default("pbft"),
    )
    .option("--member <file>", "a member file (several times)", collect, [])
    .option(
      "--allocation <address=amount>",
      "pay base units to an address, amount:asset for others",
      collect,
      [],
    )
    .option(
      "--native <name:decimals>",
      "the native asset",
      `${DEFAULT_NATIVE_ASSET.name}:${DEFAULT_NATIVE_ASSET.decimals}`,
    )
    .option("--asset <name:decimals:policy-hash>", "another asset and who may issue it", collect, [])
    .option("--parameter <name=value>", `one of ${PARAMETER_NAMES.join(", ")}`, collect, [])
    .addOption(
      new Option("--clients <mode>", "who may sign transfers").choices(["open", "permitted"]).default("open"),
    )
    .option("--address-prefix <prefix>", "1 to 12 letters a-z", DEFAULT_ADDRESS_PREFIX)
    .option("--time <time>", "when the chain begins, such as 2026-01-01T00:00:00Z (default: now)")
    .option("--block-interval <time>", "pow: between blocks, such as 5s or 500ms (default: 5s)")
    .option("--subsidy <amount>", "pow: base units that block 1 may create (default: 5000000000)")
    .option("--out <file>", "the new genesis file", "genesis.json")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      examples([
        "witan genesis create --name market --member a/member.json --member b/member.json",
        "witan genesis create --name port --consensus bp-fast-paxos --member p1/member.json --member a1/member.json --member a2/member.json",
        "witan genesis create --name lab --consensus pow --block-interval 1000 --out lab.json",
      ]),
    )
    .action(async (options: CreateOptions) => {
      const { text, chain } = genesisFileOf(await genesisOf(options));
      await writeNewText(options.out, text);
      report(streams, options.json ?? false, chain, options.out);
    });
  genesis
    .command("check")
    .argument("<file>", "a genesis file")
    .description("check a genesis file: prints the chain id, or every mistake with field, found and expected")
    .option("--json", "print JSON")
    .addHelpText("after", examples(["witan genesis check genesis.json"]))
    .action(async (file: string, options: { json?: boolean }) => {
      report(streams, options.json ?? false, await readGenesisFile(file), file);
    });
}

function report(streams: Streams, json: boolean, chain: Chain, file: string): void {
  const { genesis, chainId, mode } = chain;
  const { block } = genesisBlock(chain);
  const members = genesis.members.map(({ name, role }) => ({ name, role }));
  const result = {
    file,
    valid: true,
    chainId,
    name: genesis.name,
    consensus: mode,
    block0: block.hash,
    governanceRoot: block.header.governanceRoot,
    members,
  };
  printResult(streams, json, result, () =>
    table([
      ["file", `${file} (valid)`],
      ["chain id", chainId],
      ["name", genesis.name],
      ["consensus", mode],
      ["begins", timeText(genesis.timestamp)],
      ["block 0", block.hash],
      ["governance root", block.header.governanceRoot],
      ["members", members.map(({ name, role }) => `${name} (${role})`).join(", ") || "none"],
      ["assets", genesis.assets.map((asset, id) => `${id} ${asset.name}`).join(", ")],
      ["allocations", `${genesis.allocations.length}`],
    ]),
  );
}

async function genesisOf(options: CreateOptions): Promise<Genesis> {
  const { addressPrefix } = options;
  if (!addressPrefixShape(addressPrefix))
    throw badInput("address-prefix", `--address-prefix ${addressPrefix}: expected 1 to 12 letters a-z`);
  const members = [];
  for (const file of options.member) members.push(await readMemberFile(file));
  return {
    version: 1,
    name: options.name,
    addressPrefix,
    timestamp: toTimestamp(options.time === undefined ? Date.now() : timeOf("--time", options.time)),
    consensus: consensusOf(options),
    clientsMode: options.clients,
    members,
    parameters: parametersOf(options.parameter),
    assets: [nativeOf(options.native), ...options.asset.map(assetOf)],
    clients: [],
    allocations: options.allocation.map((text) => allocationOf(text, addressPrefix)),
  };
}

/** Of all miners together, where nobody says how many there will be: retargeting does the rest. */
const HASH_RATE = 1_000_000;

function consensusOf(options: CreateOptions): ConsensusParameters {
  const { consensus: kind } = options;
  if (kind !== "pow") refuseWork(options, kind);
  if (kind === "bp-fast-paxos") return fastPaxosOf(options);
  refuseFastPaxos(options, kind);
  if (kind === "pbft") return { kind };
  return workOf(options, HASH_RATE);
}
