// Policies: who may spend (docs/formats.md, section 4). What a witness shows must all hold, so checking needs no
// search: one walk gives the policy's hash and everything it asks for.
import { publicKeyShape } from "@witan/crypto";
import {
  type Codec,
  container,
  type Hash,
  hexToBytes,
  hexVector,
  LIMITS,
  list,
  NO_CHAIN,
  type PolicyHash,
  type PublicKey,
  TAGS,
  TaggedHasher,
  type Timestamp,
  uint8,
  uint53,
  union,
} from "@witan/primitives";
import type { RuleCode } from "./codes.ts";

/** One node of a policy. A threshold is followed by its children, each with what is below it (pre-order). */
export type PolicyNode =
  | { readonly kind: "hidden"; readonly hash: PolicyHash }
  | { readonly kind: "key"; readonly publicKey: PublicKey }
  | { readonly kind: "after"; readonly time: Timestamp }
  | { readonly kind: "hash"; readonly digest: Hash }
  | { readonly kind: "threshold"; readonly required: number; readonly children: number };

/** The nodes of a policy in pre-order, 1 to 32. */
export type Policy = readonly PolicyNode[];

const nodeCodec: Codec<PolicyNode> = union<PolicyNode>({
  hidden: container<{ hash: PolicyHash }>({ hash: hexVector(32) }),
  key: container<{ publicKey: PublicKey }>({ publicKey: hexVector(33) }),
  after: container<{ time: Timestamp }>({ time: uint53() }),
  hash: container<{ digest: Hash }>({ digest: hexVector(32) }),
  threshold: container<{ required: number; children: number }>({ required: uint8(), children: uint8() }),
});

/** SSZ of a policy. */
export const policyCodec: Codec<Policy> = list(nodeCodec, LIMITS.policyNodes);

/** What later stages need of a well shown policy. */
export interface PolicyNeed {
  readonly hash: PolicyHash;
  /** The latest time of its `after` nodes; 0 if it has none. */
  readonly notBefore: number;
}

/** What a well shown policy asks for, all of it. */
export interface ShownPolicy extends PolicyNeed {
  readonly keys: readonly PublicKey[];
  readonly digests: readonly Hash[];
}

/** The first rule that a policy breaks as a witness shows it, and its place in the documented order. */
export interface PolicyFault {
  readonly code: RuleCode;
  readonly detail: string;
}

/** The rules for a shown policy in their order: of several policies, the one that breaks the earliest rule counts. */
export const POLICY_RULES = [
  "policy-threshold",
  "policy-tree",
  "policy-depth",
  "policy-root-hidden",
  "policy-shown",
  "policy-key",
] as const satisfies readonly RuleCode[];

const policyHasher = new TaggedHasher(TAGS.policy, NO_CHAIN);

/**
 * Examines a policy as a witness shows it.
 * @returns what it asks for, or the first rule of section 4 that it breaks
 */
export function showPolicy(policy: Policy): ShownPolicy | PolicyFault {
  const form = formFault(policy);
  if (form !== undefined) return form;
  const walk = new PolicyWalk(policy);
  const hash = walk.node(1);
  if (walk.depth > LIMITS.policyDepth) return { code: "policy-depth", detail: `${walk.depth} levels` };
  if (policy[0]?.kind === "hidden") return { code: "policy-root-hidden", detail: "" };
  if (walk.wronglyShown !== undefined) return { code: "policy-shown", detail: walk.wronglyShown };
  const { keys, digests, notBefore } = walk;
  const badKey = keys.find((key) => !publicKeyShape(key));
  if (badKey !== undefined) return { code: "policy-key", detail: badKey };
  return { hash, keys, digests, notBefore };
}

/**
 * The hash of a policy, shown or not, if it is one tree.
 * @returns undefined if it breaks `policy-threshold` or `policy-tree`
 */
export function policyHash(policy: Policy): PolicyHash | undefined {
  return formFault(policy) === undefined ? new PolicyWalk(policy).node(1) : undefined;
}

/** Thresholds in range, and nodes that are exactly one tree: after this a walk ends and stays inside. */
function formFault(policy: Policy): PolicyFault | undefined {
  let open = 1;
  let spare = false;
  for (const node of policy) {
    if (open === 0) spare = true;
    open--;
    if (node.kind !== "threshold") continue;
    const { required, children } = node;
    if (children < 1 || children > LIMITS.policyChildren || required < 1 || required > children)
      return { code: "policy-threshold", detail: `${required} of ${children}` };
    open += children;
  }
  if (spare || open !== 0) return { code: "policy-tree", detail: `${policy.length} nodes` };
  return undefined;
}

/** One walk over a policy that is a tree: gathers what it shows and computes its hash. */
class PolicyWalk {
  readonly keys: PublicKey[] = [];
  readonly digests: Hash[] = [];
  notBefore = 0;
  depth = 0;
  wronglyShown: string | undefined;
  readonly #policy: Policy;
  #at = 0;

  constructor(policy: Policy) {
    this.#policy = policy;
  }

  /** Takes in the next node and all below it. At most 32 deep, since a policy has no more nodes. */
  node(level: number): PolicyHash {
    const node = this.#policy[this.#at++] as PolicyNode;
    this.depth = Math.max(this.depth, level);
    switch (node.kind) {
      case "hidden":
        return node.hash;
      case "key":
        this.keys.push(node.publicKey);
        return policyHasher.hash(nodeCodec.encode(node));
      case "after":
        this.notBefore = Math.max(this.notBefore, node.time);
        return policyHasher.hash(nodeCodec.encode(node));
      case "hash":
        this.digests.push(node.digest);
        return policyHasher.hash(nodeCodec.encode(node));
      case "threshold":
        return this.#threshold(node, level);
    }
  }

  #threshold(node: Extract<PolicyNode, { kind: "threshold" }>, level: number): PolicyHash {
    const own = nodeCodec.encode(node);
    const bytes = new Uint8Array(own.length + 32 * node.children);
    bytes.set(own, 0);
    let shown = 0;
    for (let child = 0; child < node.children; child++) {
      if (this.#policy[this.#at]?.kind !== "hidden") shown++;
      bytes.set(hexToBytes(this.node(level + 1)), own.length + 32 * child);
    }
    if (shown !== node.required)
      this.wronglyShown ??= `${shown} children shown, ${node.required} of ${node.children} required`;
    return policyHasher.hash(bytes);
  }
}
