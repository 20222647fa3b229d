// Which children of a policy to show: the cheapest way that keys, preimages and time allow, and the most that any way can
// weigh. A policy has at most 32 nodes, so one walk is enough; what a way costs of each child is independent of the others.
import { type Policy, type PolicyNode, policyCodec, policyHash } from "@witan/ledger";
import { LIMITS, type PolicyHash, present, SIGNATURE_WEIGHT } from "@witan/primitives";

/** What satisfies policies. */
export interface Means {
  readonly hasKey: (publicKey: string) => boolean;
  readonly hasPreimage: (digest: string) => boolean;
  /** `after` holds up to this time. */
  readonly time: number;
}

/** Everything that any policy may ask for, at any time. */
export const ANY_MEANS: Means = Object.freeze({
  hasKey: () => true,
  hasPreimage: () => true,
  time: Number.POSITIVE_INFINITY,
});

/** What a shown policy adds to a witness. */
export interface ShownSize {
  readonly bytes: number;
  readonly keys: number;
  readonly preimages: number;
}

/** How a policy can be satisfied. */
export interface Showing {
  /** The policy as a witness shows it, the cheapest way; undefined if there is none now. */
  readonly shown: Policy | undefined;
  /** The most that a way can add, of each by itself. */
  readonly most: ShownSize;
  /** From which time on there is a way; infinite if never, with these keys and preimages. */
  readonly from: number;
}

const SIGNATURE_BYTES = 33 + 64;
const PREIMAGE_BYTES = 32;

/** What a way weighs: docs/formats.md, section 7. */
export function weightOf({ bytes, keys, preimages }: ShownSize): number {
  return bytes + keys * (SIGNATURE_BYTES + SIGNATURE_WEIGHT) + preimages * PREIMAGE_BYTES;
}

/** Finds out how a well formed policy can be satisfied. */
export function showingOf(policy: Policy, means: Means): Showing {
  return new Walk(policy, means).node();
}

/** What a policy adds to a witness as it is shown. */
export function sizeOf(shown: Policy): ShownSize {
  const countOf = (kind: PolicyNode["kind"]) => shown.filter((node) => node.kind === kind).length;
  return { bytes: bytesOf(shown), keys: countOf("key"), preimages: countOf("hash") };
}

/** Sizes add up: every node has its own offset, and nothing is shared. */
function bytesOf(nodes: Policy): number {
  return policyCodec.encode(nodes).length;
}

interface Child extends Showing {
  readonly hash: PolicyHash;
}

const NOTHING: ShownSize = { bytes: 0, keys: 0, preimages: 0 };

/** One walk over a policy. Recursion is bounded by its depth of at most 4. */
class Walk {
  readonly #policy: Policy;
  readonly #means: Means;
  #at = 0;

  constructor(policy: Policy, means: Means) {
    this.#policy = policy;
    this.#means = means;
  }

  node(): Child {
    const from = this.#at;
    const node = present(this.#policy[this.#at++], "a node of a policy");
    if (node.kind === "threshold") {
      const children = Array.from({ length: node.children }, () => this.node());
      return { ...threshold(node, children), hash: this.#hash(from) };
    }
    const opensAt = this.#opensAt(node);
    const shown = opensAt <= this.#means.time ? [node] : undefined;
    const most = Number.isFinite(opensAt) ? sizeOf([node]) : NOTHING;
    return { shown, most, from: opensAt, hash: this.#hash(from) };
  }

  #hash(from: number): PolicyHash {
    const nodes = this.#policy.slice(from, this.#at);
    return present(policyHash(nodes), "the hash of a part of a policy");
  }

  #opensAt(node: Exclude<PolicyNode, { kind: "threshold" }>): number {
    const never = Number.POSITIVE_INFINITY;
    switch (node.kind) {
      case "hidden":
        return never;
      case "key":
        return this.#means.hasKey(node.publicKey) ? 0 : never;
      case "hash":
        return this.#means.hasPreimage(node.digest) ? 0 : never;
      case "after":
        return node.time;
    }
  }
}

function hidden({ hash }: Child): Policy {
  return [{ kind: "hidden", hash }];
}

function threshold(
  node: Extract<PolicyNode, { kind: "threshold" }>,
  children: readonly Child[],
): Omit<Child, "hash"> {
  const { required } = node;
  const from = children.map((child) => child.from).sort((a, b) => a - b)[required - 1];
  const open = children.flatMap(({ shown }, at) =>
    shown === undefined ? [] : [{ at, weight: weightOf(sizeOf(shown)) }],
  );
  const chosen = new Set(
    open
      .sort((a, b) => a.weight - b.weight || a.at - b.at)
      .slice(0, required)
      .map(({ at }) => at),
  );
  const parts = children.map((child, at) => (chosen.has(at) ? (child.shown ?? []) : hidden(child)));
  return {
    shown: chosen.size === required ? [node, ...parts.flat()] : undefined,
    most: mostOf(node, children),
    from: present(from, "a child of a threshold"),
  };
}

/** The most of each by itself: an upper bound, and exact where there is one way. */
function mostOf(node: Extract<PolicyNode, { kind: "threshold" }>, children: readonly Child[]): ShownSize {
  const possible = children.filter((child) => Number.isFinite(child.from));
  if (possible.length < node.required) return NOTHING;
  const top = (numbers: readonly number[]) =>
    [...numbers]
      .sort((a, b) => b - a)
      .slice(0, node.required)
      .reduce((sum, number) => sum + number, 0);
  const hiddenBytes = bytesOf([{ kind: "hidden", hash: "00".repeat(32) as PolicyHash }]);
  return {
    bytes:
      bytesOf([node]) +
      hiddenBytes * (children.length - node.required) +
      top(possible.map((child) => child.most.bytes)),
    keys: Math.min(LIMITS.policyNodes, top(possible.map((child) => child.most.keys))),
    preimages: top(possible.map((child) => child.most.preimages)),
  };
}
