// The types of docs/formats.md, written down as the page has them.
import {
  boolean,
  byteList,
  choice,
  container,
  list,
  none,
  text,
  uint,
  union,
  type Value,
  vector,
} from "./ssz.ts";

const uint8 = uint(1);
const uint16 = uint(2);
const uint32 = uint(4);
const number = uint(8, 2n ** 53n - 1n);
const time = number;
const amount = uint(8);
const name = text(32);
const bytes32 = vector(32);
const bytes33 = vector(33);

/** Section 4. */
export const PolicyNode = union({
  hidden: container({ hash: bytes32 }),
  key: container({ publicKey: bytes33 }),
  after: container({ time }),
  hash: container({ digest: bytes32 }),
  threshold: container({ required: uint8, children: uint8 }),
});
export const Policy = list(PolicyNode, 32);
export type PolicyNode = Value<typeof PolicyNode>;
export type Policy = Value<typeof Policy>;

/** Section 8. */
export const Member = container({
  name,
  role: choice("validator", "proposer", "acceptor"),
  votingKey: bytes33,
  peerId: vector(38),
  operatorKey: bytes33,
  rewardPolicy: bytes32,
});
const registerPrefixes = list(text(64), 16);
const Asset = container({ name, decimals: uint8, issuancePolicyHash: bytes32 });
const Client = container({
  publicKey: bytes33,
  status: choice("revoked", "permitted"),
  registerPrefixes,
});
const Parameters = container({
  blockBytesMax: number,
  blockTransactionsMax: number,
  blockSignaturesMax: number,
  feeRateMin: number,
  validUntilAheadMsMax: number,
  clockDriftMs: number,
  emptyBlockIntervalMs: number,
  checkpointInterval: number,
  rulesVersion: uint16,
});
export const Members = list(Member, 256);
export const governanceFields = {
  sequence: number,
  membersFrom: number,
  members: Members,
  parameters: Parameters,
  assets: list(Asset, 4096),
  clients: list(Client, 16384),
  retiredKeys: list(bytes32, 65536),
};
export const GovernanceState = container(governanceFields);
export const Change = union({
  addMember: container({ member: Member }),
  removeMember: container({ name }),
  replaceKey: container({
    name,
    key: union({
      voting: container({ votingKey: bytes33 }),
      peer: container({ peerId: vector(38) }),
      operator: container({ operatorKey: bytes33 }),
    }),
  }),
  permitClient: container({ publicKey: bytes33, registerPrefixes }),
  revokeClient: container({ publicKey: bytes33 }),
  registerAsset: Asset,
  changeParameter: container({
    parameter: choice(
      "blockBytesMax",
      "blockTransactionsMax",
      "blockSignaturesMax",
      "feeRateMin",
      "validUntilAheadMsMax",
      "clockDriftMs",
      "emptyBlockIntervalMs",
      "checkpointInterval",
    ),
    value: number,
  }),
  changeRules: container({ rulesVersion: uint16 }),
  forgetClient: container({ publicKey: bytes33 }),
});
export type Member = Value<typeof Member>;
export type Client = Value<typeof Client>;
export type Parameters = Value<typeof Parameters>;
export type GovernanceState = Value<typeof GovernanceState>;
export type Change = Value<typeof Change>;

/** Section 6. */
const Output = container({ asset: uint32, amount, policyHash: bytes32 });
const AssetAmount = container({ asset: uint32, amount });
export const Body = union({
  transfer: container({
    inputs: list(container({ transaction: bytes32, index: uint16 }), 256),
    outputs: list(Output, 256),
    fee: amount,
    issued: list(AssetAmount, 64),
    destroyed: list(AssetAmount, 64),
    validUntil: time,
    memo: byteList(256),
  }),
  reward: container({ height: number, outputs: list(Output, 256) }),
  governance: container({ sequence: number, change: Change, validUntil: time }),
});
export const Witness = container({
  policies: list(Policy, 320),
  signatures: list(container({ publicKey: bytes33, signature: vector(64) }), 256),
  preimages: list(bytes32, 64),
});
export const Transaction = container({ body: Body, witness: Witness });
export type Output = Value<typeof Output>;
export type Body = Value<typeof Body>;
export type Transfer = Extract<Body, { kind: "transfer" }>["value"];
export type Reward = Extract<Body, { kind: "reward" }>["value"];
export type Governance = Extract<Body, { kind: "governance" }>["value"];
export type Witness = Value<typeof Witness>;
export type Transaction = Value<typeof Transaction>;

/** Section 9. */
export const Header = container({
  version: uint16,
  height: number,
  parent: bytes32,
  timestamp: time,
  transactionsRoot: bytes32,
  governanceRoot: bytes32,
  proposer: uint16,
  target: uint32,
  nonce: uint(8),
});
export const Block = container({ header: Header, transactions: list(byteList(65536), 65536) });
export const TransactionNames = list(container({ id: bytes32, witnessHash: bytes32 }), 65536);
export type Header = Value<typeof Header>;

/** Section 12. */
const ProofOfWork = container({
  initialTarget: uint32,
  targetLimit: uint32,
  blockIntervalMs: number,
  retargetInterval: number,
  subsidy: amount,
  halvingInterval: number,
  coinbaseMaturity: number,
  maxFutureDriftMs: number,
});
export const Genesis = container({
  version: uint16,
  name,
  addressPrefix: text(12),
  timestamp: time,
  consensus: union({
    pbft: none(),
    "bp-fast-paxos": container({
      promiseAuthentication: choice("mac", "signature"),
      detectByzantineAcceptors: boolean(),
    }),
    pow: ProofOfWork,
  }),
  clientsMode: choice("open", "permitted"),
  members: Members,
  parameters: Parameters,
  assets: list(Asset, 4096),
  clients: list(Client, 16384),
  allocations: list(Output, 256),
});
export type ProofOfWork = Value<typeof ProofOfWork>;
export type Genesis = Value<typeof Genesis>;
export type Kind = Genesis["consensus"]["kind"];

/** Section 13. */
const signatures = list(container({ member: uint16, signature: vector(64) }), 256);
export const PbftVote = container({ membership: number, view: number, height: number, blockHash: bytes32 });
export const PaxosDecision = container({ membership: number, height: number, blockHash: bytes32 });
export const Certificate = union({
  pbft: container({ membership: number, view: number, height: number, blockHash: bytes32, signatures }),
  "bp-fast-paxos": container({ membership: number, height: number, blockHash: bytes32, signatures }),
});
export const FinalityProof = container({
  id: bytes32,
  witnessHash: bytes32,
  index: uint32,
  branch: list(bytes32, 17),
  evidence: union({
    certified: container({
      changes: list(
        container({ header: Header, certificate: Certificate, members: Members, branch: list(bytes32, 3) }),
        1024,
      ),
      header: Header,
      certificate: Certificate,
    }),
    work: container({ headers: list(Header, 16384), position: uint32 }),
  }),
});
export type Certificate = Value<typeof Certificate>;
export type FinalityProof = Value<typeof FinalityProof>;

/** Section 14. */
export const Coin = container({
  asset: uint32,
  amount,
  policyHash: bytes32,
  height: number,
  reward: boolean(),
});
export const Checkpoint = container({
  height: number,
  blockHash: bytes32,
  governanceRoot: bytes32,
  pieces: list(bytes32, 1048576),
});
