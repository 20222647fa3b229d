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
  byAsset,
  count,
  cursor,
  difference,
  hash,
  height,
  integer,
  listOf,
  name,
  oneOf,
  sum,
  time,
  transactionHex,
} from "./values.ts";

/** How many outputs `chain_outputs` gives at a time. */
export const OUTPUTS_PAGE = { default: 100, max: 1_000 } as const;
/** How many blocks `chain_blocks` gives at a time. */
export const BLOCKS_PAGE = { default: 20, max: 100 } as const;
/** How many entries `chain_history` gives at a time. */
export const HISTORY_PAGE = { default: 100, max: 1_000 } as const;

const genesisFile = z.record(
  z.string(),
  z.custom<Json>((value) => value !== undefined, "JSON"),
  "the JSON of a genesis file",
);

const blockParams = z
  .strictObject({
    height: height.optional().describe("either this or hash"),
    hash: hash.optional().describe("either this or height"),
    transactions: oneOf(["ids", "full"]).default("ids"),
  })
  .refine((params) => (params.height === undefined) !== (params.hash === undefined), {
    error: "either height or hash, and not both",
  });

const proofParams = z
  .strictObject({
    transaction: hash.optional().describe("either this or height"),
    height: height.optional().describe("either this or transaction"),
  })
  .refine((params) => (params.transaction === undefined) !== (params.height === undefined), {
    error: "either transaction or height, and not both",
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
  spentBy: hash.nullable().describe("a pending transaction that spends it"),
});

const order = oneOf(["descending", "ascending"]).default("descending");

const shortBlock = z.strictObject({
  height,
  hash,
  timestamp: time,
  proposer: name.nullable().describe("null for block 0"),
  transactions: count,
  bytes: count,
});

const historyEntry = z.strictObject({
  height,
  timestamp: time,
  index: count.describe("the transaction's position in its block"),
  transaction: hash,
  changes: byAsset(difference).describe("what the address gained or lost, by asset"),
});

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
  chain_blocks: method({
    summary:
      "blocks in short, in pages, from the head down or from block 0 up; next goes into before or from of the next call",
    params: z.strictObject({
      from: height.optional().describe("the lowest height that is told; 0 if left out"),
      before: height.optional().describe("no height from here on is told; left out: up to the head"),
      limit: integer(1, BLOCKS_PAGE.max).default(BLOCKS_PAGE.default),
      order,
    }),
    result: z.strictObject({
      blocks: listOf(shortBlock, BLOCKS_PAGE.max),
      next: height.nullable().describe("before, or from if ascending, of the next page"),
    }),
    role: "read",
    errors: [],
  }),
  chain_transaction: method({
    summary:
      "what is known of a transaction now, whoever asks; as transaction_wait tells it at once, with its bytes",
    params: z.strictObject({ transaction: hash }),
    result: transactionState,
    role: "read",
    errors: [],
  }),
  chain_proof: method({
    summary:
      "the finality proof of a transaction, to be verified without trusting a node; by height that of a block, whatever it holds",
    params: proofParams,
    result: z.union([
      z.strictObject({ transaction: hash, height, proof: proofHex }),
      z.strictObject({ height, hash, proof: proofHex.describe("of the block: BlockEvidence") }),
    ]),
    role: "read",
    errors: [
      "transaction-unknown",
      "transaction-not-final",
      "block-unknown",
      "certificate-pending",
      "proof-needless",
    ],
  }),
  chain_outputs: method({
    summary:
      "the unspent outputs of an address, in pages; spentBy names a pending transaction that spends one; with asset a page may be short or empty, and there are more as long as next is a cursor",
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
      balances: byAsset(sum),
    }),
    role: "read",
    errors: ["address-invalid", "address-index-off"],
  }),
  chain_history: method({
    summary:
      "what transactions did to an address, in pages; a page may be short, and there are more as long as next is a cursor",
    params: z.strictObject({
      address,
      asset: assetId.optional(),
      after: cursor.optional(),
      limit: integer(1, HISTORY_PAGE.max).default(HISTORY_PAGE.default),
      order,
    }),
    result: z.strictObject({
      height,
      entries: listOf(historyEntry, HISTORY_PAGE.max),
      next: cursor.nullable(),
    }),
    role: "read",
    errors: ["address-invalid", "cursor-invalid", "address-index-off"],
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
