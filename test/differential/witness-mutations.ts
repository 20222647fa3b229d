// What can be wrong with a witness: policies shown badly, keys and preimages missing or of no use, signatures that do
// not hold. Some of it is signed over again, some is done after signing.
import type { PolicyNode } from "@witan/ledger";
import type { ChainId, PolicyHash, PublicKey, Signature, Timestamp } from "@witan/primitives";
import { keyOfName } from "../ledger/build.ts";
import type { Dice } from "./dice.ts";
import type { Draft, LooseWitness } from "./draft.ts";
import { askedBy, MISSHAPEN, makeLock, OFF_CURVE, openLock, PREIMAGES } from "./locks.ts";
import type { World } from "./transfers.ts";

/** Changes the witness of a draft in place. */
export type WitnessMutation = (draft: Draft, world: World, dice: Dice) => void;

type Threshold = Extract<PolicyNode, { kind: "threshold" }>;
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

function someNodes(draft: Draft, dice: Dice): PolicyNode[] {
  return draft.policies.length === 0 ? [] : dice.pick(draft.policies);
}

function changeNode(
  draft: Draft,
  dice: Dice,
  wanted: PolicyNode["kind"],
  by: (node: PolicyNode) => PolicyNode,
): void {
  const nodes = someNodes(draft, dice);
  const found = nodes.flatMap((node, at) => (node.kind === wanted ? [at] : []));
  if (found.length === 0) return;
  const at = dice.pick(found);
  nodes[at] = by(nodes[at] as PolicyNode);
}

function wrapPolicy(nodes: PolicyNode[], times: number): void {
  for (let time = 0; time < times; time++) nodes.unshift({ kind: "threshold", required: 1, children: 1 });
}

const POLICIES: Record<string, WitnessMutation> = {
  "a threshold out of range": (draft, _, dice) => {
    const by = (node: PolicyNode): PolicyNode => {
      const { required, children } = node as Threshold;
      const numbers = [0, 17, 255, required + 1, children, children + 1];
      return dice.chance(50)
        ? { kind: "threshold", required: dice.pick(numbers) & 255, children }
        : { kind: "threshold", required, children: dice.pick(numbers) & 255 };
    };
    if (dice.chance(40)) wrapPolicy(someNodes(draft, dice), 1);
    changeNode(draft, dice, "threshold", by);
  },
  "a node dropped": (draft, _, dice) => {
    const nodes = someNodes(draft, dice);
    nodes.splice(dice.below(nodes.length), 1);
  },
  "a node too many": (draft, _, dice) => {
    const nodes = someNodes(draft, dice);
    nodes.splice(dice.below(nodes.length + 1), 0, { kind: "after", time: 0 as Timestamp });
  },
  "no node": (draft) => void draft.policies.push([]),
  "one below another": (draft, _, dice) => wrapPolicy(someNodes(draft, dice), 1 + dice.below(4)),
  "a hidden root": (draft, _, dice) => {
    const nodes = someNodes(draft, dice);
    nodes.splice(0, nodes.length, { kind: "hidden", hash: dice.hash() as PolicyHash });
  },
  "only a hidden child": (draft, _, dice) => {
    const hash = dice.hash() as PolicyHash;
    draft.policies.push([
      { kind: "threshold", required: 1, children: 1 },
      { kind: "hidden", hash },
    ]);
  },
  "something hidden": (draft, _, dice) => {
    const nodes = someNodes(draft, dice);
    if (nodes.length > 0)
      nodes[dice.below(nodes.length)] = { kind: "hidden", hash: dice.hash() as PolicyHash };
  },
  "something shown": (draft, _, dice) =>
    changeNode(draft, dice, "hidden", () => ({ kind: "after", time: 0 as Timestamp })),
  "a misshapen key shown": (draft, _, dice) => {
    const publicKey = dice.pick([...MISSHAPEN, OFF_CURVE]);
    draft.policies.push([{ kind: "key", publicKey }]);
    draft.keys.push(publicKey);
  },
  "a time not come": (draft, world, dice) => {
    const time = (world.now + dice.pick([0, 1])) as Timestamp;
    draft.policies.push([{ kind: "after", time }]);
  },
  "another's policy": (draft, world, dice) => {
    const shown = openLock(makeLock(dice), world.now, dice);
    const { keys, digests } = askedBy([shown]);
    draft.policies.push(shown);
    draft.keys.push(...keys);
    draft.preimages.push(...digests.flatMap((digest) => PREIMAGES.get(digest) ?? []));
  },
  "a policy dropped": (draft, _, dice) => void draft.policies.splice(dice.below(draft.policies.length), 1),
  "a policy dropped with all it asks for": (draft, _, dice) => {
    draft.policies.splice(dice.below(draft.policies.length), 1);
    const { keys, digests } = askedBy(draft.policies);
    draft.keys = keys;
    draft.preimages = digests.flatMap((digest) => PREIMAGES.get(digest) ?? []);
  },
  "a policy twice": (draft, _, dice) => {
    if (draft.policies.length > 0) draft.policies.push([...dice.pick(draft.policies)]);
  },
  "policies as they come": (draft) => {
    draft.sorted = false;
    draft.keys = [...new Set(draft.keys)].sort();
    draft.preimages = [...new Set(draft.preimages)].sort();
    draft.policies.push([{ kind: "after", time: 1 as Timestamp }], [{ kind: "after", time: 2 as Timestamp }]);
  },
};

