// One call of each method with an answer, as a node of four validators would give it, and params that must be refused.
import {
  type CallParamsOf,
  METHOD_EXAMPLES,
  type MethodName,
  type ResultOf,
  type TransactionOutcome,
  type TransactionState,
  type TransactionVerdict,
} from "@witan/rpc";
import { REGISTER_SAMPLES } from "./register-samples.ts";

const HASH = "ab".repeat(32);
const OTHER = "0f".repeat(32);
const KEY = `02${"cd".repeat(32)}`;
const SIGNATURE = "01".repeat(64);
export const ADDRESS = `wit1${"q".repeat(59)}`;

const member = {
  name: "v1",
  role: "validator",
  votingKey: KEY,
  peerId: "12D3KooWGRUVh8VvS9Zy6AnBNCCfGmYdMEVGPGUvSjLRWj4FLdCd",
  operatorKey: KEY,
  rewardPolicy: HASH,
} as const;

const header = {
  version: 1,
  height: 7,
  parent: HASH,
  timestamp: 1_790_000_000_000,
  transactionsRoot: HASH,
  governanceRoot: HASH,
  proposer: 3,
  target: 0,
  nonce: "0",
};

/** A sample of each method. */
export const SAMPLES: {
  readonly [M in MethodName]: {
    readonly params: readonly CallParamsOf<M>[];
    readonly refused: readonly unknown[];
    readonly result: ResultOf<M>;
  };
} = {
  node_status: {
    params: [{}],
    refused: [{ verbose: true }],
    result: {
      agent: "witan/0.1.0",
      chainId: HASH,
      network: "devnet",
      mode: "pbft",
      role: "validator",
      member: "v1",
      height: 7,
      hash: HASH,
      timestamp: 1_790_000_000_000,
      peers: 3,
      syncing: { target: 9 },
      startedAt: 1_790_000_000_000,
      verifier: { backend: "native", workers: 2 },
      rulesVersion: 1,
      protocolVersions: [1],
    },
  },
  node_peers: {
    params: [{}],
    refused: [{ name: "v2" }],
    result: METHOD_EXAMPLES.node_peers.result,
  },
  node_health: {
    params: [{}],
    refused: [0],
    result: { fit: false, reasons: [{ reason: "syncing", message: "200 blocks behind" }] },
  },
  mempool_status: {
    params: [{}],
    refused: [[{}]],
    result: {
      transactions: 1,
      bytes: 2_000,
      waiting: 0,
      limits: { transactions: 50_000, bytes: 160 },
      oldestMs: null,
    },
  },
  mempool_transactions: {
    params: [{}, { after: "pending.-3", limit: 1_000 }],
    refused: [{ limit: 0 }, { limit: 1_001 }, { after: 7 }, { after: "x".repeat(257) }],
    result: METHOD_EXAMPLES.mempool_transactions.result,
  },
  chain_genesis: {
    params: [{}],
    refused: [{ full: true }],
    result: { chainId: HASH, genesis: { version: 1, members: [{ name: "v1" }] } },
  },
  chain_head: {
    params: [{}],
    refused: ["head"],
    result: { height: 7, hash: HASH, timestamp: 1_790_000_000_000 },
  },
  chain_block: {
    params: [{ height: 7 }, { hash: HASH, transactions: "full" }, { height: 0, transactions: "ids" }],
    refused: [
      {},
      { height: 7, hash: HASH },
      { height: -1 },
      { height: 1.5 },
      { height: 2 ** 53 },
      { height: "7" },
      { hash: HASH.toUpperCase() },
      { hash: HASH.slice(2) },
      { hash: `0x${HASH}` },
      { height: 7, transactions: "all" },
    ],
    result: {
      height: 7,
      hash: HASH,
      header,
      certificate: {
        kind: "pbft",
        membership: 1,
        view: 0,
        height: 7,
        blockHash: HASH,
        signatures: [{ member: 0, signature: SIGNATURE }],
      },
      transactions: [
        { transaction: HASH, witnessHash: OTHER, bytes: "0011" },
        { transaction: OTHER, witnessHash: HASH },
      ],
    },
  },
  chain_blocks: {
    params: [{}, { from: 0, before: 7, limit: 100, order: "ascending" }, { order: "descending" }],
    refused: [{ limit: 0 }, { limit: 101 }, { from: -1 }, { before: "7" }, { order: "down" }],
    result: METHOD_EXAMPLES.chain_blocks.result,
  },
  chain_transaction: {
    params: [{ transaction: HASH }],
    refused: [{}, { transaction: 7 }, { transaction: HASH, bytes: true }, { id: HASH }],
    result: { transaction: HASH, status: "final", height: 7, hash: OTHER, index: 0, bytes: "00" },
  },
  chain_proof: {
    params: [{ transaction: HASH }, { height: 7 }],
    refused: [{}, { transaction: "" }, { transaction: HASH, height: 7 }],
    result: { transaction: HASH, height: 7, proof: "0011" },
  },
  chain_outputs: {
    params: [{ address: ADDRESS }, { address: ADDRESS, asset: 1, after: "x", limit: 1_000 }],
    refused: [
      {},
      { address: ADDRESS.toUpperCase() },
      { address: `${ADDRESS}q` },
      { address: ADDRESS.replace("q", "b") },
      { address: ADDRESS, limit: 0 },
      { address: ADDRESS, limit: 1_001 },
      { address: ADDRESS, asset: -1 },
      { address: ADDRESS, asset: 2 ** 32 },
      { address: ADDRESS, after: "x".repeat(257) },
    ],
    result: {
      height: 7,
      outputs: [
        {
          transaction: HASH,
          index: 0,
          asset: 0,
          amount: "18446744073709551615",
          height: 1,
          reward: false,
          spentBy: null,
        },
      ],
      next: "abc",
    },
  },
  chain_balance: {
    params: [{ address: ADDRESS }],
    refused: [{ address: "nobody" }],
    result: { address: ADDRESS, height: 7, balances: { "0": "123", "12": "0" } },
  },
  chain_history: {
    params: [{ address: ADDRESS }, { address: ADDRESS, asset: 1, after: "7.0", order: "ascending" }],
    refused: [
      {},
      { address: "nobody" },
      { address: ADDRESS, limit: 1_001 },
      { address: ADDRESS, order: "newest" },
    ],
    result: METHOD_EXAMPLES.chain_history.result,
  },
  chain_assets: {
    params: [{}],
    refused: [{ asset: 0 }],
    result: { assets: [{ asset: 0, name: "WITAN", decimals: 8, issuancePolicyHash: HASH }] },
  },
  transaction_submit: {
    params: [
      { transaction: "00" },
      { transaction: "ab".repeat(65_536), waitFor: "final", timeoutMs: 120_000 },
      { transaction: "0a", waitFor: "admitted", timeoutMs: 0 },
    ],
    refused: [
      {},
      { transaction: "" },
      { transaction: "0" },
      { transaction: "0A" },
      { transaction: "0x00" },
      { transaction: "00\n" },
      { transaction: ["00"] },
      { transaction: "ab".repeat(65_537) },
      { transaction: "00", waitFor: "sent" },
      { transaction: "00", waitFor: null },
      { transaction: "00", timeoutMs: -1 },
      { transaction: "00", timeoutMs: 0.5 },
      { transaction: "00", timeoutMs: 120_001 },
      { transaction: "00", timeoutMs: "10" },
      { transaction: "00", timeoutMs: null },
      { transaction: "00", fee: 1 },
      JSON.parse('{"transaction": "00", "__proto__": {"waitFor": "final"}}'),
      null,
      "00",
      ["00"],
    ],
    result: { transaction: HASH, status: "pending" },
  },
  transaction_check: {
    params: [{ transaction: "00" }],
    refused: [{}, { transaction: "0" }, { transaction: "00", waitFor: "final" }],
    result: METHOD_EXAMPLES.transaction_check.result,
  },
  transaction_wait: {
    params: [{ transaction: HASH }, { transaction: HASH, timeoutMs: 0 }],
    refused: [
      { transaction: HASH, timeoutMs: 120_001 },
      { transaction: HASH, waitFor: "final" },
    ],
    result: { transaction: HASH, status: "final", height: 7, hash: OTHER, index: 3 },
  },
  consensus_status: {
    params: [{}],
    refused: [{ height: 7 }],
    result: {
      mode: "pbft",
      membership: 1,
      height: 8,
      view: 0,
      phase: "prepared",
      primary: "v1",
      me: null,
      quorum: 3,
      timeoutMs: 900,
      prepares: ["v1", "v2", "v3"],
      commits: [],
      viewChanges: [],
    },
  },
  consensus_membership: {
    params: [{}, { height: 7 }],
    refused: [{ height: null }],
    result: { from: 1, quorum: 3, members: [member] },
  },
  consensus_evidence: {
    params: [{}],
    refused: [{ member: "v1" }],
    result: METHOD_EXAMPLES.consensus_evidence.result,
  },
  consensus_explain: {
    params: [{}],
    refused: [{ verbose: true }],
    result: METHOD_EXAMPLES.consensus_explain.result,
  },
  governance_state: {
    params: [{}],
    refused: [{ at: 7 }],
    result: {
      height: 7,
      sequence: 2,
      members: [member],
      parameters: {
        blockBytesMax: 2_097_152,
        blockTransactionsMax: 8_192,
        blockSignaturesMax: 8_192,
        feeRateMin: 0,
        validUntilAheadMsMax: 604_800_000,
        clockDriftMs: 2_000,
        emptyBlockIntervalMs: 60_000,
        checkpointInterval: 10_000,
        rulesVersion: 1,
      },
      assets: [{ name: "WITAN", decimals: 8, issuancePolicyHash: HASH }],
      clientsMode: "open",
      clients: [{ publicKey: KEY, status: "permitted", registerPrefixes: ["deeds/"] }],
    },
  },
  governance_pending: {
    params: [{}],
    refused: [{ id: HASH }],
    result: METHOD_EXAMPLES.governance_pending.result,
  },
  governance_approve: {
    params: [{ proposal: "00", publicKey: KEY, signature: SIGNATURE }],
    refused: [
      {},
      { proposal: "00", publicKey: KEY },
      { proposal: "00", publicKey: HASH, signature: SIGNATURE },
      { proposal: "", publicKey: KEY, signature: SIGNATURE },
    ],
    result: METHOD_EXAMPLES.governance_approve.result,
  },
  ...REGISTER_SAMPLES,
  subscribe: {
    params: [{ to: "blocks" }, { to: "transactions", addresses: [ADDRESS], after: "a.1.7" }],
    refused: [
      {},
      { to: "coins" },
      { to: "blocks", transactions: [HASH] },
      { to: "transactions", transactions: [] },
    ],
    result: METHOD_EXAMPLES.subscribe.result,
  },
  unsubscribe: {
    params: [{ subscription: "1" }],
    refused: [{}, { subscription: 1 }],
    result: METHOD_EXAMPLES.unsubscribe.result,
  },
  "rpc.discover": {
    params: [{}],
    refused: [{ version: 1 }],
    result: METHOD_EXAMPLES["rpc.discover"].result,
  },
};

