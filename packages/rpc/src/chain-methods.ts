// Methods about the chain: blocks, transactions, outputs, proofs.
import type { Json } from "@witan/ledger";
import { LIMITS } from "@witan/primitives";
import * as z from "zod";
import { certificate, header, proofHex } from "./ledger-values.ts";
import { method } from "./method.ts";
import { transactionState } from "./outcome.ts";
import {
  address,
  amount,
  assetId,
  count,
  hash,
  height,
  integer,
  listOf,
  name,
  oneOf,
  sum,
  text,
  time,
  transactionHex,
} from "./values.ts";

/** How many outputs `chain_outputs` gives at a time. */
export const OUTPUTS_PAGE = { default: 100, max: 1_000 } as const;

const genesisFile = z.custom<{ readonly [field: string]: Json }>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  "the JSON of a genesis file",
);

const blockParams = z
  .strictObject({
    height: height.optional(),
    hash: hash.optional(),
    transactions: oneOf(["ids", "full"]).default("ids"),
  })
  .refine((params) => (params.height === undefined) !== (params.hash === undefined), {
    error: "either height or hash, and not both",
  });

const blockTransaction = z.strictObject({
  transaction: hash,
  witnessHash: hash,
  bytes: transactionHex.optional(),
});

const output = z.strictObject({
  transaction: hash,
  index: count,
  asset: assetId,
  amount,
  height,
  reward: z.boolean(),
  spentBy: hash.nullable(),
});

const cursor = text(256);

/** Methods named `chain_…`. */
export const CHAIN_METHODS = {
  chain_genesis: method({
    summary: "the genesis file of the chain, and its id",
    params: z.strictObject({}),
    result: z.strictObject({ chainId: hash, genesis: genesisFile }),
    role: "read",
    errors: [],
  }),
  chain_head: method({
    summary: "the last final block",
    params: z.strictObject({}),
    result: z.strictObject({ height, hash, timestamp: time }),
    role: "read",
    errors: [],
  }),
  chain_block: method({
    summary:
      "a block by its height or its hash, with its certificate, and its transactions as ids or in full",
    params: blockParams,
    result: z.strictObject({
      height,
      hash,
      header,
      certificate: certificate.nullable(),
      transactions: listOf(blockTransaction, LIMITS.blockTransactions),
    }),
    role: "read",
    errors: ["block-unknown"],
  }),
  chain_transaction: method({
    summary: "what is known of a transaction now",
    params: z.strictObject({ transaction: hash }),
    result: transactionState,
    role: "read",
    errors: [],
  }),
  chain_proof: method({
    summary: "the finality proof of a transaction, to be verified without trusting a node",
    params: z.strictObject({ transaction: hash }),
    result: z.strictObject({ transaction: hash, height, proof: proofHex }),
    role: "read",
    errors: ["transaction-unknown", "transaction-not-final", "certificate-pending", "proof-needless"],
  }),
  chain_outputs: method({
    summary:
      "the unspent outputs of an address, in pages; spentBy names a pending transaction that spends one",
    params: z.strictObject({
      address,
      asset: assetId.optional(),
      after: cursor.optional(),
      limit: integer(1, OUTPUTS_PAGE.max).default(OUTPUTS_PAGE.default),
    }),
    result: z.strictObject({
      height,
      outputs: listOf(output, OUTPUTS_PAGE.max),
      next: cursor.nullable(),
    }),
    role: "read",
    errors: ["address-invalid", "cursor-invalid", "address-index-off"],
  }),
  chain_balance: method({
    summary: "the sums of an address' unspent outputs by asset, in final blocks",
    params: z.strictObject({ address }),
    result: z.strictObject({
      address,
      height,
      balances: z.record(z.string().regex(/^(?:0|[1-9][0-9]{0,9})$/, "an asset's number"), sum),
    }),
    role: "read",
    errors: ["address-invalid", "address-index-off"],
  }),
  chain_assets: method({
    summary: "the registered assets; asset 0 is the native one",
    params: z.strictObject({}),
    result: z.strictObject({
      assets: listOf(
        z.strictObject({
          asset: assetId,
          name,
          decimals: integer(0, LIMITS.decimals),
          issuancePolicyHash: hash,
        }),
        LIMITS.assets,
      ),
    }),
    role: "read",
    errors: [],
  }),
} as const;
