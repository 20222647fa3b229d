// The rules for transactions, section 7 of docs/formats.md.
import { allDiffer, firstBroken, type Rule, sha, strictlyAscending } from "./bytes.ts";
import {
  type Genesis,
  type Governance,
  type GovernanceState,
  type PolicyNode,
  type Reward,
  Transaction,
  type Transfer,
  type Witness,
} from "./formats.ts";
import { transactionId, witnessHash } from "./genesis.ts";
import { changeRules, changeStateRules, quorum, votes } from "./governance.ts";
import { publicKeyHasShape, signatureHasShape, signatureHolds } from "./keys.ts";
import { policyHash, policyRules } from "./policy.ts";
import { decode } from "./ssz.ts";

/** An output that can be spent. */
export interface Unspent {
  transaction: string;
  index: bigint;
  asset: bigint;
  amount: bigint;
  policyHash: string;
  height: bigint;
  reward: boolean;
}

/** What a transaction is judged against, beside the outputs. */
export interface Surroundings {
  genesis: Genesis;
  chainId: string;
  governance: GovernanceState;
  height: bigint;
  timestamp: bigint;
}

/** Decodes a transaction by the rules "Encoding". */
export function decodeTransaction(bytes: Uint8Array): { code: string } | { transaction: Transaction } {
  if (bytes.length > 65536) return { code: "transaction-too-large" };
  const transaction = decode(Transaction, bytes);
  return transaction === undefined ? { code: "encoding" } : { transaction };
}

/** The id and witness hash of an encoded transaction, undefined if it does not decode. */
export function naiveTransactionIds(
  bytes: Uint8Array,
  chainId: string,
): { id: string; witnessHash: string } | undefined {
  const decoded = decodeTransaction(bytes);
  if (!("transaction" in decoded)) return undefined;
  const { transaction } = decoded;
  return { id: transactionId(transaction, chainId), witnessHash: witnessHash(transaction, chainId) };
}

function keysOf(witness: Witness): string[] {
  return witness.signatures.map((signature) => signature.publicKey);
}

function signatureRules(witness: Witness): Rule[] {
  return [
    ["signatures-order", () => !strictlyAscending(keysOf(witness))],
    [
      "signature-shape",
      () =>
        witness.signatures.some(
          ({ publicKey, signature }) => !publicKeyHasShape(publicKey) || !signatureHasShape(signature),
        ),
    ],
  ];
}

function signatureInvalid(witness: Witness, id: string): Rule {
  return [
    "signature-invalid",
    () => witness.signatures.some(({ publicKey, signature }) => !signatureHolds(publicKey, signature, id)),
  ];
}

function validUntilRules(validUntil: bigint, around: Surroundings): Rule[] {
  const { timestamp, governance } = around;
  return [
    ["expired", () => validUntil < timestamp],
    ["valid-until-too-far", () => validUntil > timestamp + governance.parameters.validUntilAheadMsMax],
  ];
}

function nodesOf(witness: Witness): PolicyNode[] {
  return witness.policies.flat();
}

function transferOwnRules(transfer: Transfer, witness: Witness): Rule[] {
  const { inputs, outputs, issued, destroyed } = transfer;
  const keys = keysOf(witness);
  const shownKeys = nodesOf(witness).flatMap((node) => (node.kind === "key" ? [node.value.publicKey] : []));
  const shownDigests = nodesOf(witness).flatMap((node) => (node.kind === "hash" ? [node.value.digest] : []));
  const digests = witness.preimages.map(sha);
  return [
    ["inputs-empty", () => inputs.length === 0],
    ["inputs-repeated", () => !allDiffer(inputs.map((input) => `${input.transaction}:${input.index}`))],
    ["amount-zero", () => [...outputs, ...issued, ...destroyed].some(({ amount }) => amount === 0n)],
    ["issued-native", () => issued.some(({ asset }) => asset === 0n)],
    ["issued-order", () => !strictlyAscending(issued.map(({ asset }) => asset))],
    ["destroyed-order", () => !strictlyAscending(destroyed.map(({ asset }) => asset))],
    ...policyRules(witness.policies),
    ["policies-order", () => !strictlyAscending(witness.policies.map(policyHash))],
    ["transfer-signatures", () => witness.signatures.length > 64],
    ...signatureRules(witness),
    ["preimages-order", () => !strictlyAscending(witness.preimages)],
    ["signature-missing", () => shownKeys.some((key) => !keys.includes(key))],
    ["signature-unused", () => keys.some((key) => !shownKeys.includes(key))],
    ["preimage-missing", () => shownDigests.some((digest) => !digests.includes(digest))],
    ["preimage-unused", () => digests.some((digest) => !shownDigests.includes(digest))],
  ];
}

function transferBlockRules(transfer: Transfer, witness: Witness, around: Surroundings): Rule[] {
  const { governance, genesis, timestamp } = around;
  const size = Transaction.encode({ body: { kind: "transfer", value: transfer }, witness }).length;
  const weight = BigInt(size) + 200n * BigInt(witness.signatures.length);
  const keys = keysOf(witness);
  const permitted = genesis.clientsMode === "permitted";
  const statusOf = (key: string) => governance.clients.find((client) => client.publicKey === key)?.status;
  return [
    ...validUntilRules(transfer.validUntil, around),
    ["fee-too-low", () => transfer.fee * 1000n < governance.parameters.feeRateMin * weight],
    [
      "asset-unknown",
      () =>
        [...transfer.outputs, ...transfer.issued, ...transfer.destroyed].some(
          ({ asset }) => asset >= BigInt(governance.assets.length),
        ),
    ],
    ["client-missing", () => permitted && keys.length === 0],
    ["client-revoked", () => keys.some((key) => statusOf(key) === "revoked")],
    ["client-not-permitted", () => permitted && keys.some((key) => statusOf(key) === undefined)],
    [
      "premature",
      () => nodesOf(witness).some((node) => node.kind === "after" && node.value.time > timestamp),
    ],
  ];
}

