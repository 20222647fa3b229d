// Locks for tests of the client: made up at random, with a dumb judge beside them that says whether keys, secrets and time
// open one; and ledgers that begin with coins of locks.
import { afterPolicy, hashPolicy, keyPolicy, type Lock, openLock, thresholdPolicy } from "@witan/client";
import type { Policy, PolicyNode } from "@witan/ledger";
import { type Amount, type AssetId, asciiBytes, hexToBytes, sha256Hex } from "@witan/primitives";
import fc from "fast-check";
import { GENESIS_TIME, keyOfName, TestLedger, testGenesis } from "../ledger/build.ts";

/** Who may hold a key of a lock. */
export const HOLDERS = ["ann", "ben", "cat", "dan", "eve"] as const;
/** 32 bytes each in hex. */
export const SECRETS = ["first", "second"].map((name) => sha256Hex(asciiBytes(`secret ${name}`)));
/** When the next block of a new ledger is made; before, at and after it locks open. */
export const NOW = GENESIS_TIME + 1_000;

/** SHA-256 of a secret. */
export function digestOf(secret: string): string {
  return sha256Hex(hexToBytes(secret));
}

const leaf: fc.Arbitrary<Policy> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...HOLDERS).map((name) => keyPolicy(keyOfName(name).publicKey)) },
  { weight: 1, arbitrary: fc.constantFrom(...SECRETS).map((secret) => hashPolicy(digestOf(secret))) },
  { weight: 1, arbitrary: fc.constantFrom(NOW - 500, NOW, NOW + 500).map(afterPolicy) },
);

function thresholdOf(child: fc.Arbitrary<Policy>): fc.Arbitrary<Policy> {
  return fc
    .array(child, { minLength: 1, maxLength: 4 })
    .chain((children) =>
      fc.integer({ min: 1, max: children.length }).map((required) => thresholdPolicy(required, children)),
    );
}

/** Policies of all shapes that a lock may have. */
export const policy: fc.Arbitrary<Policy> = fc
  .oneof(leaf, thresholdOf(leaf), thresholdOf(fc.oneof(leaf, thresholdOf(leaf))))
  .filter((nodes) => nodes.length <= 32);

/** A lock of a policy that must be one. */
export function lockOf(nodes: Policy): Lock {
  const lock = openLock(nodes);
  if (!lock.ok) throw new TypeError(`${lock.code}: ${lock.detail}`);
  return lock.value;
}

/** What is at hand to open a lock. */
export interface Hand {
  readonly names: readonly string[];
  readonly secrets: readonly string[];
  readonly time: number;
}

/** Whether a policy holds: by its meaning alone, without any thought of witnesses. */
export function opens(nodes: Policy, { names, secrets, time }: Hand): boolean {
  const keys = names.map((name) => keyOfName(name).publicKey as string);
  const digests = secrets.map(digestOf);
  let at = 0;
  const holds = (): boolean => {
    const node = nodes[at++] as PolicyNode;
    if (node.kind === "key") return keys.includes(node.publicKey);
    if (node.kind === "hash") return digests.includes(node.digest);
    if (node.kind === "after") return node.time <= time;
    if (node.kind === "hidden") return false;
    const children = Array.from({ length: node.children }, holds);
    return children.filter(Boolean).length >= node.required;
  };
  return holds();
}

/** A ledger that begins with coins of locks, two of 1,000,000 each, and asks for this fee rate. */
export function ledgerWith(locks: readonly Lock[], feeRateMin = 0): TestLedger {
  const { allocations } = testGenesis();
  const ours = locks.flatMap(({ policyHash }) =>
    [1, 2].map(() => ({ asset: 0 as AssetId, amount: 1_000_000n as Amount, policyHash })),
  );
  return new TestLedger(
    testGenesis("pbft", { parameters: { feeRateMin }, allocations: [...allocations, ...ours] }),
  );
}
