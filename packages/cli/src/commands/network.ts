// The command `witan network create`: the homes of a whole network, for one machine or one operator.
import { join } from "node:path";
import { type ConsensusParameters, DEFAULT_NATIVE_ASSET, type Genesis, PARAMETER_NAMES } from "@witan/ledger";
import { LIMITS, toTimestamp } from "@witan/primitives";
import { type Command, Option } from "commander";
import { examples } from "../examples.ts";
import { badInput } from "../exit.ts";
import { refuseExisting } from "../files.ts";
import { DEFAULT_ADDRESS_PREFIX } from "../genesis-input.ts";
import {
  allocationOf,
  type FastPaxosOptions,
  fastPaxosOf,
  parametersOf,
  refuseFastPaxos,
  refuseWork,
  type WorkOptions,
  withFastPaxos,
  workOf,
} from "../genesis-options.ts";
import { DEVELOPMENT_KEYS, FRESH_KEYS } from "../home/key-source.ts";
import { makeNetwork, NETWORK_FILE, type NetworkList } from "../home/make-network.ts";
import { type Place, planNetwork } from "../home/network-plan.ts";
import { type NetworkMode, SEATS_HELP, type SeatOptions, seatsOf } from "../home/network-seats.ts";
import type { KeepOptions } from "../key-files.ts";
import { collect, wholeNumber } from "../numbers.ts";
import { printResult, type Streams, table } from "../output.ts";
import { homePassphrase } from "../passphrase.ts";
import { plainOption } from "./keys.ts";

interface CreateOptions extends KeepOptions, SeatOptions, FastPaxosOptions, WorkOptions {
  readonly hashRate?: string;
  readonly hosts: string;
  readonly out: string;
  readonly name: string;
  readonly consensus: NetworkMode;
  readonly rpcPort: string;
  readonly parameter: readonly string[];
  readonly allocation: readonly string[];
  readonly accounts?: string;
  readonly development?: boolean;
  readonly clients: "open" | "permitted";
  readonly json?: boolean;
}

/** The same as it is typed: who counts proposers and acceptors means their mode, as with `witan devnet`. */
type TypedOptions = Omit<CreateOptions, "consensus"> & { readonly consensus?: NetworkMode };

/** Accounts of a network for development, unless another number is asked for. */
const DEVELOPMENT_ACCOUNTS = 10;
/** When every network with open keys begins: what is made twice is the same. */
const DEVELOPMENT_TIME = Date.UTC(2026, 0, 1);

/** Adds the commands `witan network …`. */
export function addNetworkCommands(program: Command, streams: Streams): void {
  const network = program.command("network").description("make a whole network");
  withFastPaxos(network.command("create"))
    .description("make the homes of all nodes of a new network: keys, configuration and genesis")
    .addOption(
      new Option(
        "--consensus <mode>",
        "how blocks come to count (default: pbft; bp-fast-paxos with --proposers or --acceptors)",
      ).choices(["pbft", "bp-fast-paxos", "pow"]),
    )
    .option("--validators <number>", SEATS_HELP.validators)
    .option("--proposers <number>", SEATS_HELP.proposers)
    .option("--acceptors <number>", SEATS_HELP.acceptors)
    .option("--observers <number>", SEATS_HELP.observers)
    .option(
      "--hosts <host[:port],…>",
      "where each node is reached (validators, or proposers, then acceptors; then observers), or one host for all; on one host ports count up from 9600, or from the port",
      "127.0.0.1",
    )
    .requiredOption(
      "--out <dir>",
      "the new folder; each node gets its home in there: v1, …, p1, …, a1, …, m1, …, o1, …",
    )
    .option("--block-interval <time>", "pow: between blocks, such as 5s or 500ms (default: 5s)")
    .option(
      "--hash-rate <number>",
      "pow: hashes a second that each miner tries; block 1 is made as hard as that (default: as many as it can; with --development 20000)",
    )
    .option("--subsidy <amount>", "pow: base units that block 1 may create (default: 5000000000)")
    .option("--name <name>", "the network's name: 1 to 32 of a-z, 0-9, -", "witan")
    .option("--rpc-port <port>", "where clients reach the first node of a host; others count up", "9545")
    .option("--parameter <name=value>", `one of ${PARAMETER_NAMES.join(", ")} (several times)`, collect, [])
    .option("--allocation <address=amount>", "pay base units to an address (several times)", collect, [])
    .option(
      "--accounts <number>",
      "accounts with money and open secrets, for development on one machine (default: 0)",
    )
    .option(
      "--development",
      `keys that everyone knows, and ${DEVELOPMENT_ACCOUNTS} accounts: the network of genesis/ in the sources, the same each time; for one machine`,
    )
    .addOption(
      new Option("--clients <mode>", "who may sign transfers").choices(["open", "permitted"]).default("open"),
    )
    .addOption(plainOption("the secrets"))
    .option("--passphrase-file <file>", "read the passphrase of all keys from a file")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      examples([
        "witan network create --accounts 10 --out network",
        "witan network create --consensus bp-fast-paxos --proposers 2 --acceptors 4 --out network",
        "witan network create --consensus pow --validators 3 --block-interval 5s --hash-rate 20000 --out network",
        "witan network create --hosts 10.0.0.1,10.0.0.2,10.0.0.3,10.0.0.4 --passphrase-file secret.txt --out network",
      ]),
    )
    .action(async (typed: TypedOptions) => create(streams, { ...typed, consensus: modeOf(typed) }));
}

