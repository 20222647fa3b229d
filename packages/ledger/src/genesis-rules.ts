// What makes a genesis valid: the conditions of docs/formats.md, section 12, every broken one told with its field,
// what was found and what was expected.
import { addressPrefixShape, peerIdShape, publicKeyShape } from "@witan/crypto";
import { AMOUNT_MAX, LIMITS, RULES_VERSIONS, targetOfCompact, ZERO_HASH } from "@witan/primitives";
import { assetNameShape, memberNameShape, strictlyAscending } from "./change.ts";
import type { Genesis, ProofOfWorkParameters } from "./genesis.ts";
import { PARAMETER_NAMES, PARAMETER_RANGES, parameterInRange } from "./parameters.ts";

/** One mistake in a genesis. */
export interface GenesisProblem {
  /** The number of the condition in docs/formats.md; 0: it can't be encoded at all. */
  readonly condition: number;
  /** A path into the genesis, such as `members[2].votingKey`. */
  readonly field: string;
  readonly found: string;
  readonly expected: string;
}

/** A value of which parts could not be read: those are undefined, and no rule is judged by them. */
export type Readable<T> = T extends string | number | bigint | boolean
  ? T | undefined
  : T extends readonly (infer E)[]
    ? readonly Readable<E>[] | undefined
    : { readonly [K in keyof T]: Readable<T[K]> } | undefined;

/** Every mistake in a genesis that can be encoded, or in what could be read of one, by condition. */
export function genesisProblems(genesis: Readable<Genesis>): readonly GenesisProblem[] {
  if (genesis === undefined) return [];
  const found = new Problems();
  names(genesis, found.of(1));
  members(genesis, found.of(2));
  parameters(genesis, found.of(3));
  assets(genesis, found.of(4));
  clients(genesis, found.of(5));
  allocations(genesis, found.of(6));
  supply(genesis, found.of(7));
  if (genesis.consensus?.kind === "pow") proofOfWork(genesis.consensus, found.of(8));
  return found.all;
}

type Parts = NonNullable<Readable<Genesis>>;
/** Tells a mistake unless `holds` says of the value that it is right. What could not be read is not judged. */
type Check = <T>(
  field: string,
  value: T | undefined,
  holds: (value: T) => boolean,
  expected: string,
  shown?: (value: T) => string,
) => void;

class Problems {
  readonly all: GenesisProblem[] = [];
  of(condition: number): Check {
    return (field, value, holds, expected, shown = String) => {
      if (value !== undefined && !holds(value))
        this.all.push({ condition, field, found: shown(value), expected });
    };
  }
}

const never = (): boolean => false;
const quoted = (value: unknown): string => JSON.stringify(value);
const MEMBER_NAME = "1 to 32 characters of a-z, 0-9 and -";
const PUBLIC_KEY = "a compressed public key: 33 bytes, the first 02 or 03, in hex";

function names({ version, name, addressPrefix }: Parts, check: Check): void {
  check("version", version, (value) => value === 1, "1");
  check("name", name, memberNameShape, MEMBER_NAME, quoted);
  check("addressPrefix", addressPrefix, addressPrefixShape, "1 to 12 letters a-z", quoted);
}

const ROLES: Readonly<Record<string, readonly string[]>> = {
  pbft: ["validator"],
  "bp-fast-paxos": ["proposer", "acceptor"],
  pow: [],
} satisfies Readonly<Record<Genesis["consensus"]["kind"], readonly string[]>>;

function members(genesis: Parts, check: Check): void {
  const { consensus, members = [] } = genesis;
  const roles = consensus?.kind && ROLES[consensus.kind];
  const known = genesis.members?.every((member) => member?.role !== undefined) ?? false;
  for (const role of known && roles ? roles : [])
    if (!members.some((member) => member?.role === role))
      check("members", `no ${role}`, never, `at least one ${role}`);
  const seen = new Map<string, string>();
  const unique = (value: string | undefined, field: string) => {
    if (value === undefined) return;
    const first = seen.get(value);
    check(field, value, () => first === undefined, `something that ${first} has not already`);
    seen.set(value, first ?? field);
  };
  members.forEach((member, at) => {
    if (member === undefined) return;
    const field = `members[${at}]`;
    const { name, role, votingKey, peerId, operatorKey } = member;
    const expected = roles?.length === 0 ? "no members in proof of work" : (roles ?? []).join(" or ");
    check(`${field}.role`, role, (value) => roles?.includes(value) ?? true, expected);
    check(`${field}.name`, name, memberNameShape, MEMBER_NAME, quoted);
    check(`${field}.votingKey`, votingKey, publicKeyShape, PUBLIC_KEY);
    check(`${field}.peerId`, peerId, peerIdShape, "the peer id of an Ed25519 key");
    check(`${field}.operatorKey`, operatorKey, publicKeyShape, PUBLIC_KEY);
    unique(name, `${field}.name`);
    unique(votingKey, `${field}.votingKey`);
    unique(peerId, `${field}.peerId`);
    unique(operatorKey, `${field}.operatorKey`);
  });
}