/** An outcome of each status. */
export const OUTCOMES: { readonly [S in TransactionOutcome["status"]]: TransactionOutcome } = {
  final: { transaction: HASH, status: "final", height: 7, hash: OTHER, index: 3 },
  rejected: {
    transaction: HASH,
    status: "rejected",
    code: "signature-invalid",
    message: "it does not hold",
  },
  expired: { transaction: HASH, status: "expired", height: 9 },
  evicted: {
    transaction: HASH,
    status: "evicted",
    code: "evicted",
    message: "the mempool was full",
    possibleUntil: 1_790_000_000_000,
  },
  pending: { transaction: HASH, status: "pending" },
  waiting: { transaction: HASH, status: "waiting" },
  unknown: { transaction: HASH, status: "unknown" },
};

/** A state of each status. */
export const STATES: { readonly [S in TransactionState["status"]]: TransactionState } = {
  unknown: { transaction: HASH, status: "unknown" },
  pending: { transaction: HASH, status: "pending", bytes: "00" },
  waiting: { transaction: HASH, status: "waiting" },
  rejected: { transaction: HASH, status: "rejected", code: "unbalanced", message: "it does not add up" },
  expired: { transaction: HASH, status: "expired", height: 9 },
  evicted: {
    transaction: HASH,
    status: "evicted",
    code: "mempool-full",
    message: "there was no room",
    possibleUntil: 1_800_000_000_000,
  },
  included: {
    ...{ transaction: HASH, status: "included", height: 7, hash: OTHER, index: 0, bytes: "00" },
    ...{ confirmations: 2, reversalProbability: 0.05 },
  },
  final: { transaction: HASH, status: "final", height: 7, hash: OTHER, index: 0, bytes: "00" },
};

/** A verdict of each status. */
export const VERDICTS: { readonly [S in TransactionVerdict["status"]]: TransactionVerdict } = {
  valid: { transaction: HASH, status: "valid", fee: "0", bytes: 300, feeRate: "0" },
  rejected: { transaction: HASH, status: "rejected", code: "unbalanced", message: "it does not add up" },
  waiting: { transaction: HASH, status: "waiting" },
  pending: { transaction: HASH, status: "pending" },
  final: { transaction: HASH, status: "final", height: 7, hash: OTHER, index: 3 },
  expired: { transaction: HASH, status: "expired", height: 9 },
};
