// Every field of a node's configuration, in one table: what config.toml, the environment, flags, help texts and the types
// say of them comes from here.
import { MEMPOOL_LIMITS } from "@witan/primitives";
import { RPC_LIMITS } from "@witan/rpc/server";
import {
  address,
  choice,
  type Field,
  flag,
  integer,
  origins,
  path,
  paths,
  payee,
  peers,
  share,
} from "./field.ts";

const MIB = 1024 * 1024;
const DAY_MS = 24 * 60 * 60 * 1000;

/** The fields by section. */
export const FIELDS = {
  network: {
    listen: address("0.0.0.0:9600", "where other nodes reach this one; port 0: any that is free"),
    peers: peers("nodes to connect to: other members with their addresses; observers; members to be"),
  },
  rpc: {
    listen: address("127.0.0.1:9545", "where clients reach this node; wider than loopback needs tokens"),
    readTokenFile: path("", "a file with the token that may read"),
    submitTokenFile: path("", "a file with the token that may submit transactions, and read"),
    operateTokenFile: path("", "a file with the token that may do everything"),
    allowedOrigins: origins("web pages that may call, besides the node's own"),
    tlsCertFile: path("", "a PEM file with the certificate, and those that vouch for it: the RPC speaks TLS"),
    tlsKeyFile: path("", "a PEM file with the certificate's key"),
    explorer: flag(true, "serve the web page that shows the chain, at the address itself"),
    connections: integer(RPC_LIMITS.connections, [1, 65_536], "connections, of HTTP and WebSocket"),
    connectionsPerSource: integer(
      RPC_LIMITS.connectionsPerSource,
      [1, 65_536],
      "connections from one address; from IPv6, from one network of 64 bits",
    ),
    callsPerSecond: integer(
      RPC_LIMITS.callsPerSecond,
      [1, 1_000_000],
      "calls from one address in a second; what is beyond is refused",
    ),
    wrongPerSecond: integer(
      RPC_LIMITS.wrongPerSecond,
      [1, 1_000_000],
      "requests from one address in a second that are wrong, before it is kept waiting for answers",
    ),
  },
  consensus: {
    viewTimeoutMs: integer(
      1_000,
      [10, DAY_MS],
      "how long a validator waits for a block before it changes views, and an acceptor before it suspects the proposer",
    ),
    viewTimeoutMaxMs: integer(4_000, [10, DAY_MS], "what doubling of that time never exceeds"),
    tickMs: integer(10, [1, 1_000], "how often timers are looked at"),
    minimumSharePermille: integer(
      200,
      [0, 1_000],
      "bp-fast-paxos: an acceptor suspects a proposer whose blocks hold less than so many thousandths of the best of late, while more waits than they take; 0: none",
    ),
    assumedAttackerShare: share(0.1, "pow: the share of all hash power that an attacker is taken to have"),
    reversalRisk: share(
      0.001,
      "pow: a transaction is called final when it is undone with a probability of at most this",
    ),
  },
  mining: {
    enabled: flag(false, "pow: mine blocks"),
    address: payee("pow: to whom blocks that are mined here pay; needed where blocks are mined"),
    threads: integer(0, [0, 256], "pow: threads that try nonces; 0: one for each core"),
    hashRate: integer(
      0,
      [0, 1_000_000_000_000],
      "pow: hashes a second, all threads together; 0: as many as they can",
    ),
  },
  keys: {
    voting: paths(
      ["keys/voting.json"],
      "the voting key; several: a replaced key and its successor; none: an observer",
    ),
    acceptors: path(
      "",
      "bp-fast-paxos with promises by MAC: the key that all acceptors share, and nobody else has",
    ),
    peer: path("keys/peer.json", "the key that names this node on the network", true),
    passphraseFile: path("", "a file with the passphrase of the keys"),
    development: flag(false, "the chain's accounts have open secrets: the node serves this machine only"),
  },
  storage: {
    dataDir: path("data", "the folder of the database", true),
    addressIndex: flag(
      false,
      "keep an index by address, for balances and wallets: a node with it writes three times as much",
    ),
    outputCacheMiB: integer(192, [1, 1_048_576], "memory for outputs that are likely to be spent"),
    flushMiB: integer(
      2,
      [1, 1_048_576],
      "memory of changed outputs after which they are written: bounds a replay, and the pause of a write",
    ),
  },
  verifier: {
    backend: choice("auto", ["auto", "native", "wasm", "noble"], "what checks signatures"),
    workers: integer(0, [0, 256], "threads that check signatures; 0: one for each core"),
  },
  mempool: {
    transactions: integer(MEMPOOL_LIMITS.transactions, [1, 10_000_000], "pending transactions"),
    memoryMiB: integer(MEMPOOL_LIMITS.bytes / MIB, [1, 1_048_576], "memory of pending transactions"),
    perClient: integer(MEMPOOL_LIMITS.perClient, [1, 10_000_000], "pending transactions signed by one key"),
    waiting: integer(
      MEMPOOL_LIMITS.orphans,
      [0, 1_000_000],
      "transactions that wait for inputs not seen yet",
    ),
    waitingMs: integer(MEMPOOL_LIMITS.orphanMs, [1, DAY_MS], "how long each of those may wait"),
  },
  log: {
    level: choice("info", ["trace", "debug", "info", "warn", "error"], "the least that is logged"),
    format: choice("text", ["text", "json"], "lines for people, or JSON lines"),
  },
  metrics: {
    listen: address("", "where Prometheus reads metrics; empty: nowhere", true),
  },
} as const;

type Fields = typeof FIELDS;
type Value<F> = F extends Field<infer T> ? T : never;

/** What holds for a node: checked, paths made absolute, frozen. */
export type NodeConfig = {
  /** The node's folder, absolute. */
  readonly home: string;
} & {
  readonly [Section in keyof Fields]: {
    readonly [Key in keyof Fields[Section]]: Value<Fields[Section][Key]>;
  };
};

/** One field with the names it goes by. */
export interface NamedField {
  readonly section: string;
  readonly key: string;
  /** `section.key`: in messages, and in config.toml. */
  readonly name: string;
  /** `WITAN_SECTION_KEY`. */
  readonly variable: string;
  /** `--section-key`. */
  readonly flag: string;
  readonly field: Field;
}

/** The words of a name: those of `viewTimeoutMs` are view, timeout and ms; MiB is one. */
function words(name: string): string {
  return name.replace("MiB", "Mib").replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** All fields in the order of the table. */
export const NAMED_FIELDS: readonly NamedField[] = Object.freeze(
  Object.entries(FIELDS).flatMap(([section, fields]) =>
    Object.entries(fields as Readonly<Record<string, Field>>).map(([key, field]) => {
      const kebab = `${section}-${words(key)}`;
      return Object.freeze({
        section,
        key,
        name: `${section}.${key}`,
        variable: `WITAN_${kebab.toUpperCase().replaceAll("-", "_")}`,
        flag: `--${kebab}`,
        field,
      });
    }),
  ),
);

/** The limits of the mempool that a configuration asks for, under the names that the mempool has for them. */
export function mempoolLimits({ mempool }: NodeConfig): Partial<Record<keyof typeof MEMPOOL_LIMITS, number>> {
  return {
    transactions: mempool.transactions,
    bytes: mempool.memoryMiB * MIB,
    perClient: mempool.perClient,
    orphans: mempool.waiting,
    orphanMs: mempool.waitingMs,
  };
}
