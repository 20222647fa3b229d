// What makes a genesis valid: the conditions of docs/formats.md, section 12, every broken one told with its field,
// what was found and what was expected.
import { peerIdShape, publicKeyShape } from "@witan/crypto";
import { AMOUNT_MAX, LIMITS, RULES_VERSIONS, ZERO_HASH } from "@witan/primitives";
import { assetNameShape, memberNameShape, strictlyAscending } from "./change.ts";
import type { Genesis, ProofOfWorkParameters } from "./genesis.ts";
import { PARAMETER_NAMES, PARAMETER_RANGES, parameterInRange } from "./parameters.ts";
import { targetOfCompact } from "./proof-of-work.ts";

/** One mistake in a genesis. */
export interface GenesisProblem {
  /** The number of the condition in docs/formats.md; 0: it can't be encoded at all. */
  readonly condition: number;
  /** A path into the genesis, such as `members[2].votingKey`. */
  readonly field: string;
  readonly found: string;
  readonly expected: string;
}

/** Every mistake in a genesis that can be encoded, by condition. */
export function genesisProblems(genesis: Genesis): readonly GenesisProblem[] {
  const found = new Problems();
  names(genesis, found.of(1));
  members(genesis, found.of(2));
  parameters(genesis, found.of(3));
  assets(genesis, found.of(4));
  clients(genesis, found.of(5));
  allocations(genesis, found.of(6));
  supply(genesis, found.of(7));
  if (genesis.consensus.kind === "pow") proofOfWork(genesis.consensus, found.of(8));
  return found.all;
}

type Check = (holds: boolean, field: string, found: unknown, expected: string) => void;

class Problems {
  readonly all: GenesisProblem[] = [];
  of(condition: number): Check {
    return (holds, field, found, expected) => {
      if (!holds) this.all.push({ condition, field, found: String(found), expected });
    };
  }
}

const MEMBER_NAME = "1 to 32 characters of a-z, 0-9 and -";
const PUBLIC_KEY = "a compressed public key: 33 bytes, the first 02 or 03, in hex";

function names(genesis: Genesis, check: Check): void {
  const { version, name, addressPrefix } = genesis;
  check(version === 1, "version", version, "1");
  check(memberNameShape(name), "name", JSON.stringify(name), MEMBER_NAME);
  check(
    /^[a-z]{1,12}$/.test(addressPrefix),
    "addressPrefix",
    JSON.stringify(addressPrefix),
    "1 to 12 letters a-z",
  );
}

const ROLES = {
  pbft: ["validator"],
  "bp-fast-paxos": ["proposer", "acceptor"],
  pow: [],
} as const;

function members(genesis: Genesis, check: Check): void {
  const { kind } = genesis.consensus;
  const roles: readonly string[] = ROLES[kind];
  for (const role of roles) {
    const count = genesis.members.filter((member) => member.role === role).length;
    check(count > 0, "members", `no ${role}`, `at least one ${role}`);
  }
  const seen = new Map<string, string>();
  const unique = (value: string, field: string) => {
    const first = seen.get(value);
    check(first === undefined, field, value, `something that ${first} has not already`);
    seen.set(value, first ?? field);
  };
  genesis.members.forEach((member, at) => {
    const field = `members[${at}]`;
    const { name, role, votingKey, peerId, operatorKey } = member;
    const expected = roles.length === 0 ? "no members in proof of work" : roles.join(" or ");
    check(roles.includes(role), `${field}.role`, role, expected);
    check(memberNameShape(name), `${field}.name`, JSON.stringify(name), MEMBER_NAME);
    check(publicKeyShape(votingKey), `${field}.votingKey`, votingKey, PUBLIC_KEY);
    check(peerIdShape(peerId), `${field}.peerId`, peerId, "the peer id of an Ed25519 key");
    check(publicKeyShape(operatorKey), `${field}.operatorKey`, operatorKey, PUBLIC_KEY);
    unique(name, `${field}.name`);
    unique(votingKey, `${field}.votingKey`);
    unique(peerId, `${field}.peerId`);
    unique(operatorKey, `${field}.operatorKey`);
  });
}