function parameters(genesis: Parts, check: Check): void {
  for (const name of PARAMETER_NAMES) {
    const [least, greatest] = PARAMETER_RANGES[name];
    const inRange = (value: number) => parameterInRange(name, value);
    check(`parameters.${name}`, genesis.parameters?.[name], inRange, `${least} to ${greatest}`);
  }
  const [only] = RULES_VERSIONS;
  check("parameters.rulesVersion", genesis.parameters?.rulesVersion, (value) => value === only, "1");
}

function assets(genesis: Parts, check: Check): void {
  const { assets } = genesis;
  if (assets?.length === 0) check("assets", "none", never, "at least one, the native one");
  check(
    "assets[0].issuancePolicyHash",
    assets?.[0]?.issuancePolicyHash,
    (value) => value === ZERO_HASH,
    "32 zero bytes: the native asset is never issued",
  );
  const seen = new Map<string, number>();
  assets?.forEach((asset, at) => {
    const { name, decimals } = asset ?? {};
    const first = name === undefined ? undefined : seen.get(name);
    const field = `assets[${at}]`;
    check(`${field}.name`, name, assetNameShape, "1 to 32 letters, digits, '.', '_', '-'", quoted);
    check(`${field}.name`, name, () => first === undefined, `a name that assets[${first}] has not already`);
    const most = LIMITS.decimals;
    check(`${field}.decimals`, decimals, (value) => value <= most, `0 to ${most}`);
    if (name !== undefined) seen.set(name, first ?? at);
  });
}

function clients(genesis: Parts, check: Check): void {
  const { clients = [], members = [] } = genesis;
  const keys = new Set(members.flatMap((member) => [member?.votingKey, member?.operatorKey]));
  clients.forEach((client, at) => {
    const { publicKey, status, registerPrefixes } = client ?? {};
    const before = clients[at - 1]?.publicKey ?? "";
    const field = `clients[${at}].publicKey`;
    check(field, publicKey, (value) => value > before, `a key after ${before}: they are sorted`);
    check(field, publicKey, publicKeyShape, PUBLIC_KEY);
    check(field, publicKey, (value) => !keys.has(value), "a key that no member has");
    const prefixes = registerPrefixes?.flatMap((prefix) => prefix ?? []);
    if (status !== undefined)
      check(
        `clients[${at}].registerPrefixes`,
        prefixes,
        (value) => (status === "permitted" ? strictlyAscending(value) : value.length === 0),
        status === "permitted" ? "sorted, without repeats" : "none for a revoked client",
        quoted,
      );
  });
}

function allocations(genesis: Parts, check: Check): void {
  const count = genesis.assets?.length;
  genesis.allocations?.forEach((output, at) => {
    check(`allocations[${at}].amount`, output?.amount, (value) => value > 0n, "at least 1");
    const registered = (asset: number) => count === undefined || asset < count;
    check(`allocations[${at}].asset`, output?.asset, registered, `0 to ${(count ?? 0) - 1}`);
  });
}

function supply(genesis: Parts, check: Check): void {
  const { consensus, allocations = [] } = genesis;
  // Where the mode or an amount is unknown, so is the sum.
  if (consensus === undefined) return;
  let sum = 0n;
  for (const output of allocations) if (output?.asset === 0) sum += output.amount ?? 0n;
  const { subsidy = 0n, halvingInterval = 0 } = consensus.kind === "pow" ? consensus : {};
  sum += 2n * subsidy * BigInt(halvingInterval);
  const field = consensus.kind === "pow" ? "consensus.subsidy" : "allocations";
  check(field, sum, (value) => value <= AMOUNT_MAX, `at most ${AMOUNT_MAX} of asset 0 in all`);
}

const WORK_RANGES = {
  blockIntervalMs: [1, 86_400_000],
  retargetInterval: [2, 1_000_000],
  halvingInterval: [1, 1_000_000_000],
  coinbaseMaturity: [0, 100_000],
  maxFutureDriftMs: [1_000, 86_400_000],
} as const;

function proofOfWork(work: Exclude<Readable<ProofOfWorkParameters>, undefined>, check: Check): void {
  const targetOf = (compact: number | undefined) =>
    compact === undefined ? undefined : targetOfCompact(compact);
  const [initial, limit] = [targetOf(work.initialTarget), targetOf(work.targetLimit)];
  const compact = "a canonical compact target";
  check("consensus.initialTarget", work.initialTarget, () => initial !== undefined, compact);
  check("consensus.targetLimit", work.targetLimit, () => limit !== undefined, compact);
  if (initial !== undefined && limit !== undefined) {
    const harder = () => initial <= limit;
    check("consensus.initialTarget", work.initialTarget, harder, "a target not above targetLimit");
  }
  for (const [name, [least, greatest]] of Object.entries(WORK_RANGES)) {
    const inRange = (value: number) => value >= least && value <= greatest;
    check(`consensus.${name}`, work[name as keyof typeof WORK_RANGES], inRange, `${least} to ${greatest}`);
  }
}
