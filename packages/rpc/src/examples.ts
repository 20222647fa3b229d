// One call of each method with its answer, as a node of a chain of four validators gives it: for people and for tools. A
// test holds each against the schemas. Hashes, keys and signatures are made up.
import type { CallParamsOf, MethodName, ResultOf } from "./methods.ts";
import { REGISTER_EXAMPLES } from "./register-examples.ts";

/** A call and its answer. */
export interface MethodExample<M extends MethodName> {
  readonly params: CallParamsOf<M>;
  readonly result: ResultOf<M>;
}

const CHAIN = "5e1f0c3a7b9d2846f1e0a5c4b3d2918077665544332211ffeeddccbbaa998877";
const BLOCK = "9b2f7c61d0a34e5f8877665544332211aabbccddeeff00112233445566778899";
const PARENT = "04d1e3a5977f2b6c11223344556677889900aabbccddeeff0123456789abcdef";
const TRANSACTION = "c7a4e1f09d3b582611aa22bb33cc44dd55ee66ff77008811992200334455aabb";
const REWARD = "e08f2d7c4b1a69533f5e7d9c1b0a28461357924680fdb97531eca86420135792";
const WITNESS = "1d5b9f7e3c2a48600f1e2d3c4b5a69788796a5b4c3d2e1f00112233445566778";
const POLICY = "7f3e5d1c9b8a60422413f5e6d7c8b9a00a9b8c7d6e5f4132231405f6e7d8c9ba";
const VOTING_KEY = `02${"4bd17c39"}${"a6e085f2".repeat(7)}`;
const OPERATOR_KEY = `03${"91ce2a7f"}${"5d04b8e3".repeat(7)}`;
const SIGNATURE = `3a7f${"19c2d5e8".repeat(15)}`.padEnd(128, "0");
const ADDRESS = "wit1q0ul968ym3fsyyfqn7hnd0j9e5q9fhrrade05zv3rzszlde7cexaqu08adq";
const TIME = 1_795_290_000_000;

const member = {
  name: "v1",
  role: "validator",
  votingKey: VOTING_KEY,
  peerId: "12D3KooWGRUVh8VvS9Zy6AnBNCCfGmYdMEVGPGUvSjLRWj4FLdCd",
  operatorKey: OPERATOR_KEY,
  rewardPolicy: POLICY,
} as const;

const asset = { name: "credits", decimals: 2, issuancePolicyHash: POLICY } as const;

const parameters = {
  blockBytesMax: 2_097_152,
  blockTransactionsMax: 8_192,
  blockSignaturesMax: 8_192,
  feeRateMin: 0,
  validUntilAheadMsMax: 604_800_000,
  clockDriftMs: 2_000,
  emptyBlockIntervalMs: 60_000,
  checkpointInterval: 10_000,
  rulesVersion: 1,
} as const;

const shortBlock = {
  height: 42,
  hash: BLOCK,
  timestamp: TIME,
  proposer: "v1",
  transactions: 2,
  bytes: 611,
} as const;

const vote = { kind: "commit", membership: 1, view: 0, height: 42 } as const;
const place = { height: 42, hash: BLOCK, index: 1 } as const;

