// The command `witan network create`: the homes of a whole network, for one machine or one operator.
import { join } from "node:path";
import { DEFAULT_NATIVE_ASSET, type Genesis, PARAMETER_NAMES } from "@witan/ledger";
import { LIMITS, toTimestamp } from "@witan/primitives";
import { type Command, Option } from "commander";
import { examples } from "../examples.ts";
import { badInput } from "../exit.ts";
import { refuseExisting } from "../files.ts";
import { DEFAULT_ADDRESS_PREFIX } from "../genesis-input.ts";
import { allocationOf, parametersOf } from "../genesis-options.ts";
import { makeNetwork, NETWORK_FILE, type NetworkList } from "../home/make-network.ts";
import { planNetwork } from "../home/network-plan.ts";
import type { KeepOptions } from "../key-files.ts";
import { collect, wholeNumber } from "../numbers.ts";
import { printResult, type Streams, table } from "../output.ts";
import { homePassphrase } from "../passphrase.ts";
import { plainOption } from "./keys.ts";

interface CreateOptions extends KeepOptions {
  readonly validators?: string;
  readonly hosts: string;
  readonly out: string;
  readonly name: string;
  readonly consensus: "pbft";
  readonly rpcPort: string;
  readonly parameter: readonly string[];
  readonly allocation: readonly string[];
  readonly accounts: string;
  readonly clients: "open" | "permitted";
  readonly json?: boolean;
}

const VALIDATORS_DEFAULT = 4;

/** Adds the commands `witan network …`. */
export function addNetworkCommands(program: Command, streams: Streams): void {
  program
    .command("network")
    .description("make a whole network")
    .command("create")
    .description("make the homes of all validators of a new network: keys, configuration and genesis")
    .option(
      "--validators <number>",
      `how many (default: one for each host; ${VALIDATORS_DEFAULT} on a single host)`,
    )
    .option(
      "--hosts <host[:port],…>",
      "where each validator is reached, or one host for all; on one host ports count up from 9600, or from the port",
      "127.0.0.1",
    )
    .requiredOption("--out <dir>", "the new folder; validator i gets its home in vI")
    .option("--name <name>", "the network's name: 1 to 32 of a-z, 0-9, -", "witan")
    .addOption(new Option("--consensus <mode>", "how blocks come to count").choices(["pbft"]).default("pbft"))
    .option("--rpc-port <port>", "where clients reach the first validator of a host; others count up", "9545")
    .option("--parameter <name=value>", `one of ${PARAMETER_NAMES.join(", ")} (several times)`, collect, [])
    .option("--allocation <address=amount>", "pay base units to an address (several times)", collect, [])
    .option(
      "--accounts <number>",
      "accounts with money and open secrets, for development on one machine",
      "0",
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
        "witan network create --hosts 10.0.0.1,10.0.0.2,10.0.0.3,10.0.0.4 --passphrase-file secret.txt --out network",
      ]),
    )
    .action(async (options: CreateOptions) => create(streams, options));
}

async function create(streams: Streams, options: CreateOptions): Promise<void> {
  const { out, json = false } = options;
  const hosts = options.hosts.split(",").map((host) => host.trim());
  const validators =
    options.validators === undefined
      ? hosts.length === 1
        ? VALIDATORS_DEFAULT
        : hosts.length
      : wholeNumber("--validators", options.validators, LIMITS.members, 1);
  const rpcPort = wholeNumber("--rpc-port", options.rpcPort, 65_535, 1);
  const places = planNetwork({ validators, hosts, rpcPort });
  const genesis = genesisOf(options);
  const accounts = wholeNumber("--accounts", options.accounts, LIMITS.outputs - genesis.allocations.length);
  const remote = places.find((place) => !place.isLoopback);
  if (accounts > 0 && remote !== undefined)
    throw badInput(
      "accounts",
      `--accounts makes keys whose secrets lie open, and ${remote.address} is not this machine: pay with --allocation instead`,
    );
  // A clerk who types a passphrase twice should not hear of a folder in the way only afterwards.
  await refuseExisting(out);
  const passphrase = await homePassphrase(options, out);
  const onHome = (name: string): void => {
    if (passphrase !== undefined && !json) streams.err(`encrypting the keys of ${name}\n`);
  };
  const list = await makeNetwork({ out, places, genesis, accounts, passphrase, onHome });
  report(streams, json, out, list, passphrase !== undefined);
}

function genesisOf(options: CreateOptions): Genesis {
  const addressPrefix = DEFAULT_ADDRESS_PREFIX;
  return {
    version: 1,
    name: options.name,
    addressPrefix,
    timestamp: toTimestamp(Date.now()),
    consensus: { kind: options.consensus },
    clientsMode: options.clients,
    members: [],
    parameters: parametersOf(options.parameter),
    assets: [DEFAULT_NATIVE_ASSET],
    clients: [],
    allocations: options.allocation.map((text) => allocationOf(text, addressPrefix)),
  };
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
        `${node.address}, clients at ${node.rpc}, home ${node.home}`,
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
