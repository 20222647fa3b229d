// The worked examples of docs/formats.md, section 4: what the page shows, as the code gives it.
import { formatAddress } from "@witan/crypto";
import { type Policy, type PolicyNode, policyCodec, policyHash } from "@witan/ledger";
import {
  bytesToHex,
  type Hash,
  hexToBytes,
  type PolicyHash,
  type PublicKey,
  present,
  sha256Hex,
  type Timestamp,
} from "@witan/primitives";

/** The points G, 2G and 3G: the public keys of the secret keys 1, 2 and 3. */
export const KEYS = {
  A: "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798" as PublicKey,
  B: "02c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5" as PublicKey,
  C: "02f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9" as PublicKey,
};
/** 2026-01-01T00:00:00Z. */
export const TIME = 1_767_225_600_000 as Timestamp;
/** What opens the swap. */
export const SECRET = "5e".repeat(32);

const key = (name: keyof typeof KEYS): Policy => [{ kind: "key", publicKey: KEYS[name] }];
const time: Policy = [{ kind: "after", time: TIME }];
const secret: Policy = [{ kind: "hash", digest: sha256Hex(hexToBytes(SECRET)) as Hash }];
const some = (required: number, ...children: Policy[]): Policy => [
  { kind: "threshold", required, children: children.length },
  ...children.flat(),
];
const hashOf = (policy: Policy): PolicyHash => present(policyHash(policy), "a tree");
const hidden = (policy: Policy): Policy => [{ kind: "hidden", hash: hashOf(policy) }];

/** The leaves, by how the page calls them. */
export const LEAVES: Readonly<Record<string, Policy>> = {
  "key A": key("A"),
  "key B": key("B"),
  "key C": key("C"),
  "after T": time,
  "hash D": secret,
};

const twoOf = some(2, key("A"), key("B"), key("C"));
const late = some(2, key("B"), time);
const taken = some(2, key("A"), secret);
const back = some(2, key("B"), time);

/** A policy of the page: all of it, its inner thresholds, and a form in which it is well shown. */
export interface Example {
  readonly whole: Policy;
  readonly inner: readonly Policy[];
  readonly shown: Policy;
}

/** The policies of the page. */
export const EXAMPLES: Readonly<Record<string, Example>> = {
  "Single key": { whole: key("A"), inner: [], shown: key("A") },
  "Two of three": { whole: twoOf, inner: [], shown: some(2, key("A"), hidden(key("B")), key("C")) },
  Escrow: { whole: some(1, twoOf, late), inner: [twoOf, late], shown: some(1, hidden(twoOf), late) },
  Swap: { whole: some(1, taken, back), inner: [taken, back], shown: some(1, taken, hidden(back)) },
};

/** The bytes of a node, selector included. */
export function nodeHex(node: PolicyNode): string {
  // A list of one node is an offset of four bytes, and the node.
  return bytesToHex(policyCodec.encode([node])).slice(8);
}

/** What the page says of a policy: the bytes of its root node, its hash, its shown form and its address. */
export function factsOf({ whole, inner, shown }: Example): readonly string[] {
  const root = present(whole[0], "a root");
  return [
    nodeHex(root),
    ...inner.map(hashOf),
    hashOf(whole),
    bytesToHex(policyCodec.encode(shown)),
    formatAddress("wt", hashOf(whole)),
  ];
}
