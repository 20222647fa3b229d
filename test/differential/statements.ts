// What needs no chain: genesis conditions and chain ids, policies and their hashes, addresses.
import { formatAddress, parseAddress } from "@witan/crypto";
import {
  chainIdOf,
  type Genesis,
  genesisCodec,
  openChainBytes,
  type PolicyNode,
  policyCodec,
  showPolicy,
} from "@witan/ledger";
import type { PolicyHash } from "@witan/primitives";
import * as fc from "fast-check";
import { naiveAddress, naiveChainId, naiveGenesisProblem, naivePolicy } from "../ledger/naive/index.ts";
import { BYTE_MUTATIONS } from "./byte-mutations.ts";
import { Dice } from "./dice.ts";
import type { Loose } from "./draft.ts";
import { GENESIS_MUTATIONS, type GenesisRecipe, makeGenesis } from "./genesis-recipes.ts";
import { MISSHAPEN, makeLock, openLock } from "./locks.ts";
import { same } from "./pair.ts";
import type { Tally } from "./tally.ts";

/** Something small to judge, and what is done to it. */
export interface Statement {
  readonly genesis: GenesisRecipe;
  readonly seed: number;
  readonly mutations: readonly string[];
  readonly bytes: readonly string[];
}

const seeds = fc.nat(0x7fff_ffff);

/** All small statements. */
export const statements: fc.Arbitrary<Statement> = fc.record({
  genesis: fc.record({
    mode: fc.constantFrom("pbft" as const, "bp-fast-paxos" as const, "pow" as const),
    clientsMode: fc.constantFrom("open" as const, "permitted" as const),
    seed: seeds,
  }),
  seed: seeds,
  mutations: fc.array(fc.constantFrom(...Object.keys(GENESIS_MUTATIONS)), { maxLength: 3 }),
  bytes: fc.oneof(
    { weight: 4, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(fc.constantFrom(...Object.keys(BYTE_MUTATIONS)), { maxLength: 2 }) },
  ),
});

function alter(bytes: Uint8Array, names: readonly string[], dice: Dice): Uint8Array {
  let made = bytes;
  for (const name of names) made = BYTE_MUTATIONS[name]?.(made, bytes, dice) ?? made;
  return made;
}

function judgeGenesis(statement: Statement, dice: Dice, tally: Tally): void {
  const genesis = structuredClone(makeGenesis(statement.genesis).genesis) as Loose<Genesis>;
  for (const name of statement.mutations) GENESIS_MUTATIONS[name]?.(genesis, dice);
  const encoded = genesisCodec.tryEncode(genesis as Genesis);
  if (!encoded.ok) return;
  const bytes = alter(encoded.value, statement.bytes, dice);
  const opened = openChainBytes(bytes);
  const first = opened.ok
    ? undefined
    : opened.code === "encoding"
      ? "encoding"
      : opened.problems[0]?.condition;
  same("genesis", first, naiveGenesisProblem(bytes), bytes);
  const decoded = genesisCodec.decode(bytes);
  if (decoded.ok) same("chain id", chainIdOf(decoded.value), naiveChainId(bytes), bytes);
  tally.add("genesis", statement.genesis.mode, first === undefined ? undefined : `condition-${first}`);
}

function someNode(dice: Dice): PolicyNode {
  const hash = dice.hash();
  return dice.pick<PolicyNode>([
    { kind: "threshold", required: dice.below(4), children: dice.below(5) },
    { kind: "threshold", required: 1, children: 1 + dice.below(17) },
    { kind: "hidden", hash: hash as PolicyHash },
    { kind: "after", time: dice.pick([0, Number.MAX_SAFE_INTEGER]) as never },
    { kind: "hash", digest: hash as never },
    { kind: "key", publicKey: dice.pick([`02${hash}`, ...MISSHAPEN]) as never },
  ]);
}

function judgePolicy(statement: Statement, dice: Dice, tally: Tally): void {
  const nodes = openLock(makeLock(dice), 0, dice).slice(0, 32);
  if (dice.chance(50))
    for (let times = dice.below(4); times >= 0; times--) nodes[dice.below(nodes.length + 1)] = someNode(dice);
  const random = Array.from({ length: dice.below(12) }, () => someNode(dice));
  const encoded = policyCodec.tryEncode(dice.chance(20) ? random : nodes.slice(0, 32));
  if (!encoded.ok) return;
  const bytes = alter(encoded.value, statement.bytes, dice);
  const decoded = policyCodec.decode(bytes);
  const shown = decoded.ok ? showPolicy(decoded.value) : decoded;
  const first = "code" in shown ? { ok: false, code: shown.code } : { ok: true, hash: shown.hash };
  same("policy", first, naivePolicy(bytes), bytes);
  tally.add("policy", statement.genesis.mode, "code" in shown ? shown.code : undefined);
}

const LETTERS = "abcdefghijklmnopqrstuvwxyz";

function judgeAddress(dice: Dice, tally: Tally): void {
  const prefix = Array.from({ length: 1 + dice.below(12) }, () => dice.pick([...LETTERS])).join("");
  const hash = (dice.chance(10) ? dice.pick(["00", "ff"]).repeat(32) : dice.hash()) as PolicyHash;
  const address = formatAddress(prefix, hash);
  const bytes = new TextEncoder().encode(address);
  same("address", address, naiveAddress(prefix, hash), bytes);
  const at = dice.below(address.length);
  const altered = dice.pick([
    address,
    address.slice(0, at) + dice.pick([..."qpzry9x8gf2tvdw0s3jn54khce6mua7l1b"]) + address.slice(at + 1),
    address.slice(0, at) + address.slice(at + 1),
    address.toUpperCase(),
  ]);
  const parsed = parseAddress(altered, prefix);
  // Whatever is read must be the one address of what was read.
  if (parsed.ok) same("address read", altered, naiveAddress(prefix, parsed.value), bytes);
  tally.add("address", "pbft", parsed.ok ? undefined : `address-${parsed.code}`);
}

/** Puts a statement before both. @throws {Disagreement} where they differ */
export function judgeStatement(statement: Statement, tally: Tally): void {
  const dice = new Dice(statement.seed);
  judgeGenesis(statement, dice, tally);
  for (let times = 0; times < 4; times++) judgePolicy(statement, dice, tally);
  judgeAddress(dice, tally);
}