function find(unspent: readonly Unspent[], input: Transfer["inputs"][number]): Unspent | undefined {
  return unspent.find((coin) => coin.transaction === input.transaction && coin.index === input.index);
}

function isBalanced(transfer: Transfer, spent: readonly Unspent[]): boolean {
  const { outputs, issued, destroyed, fee } = transfer;
  const sum = (amounts: readonly { asset: bigint; amount: bigint }[], asset: bigint): bigint => {
    let total = 0n;
    for (const entry of amounts) if (entry.asset === asset) total += entry.amount;
    return total;
  };
  for (const { asset } of [{ asset: 0n }, ...spent, ...issued, ...outputs, ...destroyed]) {
    const into = sum(spent, asset) + sum(issued, asset);
    const out = sum(outputs, asset) + sum(destroyed, asset) + (asset === 0n ? fee : 0n);
    if (into !== out) return false;
  }
  return true;
}

function transferInputRules(
  transfer: Transfer,
  witness: Witness,
  around: Surroundings,
  unspent: readonly Unspent[],
): Rule[] {
  const { consensus } = around.genesis;
  const found = transfer.inputs.map((input) => find(unspent, input));
  const spent = found.filter((coin) => coin !== undefined);
  const shown = (): string[] => witness.policies.map(policyHash);
  const asked = (): string[] => [
    ...spent.map((coin) => coin.policyHash),
    ...transfer.issued.map(({ asset }) => around.governance.assets[Number(asset)]!.issuancePolicyHash),
  ];
  const isImmature = (coin: Unspent): boolean =>
    consensus.kind === "pow" &&
    coin.reward &&
    coin.height > 0n &&
    around.height - coin.height < consensus.value.coinbaseMaturity;
  return [
    ["input-missing", () => found.includes(undefined)],
    ["input-immature", () => spent.some(isImmature)],
    ["policy-missing", () => asked().some((hash) => !shown().includes(hash))],
    ["policy-unused", () => shown().some((hash) => !asked().includes(hash))],
    ["unbalanced", () => !isBalanced(transfer, spent)],
  ];
}

function rewardRules(reward: Reward, witness: Witness, around: Surroundings): Rule[] {
  const { policies, signatures, preimages } = witness;
  return [
    ["reward-witness", () => policies.length > 0 || signatures.length > 0 || preimages.length > 0],
    ["amount-zero", () => reward.outputs.some(({ amount }) => amount === 0n)],
    ["reward-height", () => reward.height !== around.height],
  ];
}

function governanceRules(change: Governance, witness: Witness, around: Surroundings, id: string): Rule[] {
  const { governance } = around;
  const { kind } = around.genesis.consensus;
  const operators = governance.members
    .filter((member) => votes(member, kind))
    .map((member) => member.operatorKey);
  return [
    ["governance-witness", () => witness.policies.length > 0 || witness.preimages.length > 0],
    ...signatureRules(witness),
    ...changeRules(change.change),
    ["governance-unavailable", () => kind === "pow"],
    ...validUntilRules(change.validUntil, around),
    ["governance-sequence", () => change.sequence !== governance.sequence],
    ["approval-stranger", () => keysOf(witness).some((key) => !operators.includes(key))],
    ["approvals-too-few", () => witness.signatures.length < quorum(governance.members, kind)],
    ...changeStateRules(change.change, governance, kind),
    signatureInvalid(witness, id),
  ];
}

/** The code of the first rule that a decoded transaction breaks. */
export function judgeTransaction(
  transaction: Transaction,
  around: Surroundings,
  unspent: readonly Unspent[],
): string | undefined {
  const { body, witness } = transaction;
  const id = transactionId(transaction, around.chainId);
  if (body.kind === "reward") return firstBroken(rewardRules(body.value, witness, around));
  if (body.kind === "governance") return firstBroken(governanceRules(body.value, witness, around, id));
  return firstBroken([
    ...transferOwnRules(body.value, witness),
    ...transferBlockRules(body.value, witness, around),
    signatureInvalid(witness, id),
    ...transferInputRules(body.value, witness, around, unspent),
  ]);
}

/** The outputs after a transaction whose rules hold: what it spends taken out, what it makes put in. */
export function unspentAfter(
  transaction: Transaction,
  before: readonly Unspent[],
  around: { chainId: string; height: bigint },
): Unspent[] {
  const { body } = transaction;
  if (body.kind === "governance") return [...before];
  const inputs = body.kind === "transfer" ? body.value.inputs : [];
  const spent = inputs.map((input) => find(before, input)!);
  const made = body.value.outputs.map((output, index) => ({
    ...output,
    transaction: transactionId(transaction, around.chainId),
    index: BigInt(index),
    height: around.height,
    reward: body.kind === "reward",
  }));
  return [...before.filter((coin) => !spent.includes(coin)), ...made];
}
