// Vectors for policies: what is well shown and its hash, and each way to be wrong.
import { type Policy, type PolicyNode, policyCodec, policyHash } from "@witan/ledger";
import {
  bytesToHex,
  type Hash,
  type PolicyHash,
  type PublicKey,
  present,
  type Timestamp,
} from "@witan/primitives";
import { keyOfName } from "../../ledger/build.ts";
import type { PolicyCase, VectorFile, Verdict } from "../format.ts";
import { list, times } from "./bytes.ts";

/** A node that holds if a key signed. */
export function key(name: string): PolicyNode {
  return { kind: "key", publicKey: keyOfName(name).publicKey };
}

/** A node that holds from a time on. */
export function after(time: number): PolicyNode {
  return { kind: "after", time: time as Timestamp };
}

/** A node that holds if the preimage of a digest is shown. */
export function hashOf(digest: string): PolicyNode {
  return { kind: "hash", digest: digest as Hash };
}

/** A threshold and its children. */
export function some(required: number, ...children: Policy[]): Policy {
  return [{ kind: "threshold", required, children: children.length }, ...children.flat()];
}

/** A node in the place of a policy that is not shown. */
export function hidden(policy: Policy): Policy {
  return [{ kind: "hidden", hash: present(policyHash(policy), "a tree") }];
}

/** A node that hides who knows what. */
export function hiddenAs(byte: number): PolicyNode {
  return { kind: "hidden", hash: byte.toString(16).padStart(2, "0").repeat(32) as PolicyHash };
}

const a = key("a");
const b = key("b");
const c = key("c");
const threshold = (required: number, children: number): PolicyNode => ({
  kind: "threshold",
  required,
  children,
});
const badKey = (publicKey: string): Policy => [{ kind: "key", publicKey: publicKey as PublicKey }];
const X_TOO_LARGE = "02fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f";

/** Well shown policies; those in one list have one hash, whatever they hide. */
const SHOWN: Readonly<Record<string, readonly Policy[]>> = {
  "a key": [[a]],
  "a time": [[after(1_767_225_600_000)]],
  "the time 0": [[after(0)]],
  "the greatest time": [[after(Number.MAX_SAFE_INTEGER)]],
  "a hash": [[hashOf("ab".repeat(32))]],
  "one of one": [some(1, [a])],
  "two of three": [
    some(2, [a], [b], hidden([c])),
    some(2, [a], hidden([b]), [c]),
    some(2, hidden([a]), [b], [c]),
  ],
  "either of two ways": [
    some(1, some(2, [a], [b]), hidden(some(2, [c], [after(99)]))),
    some(1, hidden(some(2, [a], [b])), some(2, [c], [after(99)])),
  ],
  "hidden inside what is shown": [
    some(2, some(1, [a], hidden([b])), some(1, hidden([c]), [after(5)])),
    some(2, some(1, hidden([a]), [b]), some(1, [c], hidden([after(5)]))),
  ],
  "four levels": [some(1, some(1, some(1, [a])))],
  "16 children": [some(16, ...Array.from({ length: 16 }, (_, at): Policy => [after(at)]))],
  "32 nodes": [
    some(
      2,
      some(1, [a], ...Array.from({ length: 15 }, (_, at): Policy => [hiddenAs(at)])),
      some(1, [b], ...Array.from({ length: 12 }, (_, at): Policy => [hiddenAs(at)])),
    ),
  ],
  "the same key twice": [some(2, [a], [a])],
};

const WRONG: readonly (readonly [string, Verdict, Policy])[] = [
  ["no children", "policy-threshold", [threshold(0, 0)]],
  ["one of no children", "policy-threshold", [threshold(1, 0)]],
  ["none of one", "policy-threshold", [threshold(0, 1), a]],
  ["two of one", "policy-threshold", [threshold(2, 1), a]],
  [
    "17 children",
    "policy-threshold",
    some(17, ...Array.from({ length: 17 }, (_, at): Policy => [after(at)])),
  ],
  ["255 of 255", "policy-threshold", [threshold(255, 255), a]],
  ["wrong inside", "policy-threshold", some(1, [threshold(0, 1), a])],
  ["told before that nodes are missing", "policy-threshold", [threshold(0, 3), a]],
  ["in a node behind the tree", "policy-threshold", [a, threshold(3, 2)]],
  ["no node", "policy-tree", []],
  ["two roots", "policy-tree", [a, b]],
  ["a child too few", "policy-tree", [threshold(1, 2), a]],
  ["a child too many", "policy-tree", [threshold(1, 1), a, b]],
  ["a threshold with nothing below", "policy-tree", [threshold(1, 1)]],
  ["a second tree behind a hidden root", "policy-tree", [hiddenAs(1), a]],
  ["five levels", "policy-depth", some(1, some(1, some(1, some(1, [a]))))],
  ["a hidden node at level 5", "policy-depth", some(1, some(1, some(1, some(1, [a], [hiddenAs(1)]))))],
  ["a hidden root", "policy-root-hidden", [hiddenAs(1)]],
  ["none shown of one required", "policy-shown", some(1, [hiddenAs(1)], [hiddenAs(2)])],
  ["two shown, one required", "policy-shown", some(1, [a], [b])],
  ["one shown, two required", "policy-shown", some(2, [a], [hiddenAs(2)])],
  ["too many shown inside", "policy-shown", some(1, some(1, [a], [b]), [hiddenAs(2)])],
  ["told before a wrong key", "policy-shown", some(1, badKey(`04${"11".repeat(32)}`), [b])],
  ["prefix 04", "policy-key", badKey(`04${"11".repeat(32)}`)],
  ["prefix 00", "policy-key", badKey(`00${"11".repeat(32)}`)],
  ["x is p", "policy-key", badKey(X_TOO_LARGE)],
  ["wrong inside", "policy-key", some(1, some(1, badKey(X_TOO_LARGE)), [hiddenAs(1)])],
];

function bytesOf(policy: Policy): string {
  return bytesToHex(policyCodec.encode(policy));
}

/** policies.json */
export function policyVectors(): VectorFile<PolicyCase> {
  const cases: PolicyCase[] = [];
  for (const [name, forms] of Object.entries(SHOWN)) {
    const hash = present(policyHash(forms[0] ?? []), name);
    forms.forEach((policy, at) => {
      const form = forms.length === 1 ? name : `${name}, form ${at + 1}`;
      cases.push({ name: `well shown: ${form}`, policy: bytesOf(policy), expected: "ok", hash });
    });
  }
  for (const [name, expected, policy] of WRONG)
    cases.push({ name: `${expected}: ${name}`, policy: bytesOf(policy), expected });
  const node = `04000000${"00"}${"11".repeat(32)}`;
  cases.push({
    name: "encoding: 33 nodes",
    policy: list(times(33, `00${"22".repeat(32)}`)),
    expected: "encoding",
  });
  cases.push({ name: "encoding: a byte behind", policy: `${node}00`, expected: "encoding" });
  cases.push({
    name: "encoding: selector 5",
    policy: `04000000${"05"}${"11".repeat(2)}`,
    expected: "encoding",
  });
  return { about: "Policies: docs/formats.md, section 4", shared: {}, cases };
}
