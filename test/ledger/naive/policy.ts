// Policies, section 4 of docs/formats.md.
import { concat, firstBroken, H0, type Rule, unhex } from "./bytes.ts";
import { Policy, PolicyNode } from "./formats.ts";
import { publicKeyHasShape } from "./keys.ts";
import { decode } from "./ssz.ts";

interface Tree {
  node: PolicyNode;
  level: number;
  children: Tree[];
}

/** The tree whose root is at position `at`, and the position behind it; undefined if nodes are missing. */
function grow(policy: Policy, at: number, level: number): { tree: Tree; next: number } | undefined {
  const node = policy[at];
  if (node === undefined) return undefined;
  const tree: Tree = { node, level, children: [] };
  let next = at + 1;
  if (node.kind === "threshold") {
    for (let i = 0n; i < node.value.children; i++) {
      const child = grow(policy, next, level + 1);
      if (child === undefined) return undefined;
      tree.children.push(child.tree);
      next = child.next;
    }
  }
  return { tree, next };
}

function treeOf(policy: Policy): Tree | undefined {
  const grown = grow(policy, 0, 1);
  return grown !== undefined && grown.next === policy.length ? grown.tree : undefined;
}

function flatten(tree: Tree): Tree[] {
  return [tree, ...tree.children.flatMap(flatten)];
}

function treesIn(policy: Policy): Tree[] {
  return flatten(treeOf(policy)!);
}

function hashOfTree(tree: Tree): string {
  if (tree.node.kind === "hidden") return tree.node.value.hash;
  const hashes = tree.children.map((child) => unhex(hashOfTree(child)));
  return H0("witan/policy/1", concat([PolicyNode.encode(tree.node), ...hashes]));
}

/** The policy hash of a policy that is exactly one tree. */
export function policyHash(policy: Policy): string {
  return hashOfTree(treeOf(policy)!);
}

function thresholdIsWrong(node: PolicyNode): boolean {
  if (node.kind !== "threshold") return false;
  const { required, children } = node.value;
  return children === 0n || children > 16n || required === 0n || required > children;
}

function shownIsWrong(tree: Tree): boolean {
  if (tree.node.kind !== "threshold") return false;
  const shown = tree.children.filter((child) => child.node.kind !== "hidden").length;
  return BigInt(shown) !== tree.node.value.required;
}

/** The six rules of a policy well shown, each for all policies before the next. */
export function policyRules(policies: readonly Policy[]): Rule[] {
  return [
    ["policy-threshold", () => policies.some((policy) => policy.some(thresholdIsWrong))],
    ["policy-tree", () => policies.some((policy) => treeOf(policy) === undefined)],
    ["policy-depth", () => policies.some((policy) => treesIn(policy).some((tree) => tree.level > 4))],
    ["policy-root-hidden", () => policies.some((policy) => policy[0]!.kind === "hidden")],
    ["policy-shown", () => policies.some((policy) => treesIn(policy).some(shownIsWrong))],
    [
      "policy-key",
      () =>
        policies.some((policy) =>
          policy.some((node) => node.kind === "key" && !publicKeyHasShape(node.value.publicKey)),
        ),
    ],
  ];
}

/** Decodes a policy, checks that it is well shown, and gives its hash. */
export function naivePolicy(
  policyBytes: Uint8Array,
): { ok: true; hash: string } | { ok: false; code: string } {
  const policy = decode(Policy, policyBytes);
  if (policy === undefined) return { ok: false, code: "encoding" };
  const code = firstBroken(policyRules([policy]));
  return code === undefined ? { ok: true, hash: policyHash(policy) } : { ok: false, code };
}
