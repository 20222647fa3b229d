// Builds what the pool's tests need: chains, policies, transfers and governance transactions, signed by the fake scheme.
import assert from "node:assert/strict";
import { createFakeScheme } from "@witan/crypto";
import {
  type AssetAmount,
  type Chain,
  type Change,
  type Genesis,
  type Outpoint,
  type Output,
  openChain,
  PARAMETER_DEFAULTS,
  type Parameters,
  type Policy,
  policyHash,
  type SealedTransaction,
  sealTransaction,
  showPolicy,
  type Transfer,
} from "@witan/ledger";
import {
  type Amount,
  type AssetId,
  type Member,
  type PolicyHash,
  type PublicKey,
  present,
  type Timestamp,
  type TransactionId,
  ZERO_HASH,
} from "@witan/primitives";

/** Signs for every key. */
export const scheme = createFakeScheme();

/** The time of every genesis here. */
export const GENESIS_TIME = 1_000_000;

/** The public key of someone. */
export const keyOfName = (name: string): PublicKey => scheme.publicKeyOf(name);

/** The policy of one key. */
export const keyPolicy = (name: string): Policy => [{ kind: "key", publicKey: keyOfName(name) }];

/** The policy's hash, which is the same whatever is hidden. */
export const hashOf = (policy: Policy): PolicyHash => present(policyHash(policy), "a policy's hash");

/** Someone's key, from a time on. */
export const afterPolicy = (name: string, time: number): Policy => [
  { kind: "threshold", required: 2, children: 2 },
  { kind: "key", publicKey: keyOfName(name) },
  { kind: "after", time: time as Timestamp },
];

/** One of two keys; `shown` is the one that is not hidden. */
export function eitherPolicy(first: string, second: string, shown: string): Policy {
  const child = (name: string) =>
    name === shown
      ? ({ kind: "key", publicKey: keyOfName(name) } as const)
      : ({ kind: "hidden", hash: hashOf(keyPolicy(name)) } as const);
  return [{ kind: "threshold", required: 1, children: 2 }, child(first), child(second)];
}

/** An output of the native asset. */
export function output(policy: Policy, amount: bigint, asset = 0): Output {
  return { asset: asset as AssetId, amount: amount as Amount, policyHash: hashOf(policy) };
}

/** An output that a test knows how to spend. */
export interface Spendable extends Outpoint {
  readonly amount: bigint;
  readonly policy: Policy;
  readonly asset: number;
}

/** The outputs of a transaction, with the policies that they pay to, in order. */
export function spendables(transaction: SealedTransaction, policies: readonly Policy[]): Spendable[] {
  const { body, id } = transaction;
  assert(body.kind !== "governance");
  return body.outputs.map(({ amount, asset }, index) => {
    return { transaction: id, index, amount, asset, policy: present(policies[index], "a policy") };
  });
}

/** What a transfer is made of; what is left out is ordinary. */
export interface TransferPlan {
  readonly chain: Chain;
  readonly inputs: readonly Spendable[];
  readonly outputs: readonly Output[];
  readonly fee?: bigint;
  readonly issued?: readonly AssetAmount[];
  readonly issuance?: readonly Policy[];
  readonly validUntil?: number;
  readonly memo?: string;
  /** Signatures that have the right shape and do not hold. */
  readonly broken?: boolean;
}

/** A signed transfer. Nothing checks that it holds. */
export function transfer(plan: TransferPlan): SealedTransaction {
  const { chain, inputs, outputs, fee = 0n, issued = [], issuance = [] } = plan;
  const body: Transfer = {
    kind: "transfer",
    inputs: inputs.map(({ transaction, index }) => ({ transaction, index })),
    outputs,
    fee: fee as Amount,
    issued,
    destroyed: [],
    validUntil: (plan.validUntil ?? GENESIS_TIME + 1_000_000) as Timestamp,
    memo: plan.memo ?? "",
  };
  const shown = new Map(
    [...inputs.map((input) => input.policy), ...issuance].map((one) => [hashOf(one), one]),
  );
  const policies = [...shown].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, policy]) => policy);
  const keys = policies.flatMap((policy) => {
    const seen = showPolicy(policy);
    return "code" in seen ? [] : seen.keys;
  });
  return sealed(chain, body, policies, keys, plan.broken ?? false);
}

function sealed(
  chain: Chain,
  body: SealedTransaction["body"],
  policies: readonly Policy[],
  keys: readonly PublicKey[],
  broken: boolean,
): SealedTransaction {
  const id = chain.transactions.id(body);
  const digest = broken ? (ZERO_HASH as TransactionId) : id;
  const signatures = [...new Set(keys)].sort().map((publicKey) => {
    return { publicKey, signature: scheme.sign(digest, publicKey) };
  });
  const result = sealTransaction(chain.transactions, {
    body,
    witness: { policies, signatures, preimages: [] },
  });
  assert(result.ok);
  return result.value;
}

/** A governance transaction that the only operator has approved. */
export function governance(
  chain: Chain,
  plan: { readonly sequence: number; readonly change: Change; readonly validUntil?: number },
): SealedTransaction {
  const { sequence, change, validUntil = GENESIS_TIME + 1_000_000 } = plan;
  const body = { kind: "governance", sequence, change, validUntil: validUntil as Timestamp } as const;
  return sealed(chain, body, [], [keyOfName("operator")], false);
}

/** Who gets the rewards. */
export const REWARDED = keyPolicy("rewarded");

const MEMBER: Member = {
  name: "one",
  role: "validator",
  votingKey: keyOfName("voting"),
  peerId: `002408011220${"11".repeat(32)}` as Member["peerId"],
  operatorKey: keyOfName("operator"),
  rewardPolicy: hashOf(REWARDED),
};

/** What is special about a chain. */
export interface ChainPlan {
  readonly mode: "pbft" | "pow";
  readonly allocations: readonly Output[];
  readonly parameters?: Partial<Parameters>;
}

/** A chain with one validator, or with proof of work that nearly every nonce meets; asset 1 is issued by "issuer". */
export function chainOf({ mode, allocations, parameters }: ChainPlan): Chain {
  const genesis: Genesis = {
    version: 1,
    name: "mempool",
    addressPrefix: "wit",
    timestamp: GENESIS_TIME as Timestamp,
    consensus:
      mode === "pbft"
        ? { kind: "pbft" }
        : {
            kind: "pow",
            initialTarget: 0x2100_ffff,
            targetLimit: 0x2100_ffff,
            blockIntervalMs: 1_000,
            retargetInterval: 1_000_000,
            subsidy: 50n,
            halvingInterval: 1_000_000,
            coinbaseMaturity: 3,
            maxFutureDriftMs: 1_000,
          },
    clientsMode: "open",
    members: mode === "pbft" ? [MEMBER] : [],
    parameters: { ...PARAMETER_DEFAULTS, ...parameters },
    assets: [
      { name: "WITAN", decimals: 8, issuancePolicyHash: ZERO_HASH as PolicyHash },
      { name: "GOLD", decimals: 0, issuancePolicyHash: hashOf(keyPolicy("issuer")) },
    ],
    clients: [],
    allocations,
  };
  const chain = openChain(genesis);
  assert(chain.ok, "an invalid genesis");
  return chain.value;
}
