// A transaction in the making: everything can still be changed, and what follows from it (signatures) comes last.
import type { Body, PolicyNode, Transfer, Witness } from "@witan/ledger";
import { sealTransaction, TransactionHasher, transactionCodec } from "@witan/ledger";
import type { ChainId, PublicKey, Signature } from "@witan/primitives";
import { sortPolicies } from "../ledger/build.ts";
import { signAs } from "./keyring.ts";
import type { Pair } from "./pair.ts";

/** A type whose fields can be written. */
export type Loose<T> = T extends string | number | bigint
  ? T
  : T extends readonly (infer Element)[]
    ? Loose<Element>[]
    : { -readonly [K in keyof T]: Loose<T[K]> };

/** A body that can be changed. */
export type LooseBody = Loose<Body>;
/** A transfer that can be changed. */
export type LooseTransfer = Loose<Transfer>;
/** A witness that can be changed. */
export type LooseWitness = Loose<Witness>;

/** A transaction in the making. */
export interface Draft {
  body: LooseBody;
  policies: PolicyNode[][];
  /** Who signs. */
  keys: PublicKey[];
  preimages: string[];
  /** Whether lists of the witness are sorted at the end. */
  sorted: boolean;
  /** The chain that the signatures are for, if it is another one. */
  signsFor?: ChainId;
  /** What happens to the witness after signing. */
  afterwards: ((witness: LooseWitness) => void)[];
}

/** The bytes of a draft, signed; undefined if it can't be encoded. */
export function finish(pair: Pair, draft: Draft): Uint8Array | undefined {
  const { transactions } = pair.ledger.chain;
  const bare = { body: draft.body as Body, witness: { policies: [], signatures: [], preimages: [] } };
  const unsigned = sealTransaction(transactions, bare);
  if (!unsigned.ok) return undefined;
  const { signsFor } = draft;
  const digest = signsFor ? new TransactionHasher(signsFor).id(bare.body) : unsigned.value.id;
  const keys = draft.sorted ? [...new Set(draft.keys)].sort() : draft.keys;
  const policies = draft.sorted ? sortPolicies(draft.policies) : draft.policies;
  const preimages = draft.sorted ? [...new Set(draft.preimages)].sort() : draft.preimages;
  const witness = structuredClone({
    policies,
    signatures: keys.map((publicKey) => ({ publicKey, signature: signAs(publicKey, digest) as Signature })),
    preimages,
  }) as LooseWitness;
  for (const change of draft.afterwards) change(witness);
  const encoded = transactionCodec.tryEncode({ body: draft.body as Body, witness: witness as Witness });
  return encoded.ok ? encoded.value : undefined;
}
