// A small chain for the naive validator's own tests, built with its own types.
import assert from "node:assert/strict";
import { sha256 } from "@noble/hashes/sha2.js";
import { getPublicKey, signAsync } from "@noble/secp256k1";
import { ascii, hex, unhex, ZERO32 } from "./bytes.ts";
import {
  type Block,
  type Body,
  Genesis,
  type Header,
  Policy,
  Transaction,
  type Transfer,
} from "./formats.ts";
import { transactionsRoot } from "./genesis.ts";
import { NaiveChain, naiveChainId, naivePolicy, naiveTransactionIds } from "./index.ts";
import type { Value } from "./ssz.ts";

const secret = (name: string): Uint8Array => sha256(ascii(name));
/** The public key of someone. */
export const key = (name: string): string => hex(getPublicKey(secret(name)));
/** The policy of one key. */
export const keyPolicy = (name: string): Policy => [{ kind: "key", value: { publicKey: key(name) } }];
/** The hash of a policy well shown. */
export const hashOf = (policy: Policy): string => {
  const result = naivePolicy(Policy.encode(policy));
  assert(result.ok);
  return result.hash;
};
/** A signature of someone. */
export const sign = async (name: string, digest: string): Promise<string> =>
  hex(await signAsync(unhex(digest), secret(name), { prehash: false }));

const REWARD_POLICY = hashOf(keyPolicy("validator-reward"));
/** A genesis with one validator and one allocation, to alice. */
export const pbft: Genesis = {
  version: 1n,
  name: "naive",
  addressPrefix: "wit",
  timestamp: 1_000_000n,
  consensus: { kind: "pbft", value: null },
  clientsMode: "open",
  members: [
    {
      name: "one",
      role: "validator",
      votingKey: key("voting"),
      peerId: `002408011220${"11".repeat(32)}`,
      operatorKey: key("operator"),
      rewardPolicy: REWARD_POLICY,
    },
  ],
  parameters: {
    blockBytesMax: 2_097_152n,
    blockTransactionsMax: 8_192n,
    blockSignaturesMax: 8_192n,
    feeRateMin: 0n,
    validUntilAheadMsMax: 604_800_000n,
    clockDriftMs: 2_000n,
    emptyBlockIntervalMs: 60_000n,
    checkpointInterval: 10_000n,
    rulesVersion: 1n,
  },
  assets: [{ name: "WITAN", decimals: 8n, issuancePolicyHash: ZERO32 }],
  clients: [],
  allocations: [{ asset: 0n, amount: 1_000n, policyHash: hashOf(keyPolicy("alice")) }],
};
/** The genesis, encoded. */
export const genesisBytes = Genesis.encode(pbft);
/** Its chain id. */
export const chainId = naiveChainId(genesisBytes);
const allocation = new NaiveChain(genesisBytes).outputs[0]!.transaction;

/** A transaction with these policies, signed by these. */
export async function signed(body: Body, policies: Policy[], signers: string[]): Promise<Transaction> {
  const witness = { policies, signatures: [], preimages: [] };
  const { id } = naiveTransactionIds(Transaction.encode({ body, witness }), chainId)!;
  const signatures = [];
  for (const name of signers) signatures.push({ publicKey: key(name), signature: await sign(name, id) });
  return { body, witness: { ...witness, signatures } };
}

/** A transfer of what alice has to bob, but for these fields. */
export function transferOf(fields: Partial<Transfer>): Body {
  const value: Transfer = {
    inputs: [{ transaction: allocation, index: 0n }],
    outputs: [{ asset: 0n, amount: 990n, policyHash: hashOf(keyPolicy("bob")) }],
    fee: 10n,
    issued: [],
    destroyed: [],
    validUntil: 1_000_500n,
    memo: "",
    ...fields,
  };
  return { kind: "transfer", value };
}

/** A reward to the validator. */
export const reward = (height: bigint, amount: bigint): Transaction => ({
  body: { kind: "reward", value: { height, outputs: [{ asset: 0n, amount, policyHash: REWARD_POLICY }] } },
  witness: { policies: [], signatures: [], preimages: [] },
});

/** The next block of a chain with these transactions, but for these fields. */
export function blockOf(
  chain: NaiveChain,
  transactions: Transaction[],
  fields: Partial<Header> = {},
): Value<typeof Block> {
  const header: Header = {
    version: 1n,
    height: BigInt(chain.height + 1),
    parent: chain.tipHash,
    timestamp: 1_000_000n + BigInt(chain.height + 1),
    transactionsRoot: transactionsRoot(transactions, chainId),
    governanceRoot: chain.governanceRoot,
    proposer: 0n,
    target: 0n,
    nonce: 0n,
    ...fields,
  };
  return { header, transactions: transactions.map((each) => hex(Transaction.encode(each))) };
}
