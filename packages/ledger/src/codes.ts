// Every code a rule can answer with, and the sentence for a person. docs/formats.md defines the rules; a test holds
// code, sentence and page together. A code never changes its meaning.

/** What each code means, as a person would be told. */
export const RULES = {
  "transaction-too-large": "the transaction has more than 65,536 bytes",
  encoding: "the bytes are not the canonical encoding of what they should be",

  "inputs-empty": "a transfer needs at least one input",
  "inputs-repeated": "two inputs spend the same output",
  "amount-zero": "an amount is zero; amounts are at least 1",
  "issued-native": "asset 0 is never issued",
  "issued-order": "issued assets are not sorted, or one stands twice",
  "destroyed-order": "destroyed assets are not sorted, or one stands twice",
  "policy-threshold": "a threshold asks for 0, for more children than it has, or has none or more than 16",
  "policy-tree": "the nodes of a policy are not exactly one tree in pre-order",
  "policy-depth": "a policy has more than 4 levels",
  "policy-root-hidden": "the root of a policy is hidden",
  "policy-shown": "a threshold does not show exactly as many children as it requires",
  "policy-key": "a policy names something that has not the shape of a public key",
  "policies-order": "policies are not sorted by their hash, or one stands twice",
  "transfer-signatures": "a transfer has more than 64 signatures",
  "signatures-order": "signatures are not sorted by public key, or one key stands twice",
  "signature-shape": "a public key or signature has not the right shape (lengths, prefix, ranges, low s)",
  "preimages-order": "preimages are not sorted, or one stands twice",
  "signature-missing": "a key that the policies show did not sign",
  "signature-unused": "a signature serves no key that the policies show",
  "preimage-missing": "a hash that the policies show has no preimage",
  "preimage-unused": "a preimage serves no hash that the policies show",

  expired: "validUntil is before the block's timestamp",
  "valid-until-too-far": "validUntil is further ahead than the chain allows",
  "fee-too-low": "the fee is below the chain's minimum for this weight",
  "asset-unknown": "an asset is not registered",
  "client-missing": "this chain wants at least one client's signature",
  "client-revoked": "a signing key is revoked on this chain",
  "client-not-permitted": "a signing key is not permitted on this chain",
  premature: "a policy holds only from a later time on",
  "signature-invalid":
    "a signature does not hold for this transaction on this chain: one that was signed for another chain looks like that, too",
  "input-missing": "an input's output does not exist, or is spent",
  "input-immature": "an input spends a mined reward too early",
  "policy-missing": "no policy is shown for an output spent or an asset issued",
  "policy-unused": "a policy is shown that nothing asks for",
  unbalanced: "spent and issued do not equal outputs, destroyed and fee",

  "reward-witness": "a reward has no witness",
  "reward-height": "the reward is made for another height",

  "governance-witness": "a governance transaction shows no policies and no preimages",
  "change-name": "a name is empty, too long or has characters that are not allowed",
  "change-key": "a public key has not the right shape",
  "change-peer-id": "a peer id is not that of an Ed25519 key",
  "change-prefixes": "register prefixes are not sorted, or one stands twice",
  "change-decimals": "an asset has at most 18 decimals",
  "governance-unavailable": "a proof-of-work chain has no governance",
  "governance-sequence": "the sequence is not the chain's next",
  "approval-stranger": "a signature is not by the operator key of a voting member",
  "approvals-too-few": "fewer operators signed than a quorum",
  "member-role": "this kind of chain has no members of that role",
  "members-full": "there are 256 members, the most there can be",
  "name-taken": "the name is in use",
  "key-in-use": "a key serves another member or purpose already",
  "key-retired": "a key was replaced or removed before, and can't come back",
  "member-unknown": "no member has that name",
  "members-too-few": "without that member nobody could vote or propose",
  "retired-keys-full": "there are 65,536 retired keys, the most there can be",
  "change-empty": "the change would change nothing",
  "clients-full": "there are 16,384 clients with a record, the most there can be",
  "client-unknown": "the key has no record as a client",
  "assets-full": "there are 4,096 assets, the most there can be",
  "parameter-range": "the value is outside the range that the parameter can have",
  "rules-not-next": "the rules version is not the next one",

  "block-too-large": "the block has more bytes than the chain allows",
  "rules-unknown": "this program does not know the rules that the chain has changed to: update it",
  "header-version": "the header's version is not the chain's rules version",
  "header-height": "the height is not the parent's and one",
  "header-parent": "the parent is not the block before",
  "header-timestamp": "the timestamp is not later than it must be",
  "header-proposer": "the proposer is not a member who may propose",
  "header-target": "the target is not the prescribed one",
  "header-nonce": "outside proof of work the nonce is 0",
  "header-work": "the block's hash does not meet its target",
  "transactions-too-many": "the block has more transactions than the chain allows",
  "signatures-too-many": "the transfers of the block have more signatures than the chain allows",
  "transactions-root": "the header's transactionsRoot is not that of the transactions",
  "reward-position": "a reward stands elsewhere than first",
  "governance-position": "a governance transaction stands elsewhere than last",
  "reward-missing": "the proposer's reward is missing",
  "reward-wrong": "the reward is not the one due",
  "governance-root": "the header's governanceRoot is not that of the state after the block",

  "proof-kind": "the proof is for another kind of chain",
  "proof-membership": "a certificate is by another membership than the one that decides its height",
  "proof-block": "a certificate is for another block",
  "proof-voters": "a certificate names members out of order, or who do not vote",
  "proof-quorum": "a certificate has fewer signatures than a quorum",
  "proof-signature": "a member's signature does not hold",
  "proof-members": "the new members are not those of the block that changed them",
  "proof-inclusion": "the transaction is not in the block",
  "proof-headers": "the headers are not a chain with the work prescribed",
} as const satisfies Record<string, string>;

/** A stable code of a broken rule. */
export type RuleCode = keyof typeof RULES;

/** A broken rule, and where in a block it was broken. */
export interface Broken {
  readonly ok: false;
  readonly code: RuleCode;
  /** What was found and what was expected, for people. */
  readonly detail?: string;
  /** The position of the transaction in the block, if the rule is a transaction's. */
  readonly transaction?: number;
}

/** One rule about a subject. */
export interface Rule<Subject> {
  readonly code: RuleCode;
  /** What was found and expected if the rule is broken (perhaps an empty text), otherwise undefined. */
  readonly broken: (subject: Subject) => string | undefined;
}

/** The first rule of a list that a subject breaks. */
export function firstBroken<Subject>(rules: readonly Rule<Subject>[], subject: Subject): Broken | undefined {
  for (const rule of rules) {
    const detail = rule.broken(subject);
    if (detail !== undefined) return { ok: false, code: rule.code, detail };
  }
  return undefined;
}

/** Every rule of a list that a subject breaks, in order. */
export function allBroken<Subject>(rules: readonly Rule<Subject>[], subject: Subject): Broken[] {
  return rules.flatMap((rule) => {
    const detail = rule.broken(subject);
    return detail === undefined ? [] : [{ ok: false as const, code: rule.code, detail }];
  });
}
