// Policies: who may spend (docs/formats.md, section 4). What a witness shows must all hold, so checking needs no
// search: one walk gives the policy's hash and everything it asks for.
import { publicKeyShape } from "@witan/crypto";
import {
  assert,
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
  writeHex,
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

/** A rule that a policy breaks as a witness shows it. */
export interface PolicyFault {
  readonly code: (typeof POLICY_RULES)[number];
  readonly detail: string;
}

/** The rules for a shown policy in their order: of several broken ones, the earliest counts. */
export const POLICY_RULES = [
  "policy-threshold",
  "policy-tree",
  "policy-depth",
  "policy-root-hidden",
  "policy-shown",
  "policy-key",
] as const satisfies readonly RuleCode[];

const policyHasher = new TaggedHasher(TAGS.policy, NO_CHAIN);

/** A `key` node as the codec writes it: its selector and the key. Nearly all policies are one such node. */
const KEY_NODE = new Uint8Array([1, ...new Uint8Array(33)]);

function hashOfKey(key: PublicKey): PolicyHash {
  assert(key.length === 66 && writeHex(key, KEY_NODE, 1), `not a key: ${key}`);
  return policyHasher.hash(KEY_NODE);
}

/**
 * Every rule of section 4 that a policy breaks as a witness shows it, in their order; none if it is well shown. What
 * rests on the tree is left out where there is none. Hashes nothing.
 */
export function policyFaults(policy: Policy): readonly PolicyFault[] {
  const faults: PolicyFault[] = [];
  for (const node of policy)
    if (node.kind === "threshold" && !thresholdInRange(node.required, node.children)) {
      faults.push({ code: "policy-threshold", detail: `${node.required} of ${node.children}` });
      break;
    }
  if (!isTree(policy)) faults.push({ code: "policy-tree", detail: `${policy.length} nodes` });
  else {
    // One node is neither deep nor wrongly shown.
    const shape = policy.length > 1 ? new PolicyShape(policy) : undefined;
    if (shape && shape.depth > LIMITS.policyDepth)
      faults.push({ code: "policy-depth", detail: `${shape.depth} levels` });
    if (policy[0]?.kind === "hidden") faults.push({ code: "policy-root-hidden", detail: "" });
    if (shape?.wronglyShown !== undefined) faults.push({ code: "policy-shown", detail: shape.wronglyShown });
  }
  for (const node of policy)
    if (node.kind === "key" && !publicKeyShape(node.publicKey)) {
      faults.push({ code: "policy-key", detail: node.publicKey });
      break;
    }
  return faults;
}

/** What a policy asks for if it is well shown, or the first rule of section 4 that it breaks. */
export function showPolicy(policy: Policy): ShownPolicy | PolicyFault {
  const [fault] = policyFaults(policy);
  return fault ?? shownPolicy(policy);
}

/** What a policy without faults asks for. */
export function shownPolicy(policy: Policy): ShownPolicy {
  const [root] = policy;
  if (root?.kind === "key")
    return { hash: hashOfKey(root.publicKey), keys: [root.publicKey], digests: [], notBefore: 0 };
  const walk = new PolicyWalk(policy);
  const hash = walk.node();
  return { hash, keys: walk.keys, digests: walk.digests, notBefore: walk.notBefore };
}

/**
 * The hash of a policy, shown or not, if it is one tree with thresholds in range.
 * @returns undefined if it breaks `policy-threshold` or `policy-tree`
 */
export function policyHash(policy: Policy): PolicyHash | undefined {
  const bad = policy.some(
    (node) => node.kind === "threshold" && !thresholdInRange(node.required, node.children),
  );
  return bad || !isTree(policy) ? undefined : new PolicyWalk(policy).node();
}

function thresholdInRange(required: number, children: number): boolean {
  return children >= 1 && children <= LIMITS.policyChildren && required >= 1 && required <= children;
}

/** Whether the nodes are exactly one tree in pre-order: after this a walk ends, and stays inside. */
function isTree(policy: Policy): boolean {
  let open = 1;
  for (const node of policy) {
    if (open === 0) return false;
    open += node.kind === "threshold" ? node.children - 1 : -1;
  }
  return open === 0;
}

/** How deep a tree is, and whether its thresholds show what they should. At most 32 nodes, so at most 32 deep. */
class PolicyShape {
  depth = 0;
  /** Of the first threshold that shows too many children or too few. */
  wronglyShown: string | undefined;
  readonly #policy: Policy;
  #at = 0;

  constructor(policy: Policy) {
    this.#policy = policy;
    this.#node(1);
  }

  #node(level: number): void {
    const node = this.#policy[this.#at++] as PolicyNode;
    this.depth = Math.max(this.depth, level);
    if (node.kind !== "threshold") return;
    let shown = 0;
    for (let child = 0; child < node.children; child++) {
      if (this.#policy[this.#at]?.kind !== "hidden") shown++;
      this.#node(level + 1);
    }
    if (shown !== node.required)
      this.wronglyShown ??= `${shown} children shown, ${node.required} of ${node.children} required`;
  }
}

/** One walk over a policy that is a tree: gathers what it shows and computes its hash. */
class PolicyWalk {
  readonly keys: PublicKey[] = [];
  readonly digests: Hash[] = [];
  notBefore = 0;
  readonly #policy: Policy;
  #at = 0;

  constructor(policy: Policy) {
    this.#policy = policy;
  }

  /** Takes in the next node and all below it. */
  node(): PolicyHash {
    const node = this.#policy[this.#at++] as PolicyNode;
    switch (node.kind) {
      case "hidden":
        return node.hash;
      case "key":
        this.keys.push(node.publicKey);
        return hashOfKey(node.publicKey);
      case "after":
        this.notBefore = Math.max(this.notBefore, node.time);
        return policyHasher.hash(nodeCodec.encode(node));
      case "hash":
        this.digests.push(node.digest);
        return policyHasher.hash(nodeCodec.encode(node));
      case "threshold":
        return this.#threshold(node);
    }
  }

  #threshold(node: Extract<PolicyNode, { kind: "threshold" }>): PolicyHash {
    const own = nodeCodec.encode(node);
    const bytes = new Uint8Array(own.length + 32 * node.children);
    bytes.set(own, 0);
    for (let child = 0; child < node.children; child++)
      bytes.set(hexToBytes(this.node()), own.length + 32 * child);
    return policyHasher.hash(bytes);
  }
}
