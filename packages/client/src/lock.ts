// Locks: what coins can pay to other than one key. A policy whole, its hash and its address; whoever spends must know it
// whole, since a chain shows the hash alone. Knows no secrets and signs nothing.
import { formatAddress } from "@witan/crypto";
import { type Policy, type PolicyNode, policyFaults, policyHash, type RuleCode } from "@witan/ledger";
import {
  LIMITS,
  ok,
  type PolicyHash,
  type PublicKey,
  present,
  type Result,
  refuse,
  type Timestamp,
} from "@witan/primitives";

/** What coins pay to: a wallet, for its one key, or a lock. */
export interface Spender {
  /** Whole: no child of a threshold that is of use is hidden. */
  readonly policy: Policy;
  readonly policyHash: PolicyHash;
  /** Where others pay to, on the chain of this prefix (`chain.genesis.addressPrefix`). */
  address(prefix: string): string;
}

/** A policy that coins can pay to. `openLock` makes one. */
export class Lock implements Spender {
  readonly policy: Policy;
  readonly policyHash: PolicyHash;

  /** For `openLock`: a policy must be checked first, and its hash be its own. */
  constructor(policy: Policy, hash: PolicyHash) {
    this.policy = policy;
    this.policyHash = hash;
  }

  address(prefix: string): string {
    return formatAddress(prefix, this.policyHash);
  }

  /** The keys that the policy names, each once, in its order. */
  get publicKeys(): readonly PublicKey[] {
    return keysIn(this.policy);
  }
}

/** Why a policy is none: the codes of docs/formats.md, section 4, and `policy-large` (more than 32 nodes). */
export type PolicyFaultCode = Exclude<Extract<RuleCode, `policy-${string}`>, "policy-shown"> | "policy-large";

/** Makes a lock of a policy, or says why no coin could ever be spent from it. */
export function openLock(policy: Policy): Result<Lock, PolicyFaultCode> {
  if (policy.length > LIMITS.policyNodes)
    return refuse("policy-large", `${policy.length} nodes, a policy has at most ${LIMITS.policyNodes}`);
  const wrongTime = policy.find((node) => node.kind === "after" && !isTime(node.time));
  if (wrongTime !== undefined) return refuse("policy-tree", "a time is no whole number of milliseconds");
  // A whole policy shows more than a witness would: that alone is no fault.
  const fault = policyFaults(policy).find(({ code }) => code !== "policy-shown");
  if (fault !== undefined)
    return refuse(fault.code as PolicyFaultCode, fault.detail === "" ? undefined : fault.detail);
  return ok(new Lock(Object.freeze([...policy]), present(policyHash(policy), "the hash of a policy")));
}

function isTime(time: number): boolean {
  return Number.isSafeInteger(time) && time >= 0;
}

/** The keys that a policy names, each once, in its order. */
export function keysIn(policy: Policy): readonly PublicKey[] {
  const keys = policy.flatMap((node) => (node.kind === "key" ? [node.publicKey] : []));
  return [...new Set(keys)];
}

/** Holds if the owner of this key signs. */
export function keyPolicy(publicKey: string): Policy {
  return [{ kind: "key", publicKey: publicKey as PublicKey }];
}

/** Holds in blocks from this time on, in milliseconds since 1970. */
export function afterPolicy(time: number): Policy {
  return [{ kind: "after", time: time as Timestamp }];
}

/** Holds if 32 bytes are shown whose SHA-256 is this. */
export function hashPolicy(digest: string): Policy {
  return [{ kind: "hash", digest } as PolicyNode];
}

/** Holds if so many of the policies hold. */
export function thresholdPolicy(required: number, children: readonly Policy[]): Policy {
  return [{ kind: "threshold", required, children: children.length }, ...children.flat()];
}

/** Holds if all of the policies hold. */
export function allOf(...children: readonly Policy[]): Policy {
  return thresholdPolicy(children.length, children);
}

/** Holds if any of the policies holds. */
export function anyOf(...children: readonly Policy[]): Policy {
  return thresholdPolicy(1, children);
}