function parameters(genesis: Genesis, check: Check): void {
  for (const name of PARAMETER_NAMES) {
    const value = genesis.parameters[name];
    const [least, greatest] = PARAMETER_RANGES[name];
    check(parameterInRange(name, value), `parameters.${name}`, value, `${least} to ${greatest}`);
  }
  const { rulesVersion } = genesis.parameters;
  check(rulesVersion === RULES_VERSIONS[0], "parameters.rulesVersion", rulesVersion, "1");
}

function assets(genesis: Genesis, check: Check): void {
  const [native] = genesis.assets;
  check(native !== undefined, "assets", "none", "at least one, the native one");
  if (native)
    check(
      native.issuancePolicyHash === ZERO_HASH,
      "assets[0].issuancePolicyHash",
      native.issuancePolicyHash,
      "32 zero bytes: the native asset is never issued",
    );
  genesis.assets.forEach(({ name, decimals }, at) => {
    const first = genesis.assets.findIndex((other) => other.name === name);
    check(
      assetNameShape(name),
      `assets[${at}].name`,
      JSON.stringify(name),
      "1 to 32 letters, digits, '.', '_', '-'",
    );
    check(first === at, `assets[${at}].name`, name, `a name that assets[${first}] has not already`);
    check(decimals <= LIMITS.decimals, `assets[${at}].decimals`, decimals, `0 to ${LIMITS.decimals}`);
  });
}

function clients(genesis: Genesis, check: Check): void {
  const keys = new Set<string>(genesis.members.flatMap((member) => [member.votingKey, member.operatorKey]));
  genesis.clients.forEach(({ publicKey, status, registerPrefixes }, at) => {
    const before = genesis.clients[at - 1]?.publicKey ?? "";
    check(
      publicKey > before,
      `clients[${at}].publicKey`,
      publicKey,
      `a key after ${before}: they are sorted`,
    );
    check(publicKeyShape(publicKey), `clients[${at}].publicKey`, publicKey, PUBLIC_KEY);
    check(!keys.has(publicKey), `clients[${at}].publicKey`, publicKey, "a key that no member has");
    check(
      status === "permitted" ? strictlyAscending(registerPrefixes) : registerPrefixes.length === 0,
      `clients[${at}].registerPrefixes`,
      JSON.stringify(registerPrefixes),
      status === "permitted" ? "sorted, without repeats" : "none for a revoked client",
    );
  });
}

function allocations(genesis: Genesis, check: Check): void {
  genesis.allocations.forEach(({ amount, asset }, at) => {
    check(amount > 0n, `allocations[${at}].amount`, amount, "at least 1");
    const registered = asset < genesis.assets.length;
    check(registered, `allocations[${at}].asset`, asset, `0 to ${genesis.assets.length - 1}`);
  });
}

function supply(genesis: Genesis, check: Check): void {
  const { consensus } = genesis;
  let sum = 0n;
  for (const { asset, amount } of genesis.allocations) if (asset === 0) sum += amount;
  if (consensus.kind === "pow") sum += 2n * consensus.subsidy * BigInt(consensus.halvingInterval);
  const expected = `at most ${AMOUNT_MAX} of asset 0 in all`;
  check(sum <= AMOUNT_MAX, consensus.kind === "pow" ? "consensus.subsidy" : "allocations", sum, expected);
}

const WORK_RANGES = {
  blockIntervalMs: [1, 86_400_000],
  retargetInterval: [2, 1_000_000],
  halvingInterval: [1, 1_000_000_000],
  coinbaseMaturity: [0, 100_000],
  maxFutureDriftMs: [1_000, 86_400_000],
} as const;

function proofOfWork(work: ProofOfWorkParameters, check: Check): void {
  const initial = targetOfCompact(work.initialTarget);
  const limit = targetOfCompact(work.targetLimit);
  const compact = "a canonical compact target";
  check(initial !== undefined, "consensus.initialTarget", work.initialTarget, compact);
  check(limit !== undefined, "consensus.targetLimit", work.targetLimit, compact);
  if (initial !== undefined && limit !== undefined)
    check(initial <= limit, "consensus.initialTarget", work.initialTarget, "a target not above targetLimit");
  for (const [name, [least, greatest]] of Object.entries(WORK_RANGES)) {
    const value = work[name as keyof typeof WORK_RANGES];
    check(value >= least && value <= greatest, `consensus.${name}`, value, `${least} to ${greatest}`);
  }
}