const HOLDERS: Record<string, WitnessMutation> = {
  "a key too many": (draft, _, dice) =>
    void draft.keys.push(keyOfName(dice.pick(["alice", "bob", "dave", "mallory"])).publicKey),
  "a key missing": (draft, _, dice) => void draft.keys.splice(dice.below(draft.keys.length), 1),
  "another's key": (draft, _, dice) => {
    if (draft.keys.length > 0) draft.keys[0] = keyOfName(dice.pick(["bob", "dave", "mallory"])).publicKey;
  },
  "a preimage too many": (draft, _, dice) =>
    void draft.preimages.push(dice.pick([...PREIMAGES.values(), dice.hash()])),
  "a preimage missing": (draft, _, dice) =>
    void draft.preimages.splice(dice.below(draft.preimages.length), 1),
  "another preimage": (draft, _, dice) => {
    if (draft.preimages.length > 0) draft.preimages[0] = dice.hash();
  },
  "preimages turned": (draft) =>
    void draft.afterwards.push((witness) => {
      witness.preimages.push("ff".repeat(32));
      witness.preimages.reverse();
    }),
  "a preimage twice": (draft) =>
    void draft.afterwards.push((witness) => void witness.preimages.push(...witness.preimages)),
};

type Entry = LooseWitness["signatures"][number];

function afterSigning(by: (entry: Entry, dice: Dice, witness: LooseWitness) => void): WitnessMutation {
  return (draft, _, dice) => {
    draft.afterwards.push((witness) => {
      if (witness.signatures.length > 0) by(dice.pick(witness.signatures), dice, witness);
    });
  };
}

function scalar(value: bigint): string {
  return value.toString(16).padStart(64, "0");
}

function shapeless(entry: Entry, dice: Dice): void {
  const [r, s] = [entry.signature.slice(0, 64), entry.signature.slice(64)];
  const half = (ORDER - 1n) / 2n;
  const high = scalar(ORDER - BigInt(`0x${s}`));
  const sided = [scalar(0n), scalar(ORDER), scalar(ORDER - 1n), "ff".repeat(32)];
  const made = dice.pick([`${dice.pick(sided)}${s}`, `${r}${dice.pick(sided)}`, r + high]);
  entry.signature = dice.pick([made, r + scalar(half), r + scalar(half + 1n)]) as Signature;
}

const SIGNATURES: Record<string, WitnessMutation> = {
  "a signature without shape": afterSigning(shapeless),
  "a bit of a signature": afterSigning((entry, dice) => {
    const at = dice.below(128);
    const digit = Number.parseInt(entry.signature[at] as string, 16) ^ (1 << dice.below(4));
    entry.signature = (entry.signature.slice(0, at) +
      digit.toString(16) +
      entry.signature.slice(at + 1)) as Signature;
  }),
  "a bit of a signing key": afterSigning((entry, dice) => {
    const at = 2 + dice.below(64);
    const digit = Number.parseInt(entry.publicKey[at] as string, 16) ^ 1;
    entry.publicKey = (entry.publicKey.slice(0, at) +
      digit.toString(16) +
      entry.publicKey.slice(at + 1)) as PublicKey;
  }),
  "a misshapen signing key": afterSigning((entry, dice) => {
    entry.publicKey = dice.pick(MISSHAPEN);
  }),
  "signatures turned": afterSigning((entry, _, witness) => {
    witness.signatures.push({ ...entry, publicKey: OFF_CURVE });
    witness.signatures.reverse();
  }),
  "as many signatures as can be, or one more": afterSigning((entry, dice, witness) => {
    const wanted = dice.pick([64, 65, 256]);
    for (let at = witness.signatures.length; at < wanted; at++) {
      const publicKey = `03${"ff".repeat(16)}${at.toString(16).padStart(32, "0")}` as PublicKey;
      witness.signatures.push({ ...entry, publicKey });
    }
  }),
  "a signature twice": afterSigning((entry, _, witness) => void witness.signatures.push({ ...entry })),
  "signed for another chain": (draft, _, dice) => {
    draft.signsFor = dice.pick([dice.hash(), "00".repeat(32)]) as ChainId;
  },
};

/** Every mutation of a witness, by name. */
export const WITNESS_MUTATIONS: Record<string, WitnessMutation> = { ...POLICIES, ...HOLDERS, ...SIGNATURES };
