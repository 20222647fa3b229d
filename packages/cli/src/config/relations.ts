// What must hold between the fields of a configuration. Each relation names the field that is to be changed.
import type { NodeConfig } from "./fields.ts";
import { type HostPort, isEveryHost, isLoopback, parseHostPort } from "./host-port.ts";

/** A relation that does not hold; `field` is the one to change. */
export interface BrokenRelation {
  readonly field: string;
  readonly found: string;
  readonly expected: string;
}

/** What does not hold between fields, each of which holds by itself. */
export function brokenRelations(config: NodeConfig): readonly BrokenRelation[] {
  return [
    ...[...timers(config), ...peers(config), ...tokens(config)],
    ...[...tls(config), ...files(config), ...listeners(config), ...development(config)],
  ];
}

function* timers({ consensus }: NodeConfig): Iterable<BrokenRelation> {
  const { viewTimeoutMs, viewTimeoutMaxMs, tickMs } = consensus;
  if (viewTimeoutMaxMs < viewTimeoutMs)
    yield {
      field: "consensus.viewTimeoutMaxMs",
      found: `${viewTimeoutMaxMs}`,
      expected: `at least consensus.viewTimeoutMs, ${viewTimeoutMs}`,
    };
  if (tickMs > viewTimeoutMs)
    yield {
      field: "consensus.tickMs",
      found: `${tickMs}`,
      expected: `at most consensus.viewTimeoutMs, ${viewTimeoutMs}`,
    };
}

function* peers({ network }: NodeConfig): Iterable<BrokenRelation> {
  const seen = {
    name: new Map<string, number>(),
    id: new Map<string, number>(),
    address: new Map<string, number>(),
  };
  for (const [at, peer] of network.peers.entries())
    for (const part of ["name", "id", "address"] as const) {
      const value = peer[part];
      if (value === undefined) continue;
      const first = seen[part].get(value);
      if (first === undefined) seen[part].set(value, at);
      else
        yield {
          field: `network.peers[${at}].${part}`,
          found: part === "id" ? "an id that stands twice" : `"${value}"`,
          expected: `another than that of network.peers[${first}]`,
        };
    }
}

const TOKENS = ["readTokenFile", "submitTokenFile", "operateTokenFile"] as const;

function* tokens({ rpc }: NodeConfig): Iterable<BrokenRelation> {
  const wide = !isLoopback(hostPort(rpc.listen).host);
  if (wide && TOKENS.every((name) => rpc[name] === ""))
    yield {
      field: "rpc.listen",
      found: `"${rpc.listen}" and no token`,
      expected: `an address of this machine only, such as 127.0.0.1:9545; or one of rpc.${TOKENS.join(", rpc.")}`,
    };
  for (const [at, name] of TOKENS.entries()) {
    const same = TOKENS.slice(0, at).find((other) => rpc[name] !== "" && rpc[other] === rpc[name]);
    if (same !== undefined)
      yield {
        field: `rpc.${name}`,
        found: `"${rpc[name]}", the file of rpc.${same}`,
        expected: "a file of its own: a token has one role",
      };
  }
}

/** A certificate shows nothing without its key. */
function* tls({ rpc }: NodeConfig): Iterable<BrokenRelation> {
  for (const [here, there] of [
    ["tlsCertFile", "tlsKeyFile"],
    ["tlsKeyFile", "tlsCertFile"],
  ] as const)
    if (rpc[here] === "" && rpc[there] !== "")
      yield { field: `rpc.${here}`, found: `none, and rpc.${there}`, expected: "both files, or none" };
}

function* files({ keys }: NodeConfig): Iterable<BrokenRelation> {
  for (const [at, file] of keys.voting.entries())
    if (keys.voting.indexOf(file) < at)
      yield { field: `keys.voting[${at}]`, found: `"${file}" again`, expected: "each key once" };
  if (keys.voting.includes(keys.peer))
    yield { field: "keys.peer", found: `"${keys.peer}", a voting key`, expected: "a key of its own" };
}

/** Two listeners that are on one port of one address can't both start. */
function* listeners(config: NodeConfig): Iterable<BrokenRelation> {
  const before: [string, HostPort][] = [];
  for (const section of ["network", "rpc", "metrics"] as const) {
    const { listen } = config[section];
    if (listen === "") continue;
    const here = hostPort(listen);
    const taken = before.find(([, there]) => clash(here, there));
    if (taken !== undefined)
      yield {
        field: `${section}.listen`,
        found: `"${listen}"`,
        expected: `another port than that of ${taken[0]}.listen`,
      };
    before.push([section, here]);
  }
}

/** Whoever could reach such a node could spend what its genesis has paid to keys that lie open. */
function* development(config: NodeConfig): Iterable<BrokenRelation> {
  if (!config.keys.development) return;
  for (const section of ["network", "rpc", "metrics"] as const) {
    const { listen } = config[section];
    if (listen === "" || isLoopback(hostPort(listen).host)) continue;
    yield {
      field: `${section}.listen`,
      found: `"${listen}", and keys.development is true`,
      expected: "an address of this machine only: secret keys of this network's accounts lie open",
    };
  }
}

function clash(a: HostPort, b: HostPort): boolean {
  if (a.port !== b.port || a.port === 0) return false;
  return a.host === b.host || isEveryHost(a.host) || isEveryHost(b.host);
}

function hostPort(text: string): HostPort {
  // Held by its field; an IPv6 zone or the like never gets here.
  return parseHostPort(text) ?? { host: text, port: 0 };
}