function modeOf({ consensus, proposers, acceptors, validators }: TypedOptions): NetworkMode {
  if (consensus !== undefined) return consensus;
  if ((proposers ?? acceptors) === undefined) return "pbft";
  if (validators === undefined) return "bp-fast-paxos";
  throw badInput(
    "arguments",
    "--validators are of pbft and pow, --proposers and --acceptors of bp-fast-paxos, and a network is of one mode: leave one out",
  );
}

async function create(streams: Streams, options: CreateOptions): Promise<void> {
  const { out, json = false } = options;
  const hosts = options.hosts.split(",").map((host) => host.trim());
  const seats = seatsOf(options, hosts.length);
  const rpcPort = wholeNumber("--rpc-port", options.rpcPort, 65_535, 1);
  const places = planNetwork({ seats, hosts, rpcPort });
  const hashRate = hashRateOf(options);
  const genesis = genesisOf(options, seats.length * (hashRate ?? UNBOUND_HASH_RATE));
  const accounts = accountsOf(options, genesis, places);
  // A clerk who types a passphrase twice should not hear of a folder in the way only afterwards.
  await refuseExisting(out);
  const isForDevelopment = options.development === true || accounts > 0;
  const passphrase = options.development ? undefined : await homePassphrase(options, out);
  const onHome = (name: string): void => {
    if (passphrase !== undefined && !json) streams.err(`encrypting the keys of ${name}\n`);
  };
  const keys = options.development ? DEVELOPMENT_KEYS : FRESH_KEYS;
  const list = await makeNetwork({
    ...{ out, places, genesis, keys, accounts, hashRate, isForDevelopment, passphrase, onHome },
  });
  report(streams, json, out, list, passphrase !== undefined);
}

/** How many accounts with open secrets there are to be: none where another machine takes part. */
function accountsOf(options: CreateOptions, genesis: Genesis, places: readonly Place[]): number {
  const { development, accounts = development ? `${DEVELOPMENT_ACCOUNTS}` : "0" } = options;
  const remote = places.find((place) => !place.isLoopback);
  if (development && remote !== undefined)
    throw badInput(
      "development",
      `--development makes keys that everyone knows, and ${remote.address} is not this machine: leave it out`,
    );
  if (development && options.passphraseFile !== undefined)
    throw badInput("development", "--development makes keys that everyone knows: a passphrase keeps nothing");
  const count = wholeNumber("--accounts", accounts, LIMITS.outputs - genesis.allocations.length);
  if (count > 0 && remote !== undefined)
    throw badInput(
      "accounts",
      `--accounts makes keys whose secrets lie open, and ${remote.address} is not this machine: pay with --allocation instead`,
    );
  return count;
}

/** What a core tries in a second, about, where no rate is stated. */
const UNBOUND_HASH_RATE = 1_000_000;

/** Of each miner of a network for development, which leaves the machine to its owner. */
const DEVELOPMENT_HASH_RATE = 20_000;

function hashRateOf({ hashRate, development }: CreateOptions): number | undefined {
  if (hashRate !== undefined) return wholeNumber("--hash-rate", hashRate, 1_000_000_000_000, 1);
  return development ? DEVELOPMENT_HASH_RATE : undefined;
}

/** @param hashRate of all miners together */
function genesisOf(options: CreateOptions, hashRate: number): Genesis {
  const addressPrefix = DEFAULT_ADDRESS_PREFIX;
  return {
    version: 1,
    name: options.name,
    addressPrefix,
    timestamp: toTimestamp(options.development ? DEVELOPMENT_TIME : Date.now()),
    consensus: consensusOf(options, hashRate),
    clientsMode: options.clients,
    members: [],
    parameters: parametersOf(options.parameter),
    assets: [DEFAULT_NATIVE_ASSET],
    clients: [],
    allocations: options.allocation.map((text) => allocationOf(text, addressPrefix)),
  };
}

function consensusOf(options: CreateOptions, hashRate: number): ConsensusParameters {
  if (options.consensus === "pow") {
    refuseFastPaxos(options, "pow");
    return workOf(options, hashRate);
  }
  refuseWork(options, options.consensus);
  if (options.consensus === "bp-fast-paxos") return fastPaxosOf(options);
  refuseFastPaxos(options, options.consensus);
  return { kind: options.consensus };
}

function report(streams: Streams, json: boolean, out: string, list: NetworkList, encrypted: boolean): void {
  const nodes = list.nodes.map((node) => ({ ...node, home: join(out, node.home) }));
  printResult(streams, json, { network: join(out, NETWORK_FILE), ...list, nodes }, () => [
    ...table([
      ["network", `${list.name} (${list.consensus}), in ${out}`],
      ["chain id", list.chainId],
      ["keys", encrypted ? "encrypted" : "not encrypted: their files' mode is all that guards them"],
      ...nodes.map((node): [string, string] => [
        node.name,
        `${node.role}, ${node.address}, clients at ${node.rpc}, home ${node.home}`,
      ]),
      ...(list.accounts.length > 0
        ? ([
            ["accounts", `${list.accounts.length} with open secrets, in ${join(out, NETWORK_FILE)}`],
          ] as const)
        : []),
    ]),
    "",
    "Bring each home to its machine (its keys go nowhere else), then start it there:",
    ...nodes.map(
      (node) => `  $ witan node --home ${node.home}${encrypted ? " --keys-passphrase-file FILE" : ""}`,
    ),
  ]);
}
