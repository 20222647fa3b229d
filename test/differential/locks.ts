// Locks: whole policy trees, what opens them, and the part of them that a witness shows.
import { type Policy, type PolicyNode, policyHash } from "@witan/ledger";
import {
  asciiBytes,
  type Hash,
  hexToBytes,
  type PolicyHash,
  type PublicKey,
  present,
  sha256Hex,
  type Timestamp,
} from "@witan/primitives";
import { GENESIS_TIME, keyOfName } from "../ledger/build.ts";
import type { Dice } from "./dice.ts";

/** A policy before anything is hidden. */
export type Lock =
  | { readonly kind: "key"; readonly publicKey: PublicKey }
  | { readonly kind: "after"; readonly time: Timestamp }
  | { readonly kind: "hash"; readonly digest: Hash }
  | { readonly kind: "threshold"; readonly required: number; readonly children: readonly Lock[] };

/** Names whose keys appear in locks, and how often. */
const KEY_NAMES = [
  ...["alice", "alice", "alice", "alice", "bob", "bob", "bob", "carol", "carol", "mint"],
  ...["mallory", "dave"],
];
/** A key of the right shape that is no point: x = 5 has no y on the curve. */
export const OFF_CURVE = `02${"5".padStart(64, "0")}` as PublicKey;
/** Keys without the shape of one: another prefix, and x = p. */
export const MISSHAPEN = [
  `04${"11".repeat(32)}`,
  "02fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f",
] as PublicKey[];

/** Preimages that everyone knows, by their digest. */
export const PREIMAGES: ReadonlyMap<string, string> = new Map(
  Array.from({ length: 4 }, (_, at) => {
    const preimage = sha256Hex(asciiBytes(`preimage ${at}`));
    return [sha256Hex(hexToBytes(preimage)), preimage];
  }),
);
const DIGESTS = [...PREIMAGES.keys()] as Hash[];

function leaf(dice: Dice): Lock {
  const kind = dice.below(20);
  if (kind < 13) return { kind: "key", publicKey: keyOfName(dice.pick(KEY_NAMES)).publicKey };
  if (kind < 16) return { kind: "hash", digest: dice.pick(DIGESTS) };
  const time = GENESIS_TIME + dice.pick([-5_000, 0, 1_000, 3_000, 5_000, 5_000_000]);
  return { kind: "after", time: time as Timestamp };
}

function threshold(dice: Dice, level: number): Lock {
  const count = dice.pick([1, 2, 2, 3, 3, 4, 16]);
  const required = dice.chance(70) ? 1 : 1 + dice.below(Math.min(count, 3));
  const children = Array.from({ length: count }, () =>
    level < 4 && dice.chance(count > 4 ? 5 : 30) ? threshold(dice, level + 1) : leaf(dice),
  );
  return { kind: "threshold", required, children };
}

function around(lock: Lock): Lock {
  return { kind: "threshold", required: 1, children: [lock] };
}

/** A lock as outputs of these tests have it: mostly one key, now and then a tree, rarely one that can't be opened. */
export function makeLock(dice: Dice): Lock {
  const kind = dice.below(100);
  if (kind < 50) return { kind: "key", publicKey: keyOfName(dice.pick(KEY_NAMES)).publicKey };
  if (kind < 75) return leaf(dice);
  if (kind < 94) return threshold(dice, 2);
  if (kind < 96) return around(around(around(leaf(dice))));
  if (kind < 97) return around(around(around(around(leaf(dice)))));
  if (kind < 98) return { kind: "key", publicKey: dice.pick(MISSHAPEN) };
  return { kind: "key", publicKey: OFF_CURVE };
}

function nodes(lock: Lock): PolicyNode[] {
  if (lock.kind !== "threshold") return [lock];
  const { required, children } = lock;
  return [{ kind: "threshold", required, children: children.length }, ...children.flatMap(nodes)];
}

/** The policy hash of a lock. */
export function hashOfLock(lock: Lock): PolicyHash {
  return present(policyHash(nodes(lock)), "the hash of a lock");
}

/** How hard it is to open, 0 to 3: keys that nobody has or that may not sign come last. */
function hardness(lock: Lock, now: number): number {
  if (lock.kind === "hash") return 0;
  if (lock.kind === "after") return lock.time <= now ? 0 : 3;
  if (lock.kind === "key") {
    const good = ["alice", "bob", "carol", "mint"].some(
      (name) => keyOfName(name).publicKey === lock.publicKey,
    );
    return good ? 1 : 2;
  }
  return Math.max(...lock.children.map((child) => hardness(child, now)));
}

/** What a witness shows of a lock: exactly the children required, mostly those that hold; the others hidden. */
export function openLock(lock: Lock, now: number, dice: Dice): PolicyNode[] {
  if (lock.kind !== "threshold") return [lock];
  const { required, children } = lock;
  const order = children.map((child, at) => ({ at, rank: dice.chance(3) ? 0 : hardness(child, now) * 100 }));
  order.sort((a, b) => a.rank - b.rank || a.at - b.at);
  const shown = new Set(order.slice(0, required).map(({ at }) => at));
  return [
    { kind: "threshold", required, children: children.length },
    ...children.flatMap((child, at): PolicyNode[] =>
      shown.has(at) ? openLock(child, now, dice) : [{ kind: "hidden", hash: hashOfLock(child) }],
    ),
  ];
}

/** The keys and digests that a shown policy asks for. */
export function askedBy(policies: readonly Policy[]): { keys: PublicKey[]; digests: Hash[] } {
  const all = policies.flat();
  return {
    keys: all.flatMap((node) => (node.kind === "key" ? [node.publicKey] : [])),
    digests: all.flatMap((node) => (node.kind === "hash" ? [node.digest] : [])),
  };
}