/** An example of each method. */
export const METHOD_EXAMPLES: { readonly [M in MethodName]: MethodExample<M> } = {
  node_status: {
    params: {},
    result: {
      agent: "witan/0.1.0",
      chainId: CHAIN,
      network: "harbour",
      mode: "pbft",
      role: "validator",
      member: "v1",
      height: 42,
      hash: BLOCK,
      timestamp: TIME,
      peers: 3,
      syncing: null,
      startedAt: TIME - 3_600_000,
      verifier: { backend: "native", workers: 2 },
      rulesVersion: 1,
      protocolVersions: [1],
    },
  },
  node_peers: {
    params: {},
    result: {
      peers: [
        {
          peerId: member.peerId,
          name: "v2",
          connected: true,
          direction: "out",
          address: "10.0.0.2:9600",
          since: TIME - 3_500_000,
          bytesSent: 904_112,
          bytesReceived: 887_340,
          dropped: 0,
          lastFailure: null,
          bannedUntil: null,
        },
      ],
    },
  },
  node_health: {
    params: {},
    result: {
      fit: false,
      reasons: [
        {
          reason: "behind",
          message: "peers are at height 60, this node at 42: it is fetching the blocks between",
        },
      ],
    },
  },
  mempool_status: {
    params: {},
    result: {
      transactions: 3,
      bytes: 8_442,
      waiting: 0,
      limits: { transactions: 50_000, bytes: 104_857_600 },
      oldestMs: 12,
    },
  },
  mempool_transactions: {
    params: { limit: 1 },
    result: {
      transactions: [
        {
          transaction: TRANSACTION,
          bytes: 316,
          fee: "516",
          feeRate: "1000",
          admittedAt: TIME + 10,
          validUntil: TIME + 3_600_000,
          spends: 1,
          waiting: false,
        },
      ],
      next: "pending.17",
    },
  },
  chain_genesis: {
    params: {},
    result: { chainId: CHAIN, genesis: { version: 1, name: "harbour", mode: "pbft" } },
  },
  chain_head: { params: {}, result: { height: 42, hash: BLOCK, timestamp: TIME } },
  chain_block: {
    params: { height: 42, transactions: "ids" },
    result: {
      height: 42,
      hash: BLOCK,
      header: {
        version: 1,
        height: 42,
        parent: PARENT,
        timestamp: TIME,
        transactionsRoot: WITNESS,
        governanceRoot: POLICY,
        proposer: 0,
        target: 0,
        nonce: "0",
      },
      certificate: {
        kind: "pbft",
        membership: 1,
        view: 0,
        height: 42,
        blockHash: BLOCK,
        signatures: [
          { member: 0, signature: SIGNATURE },
          { member: 1, signature: SIGNATURE },
          { member: 3, signature: SIGNATURE },
        ],
      },
      transactions: [
        { transaction: REWARD, witnessHash: POLICY },
        { transaction: TRANSACTION, witnessHash: WITNESS },
      ],
    },
  },
  chain_blocks: { params: { limit: 1 }, result: { blocks: [shortBlock], next: 42 } },
  chain_transaction: {
    params: { transaction: TRANSACTION },
    result: { transaction: TRANSACTION, status: "final", ...place, bytes: "0800000024010000" },
  },
  chain_proof: {
    params: { transaction: TRANSACTION },
    result: { transaction: TRANSACTION, height: 42, proof: "000c000000a4010000" },
  },
  chain_outputs: {
    params: { address: ADDRESS, asset: 0, limit: 1 },
    result: {
      height: 42,
      outputs: [
        {
          transaction: TRANSACTION,
          index: 0,
          asset: 0,
          amount: "250000",
          height: 42,
          reward: false,
          spentBy: null,
        },
      ],
      next: `${TRANSACTION}0000`,
    },
  },
  chain_balance: {
    params: { address: ADDRESS },
    result: { address: ADDRESS, height: 42, balances: { "0": "250000", "1": "12000" } },
  },
  chain_history: {
    params: { address: ADDRESS, limit: 1 },
    result: {
      height: 42,
      entries: [
        { height: 42, timestamp: TIME, index: 1, transaction: TRANSACTION, changes: { "0": "-10516" } },
      ],
      next: "42.1",
    },
  },
  chain_assets: { params: {}, result: { assets: [{ asset: 0, ...asset }] } },
  transaction_submit: {
    params: { transaction: "0800000024010000", waitFor: "final", timeoutMs: 10_000 },
    result: { transaction: TRANSACTION, status: "final", ...place },
  },
  transaction_check: {
    params: { transaction: "0800000024010000" },
    result: { transaction: TRANSACTION, status: "valid", fee: "516", bytes: 316, feeRate: "1000" },
  },
  transaction_wait: {
    params: { transaction: TRANSACTION, timeoutMs: 60_000 },
    result: { transaction: TRANSACTION, status: "expired", height: 43 },
  },
  consensus_status: {
    params: {},
    result: {
      mode: "pbft",
      membership: 1,
      height: 43,
      view: 0,
      phase: "prepared",
      primary: "v1",
      me: "v2",
      quorum: 3,
      timeoutMs: 910,
      prepares: ["v2", "v3", "v4"],
      commits: ["v2", "v3"],
      viewChanges: [],
    },
  },
  consensus_membership: {
    params: { height: 42 },
    result: { from: 1, quorum: 1, members: [member] },
  },
  consensus_evidence: {
    params: {},
    result: {
      evidence: [
        {
          member: "v1",
          votingKey: VOTING_KEY,
          first: { ...vote, blockHash: BLOCK, signature: SIGNATURE },
          second: { ...vote, blockHash: PARENT, signature: SIGNATURE },
        },
      ],
    },
  },
  consensus_explain: {
    params: {},
    result: {
      mode: "pbft",
      sentences: [
        "Block 42 is final, made 3.1 s ago. Height 43 is decided by 4 members, of whom 3 must agree, in view 0 with v1 as primary; this node is v2.",
        "It waits for v1's proposal: 2 transactions are pending, and no block has been proposed.",
        "If nothing is decided within 0.4 s, this node gives up view 0 and asks for view 1 with v2 as primary.",
        "v1 (last heard of 3.0 s ago, connection refused) is not connected to this node.",
        "3 of 4 members can be reached, just enough: if one more fails, nothing becomes final.",
      ],
      height: 43,
      view: 0,
      phase: "idle",
      waitingFor: "proposal",
      proposer: "v1",
      proposalSeen: false,
      votes: { have: 0, needed: 3 },
      members: [
        { name: "v1", state: "disconnected", lastHeard: TIME + 100, height: 42 },
        { name: "v2", state: "me", lastHeard: null, height: 42 },
        { name: "v3", state: "ready", lastHeard: TIME + 3_010, height: 42 },
        { name: "v4", state: "ready", lastHeard: TIME + 2_980, height: 42 },
      ],
      nextTimeoutMs: 400,
      advice: [
        "See on the machine of v1 whether its node runs (witan status), and whether it can be reached at 10.0.0.1:9600 from here (last: connection refused).",
      ],
    },
  },
  subscribe: {
    params: { to: "transactions", addresses: [ADDRESS] },
    result: { subscription: "1", cursor: "5e1f0c3a.9c41d07be2835fa6.0.17.0" },
  },
  unsubscribe: { params: { subscription: "1" }, result: { ended: true } },
  governance_state: {
    params: {},
    result: {
      height: 42,
      sequence: 1,
      members: [member],
      parameters,
      assets: [asset],
      clientsMode: "permitted",
      clients: [{ publicKey: OPERATOR_KEY, status: "permitted", registerPrefixes: ["deeds/"] }],
    },
  },
  governance_pending: {
    params: {},
    result: {
      pending: [
        {
          id: TRANSACTION,
          sequence: 1,
          change: { kind: "changeParameter", parameter: "feeRateMin", value: 1_000 },
          validUntil: TIME + 86_400_000,
          approvals: ["v1", "v3"],
          needed: 3,
          receivedAt: TIME,
        },
      ],
    },
  },
  governance_approve: {
    params: { proposal: "080000001d000000", publicKey: OPERATOR_KEY, signature: SIGNATURE },
    result: { id: TRANSACTION, approvals: ["v1", "v2", "v3"], needed: 3, transaction: TRANSACTION },
  },
  ...REGISTER_EXAMPLES,
  "rpc.discover": {
    params: {},
    result: {
      openrpc: "1.3.2",
      info: { title: "Witan", version: "1.0.0" },
      servers: [{ name: "a node on this machine", url: "http://127.0.0.1:9545" }],
      methods: [{ name: "chain_head", params: [] }],
      components: { schemas: { height: { type: "integer" } } },
      "x-subscription-notification": { type: "object" },
      "x-error-reasons": [
        { reason: "busy", code: -32005, message: "the node has more to check than it can hold" },
      ],
    },
  },
};
