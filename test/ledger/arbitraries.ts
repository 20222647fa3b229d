// Arbitrary values of every type that is encoded, for property tests: of the right form, seldom valid.
import type {
  Asset,
  AssetAmount,
  Body,
  Change,
  Client,
  Coin,
  FinalityProof,
  Genesis,
  GovernanceState,
  Header,
  Outpoint,
  Output,
  Parameters,
  PolicyNode,
  Transaction,
  Witness,
} from "@witan/ledger";
import { PARAMETER_NAMES } from "@witan/ledger";
import type { Certificate, Member, MemberSignature } from "@witan/primitives";
import fc from "fast-check";

/** Lower-case hex of some bytes. */
export function hexOf<T extends string>(minBytes: number, maxBytes = minBytes): fc.Arbitrary<T> {
  return fc
    .uint8Array({ minLength: minBytes, maxLength: maxBytes })
    .map((bytes) => Buffer.from(bytes).toString("hex") as T);
}

/** An integer that a Number holds. */
export function number<T extends number>(): fc.Arbitrary<T> {
  return fc.maxSafeNat() as unknown as fc.Arbitrary<T>;
}

const uint = <T extends number>(max: number) => fc.integer({ min: 0, max }) as unknown as fc.Arbitrary<T>;
const uint64 = <T extends bigint>() =>
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) as unknown as fc.Arbitrary<T>;
/** Printable ASCII up to a length. */
export const text = (max: number): fc.Arbitrary<string> =>
  fc.string({
    unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
    maxLength: max,
  });
const few = <T>(one: fc.Arbitrary<T>, maxLength = 4) => fc.array(one, { maxLength });

/** A node of a policy. */
export const policyNode: fc.Arbitrary<PolicyNode> = fc.oneof(
  fc.record({ kind: fc.constant("hidden" as const), hash: hexOf<never>(32) }),
  fc.record({ kind: fc.constant("key" as const), publicKey: hexOf<never>(33) }),
  fc.record({ kind: fc.constant("after" as const), time: number<never>() }),
  fc.record({ kind: fc.constant("hash" as const), digest: hexOf<never>(32) }),
  fc.record({ kind: fc.constant("threshold" as const), required: uint(255), children: uint(255) }),
);

/** Nodes that are seldom a tree. */
export const policy = few(policyNode, 32);

const outpoint: fc.Arbitrary<Outpoint> = fc.record({ transaction: hexOf<never>(32), index: uint(0xffff) });
/** An output. */
export const output: fc.Arbitrary<Output> = fc.record({
  asset: uint<never>(0xffff_ffff),
  amount: uint64<never>(),
  policyHash: hexOf<never>(32),
});
const assetAmount: fc.Arbitrary<AssetAmount> = fc.record({
  asset: uint<never>(0xffff_ffff),
  amount: uint64<never>(),
});

/** A member. */
export const member: fc.Arbitrary<Member> = fc.record({
  name: text(32),
  role: fc.constantFrom("validator" as const, "proposer" as const, "acceptor" as const),
  votingKey: hexOf<never>(33),
  peerId: hexOf<never>(38),
  operatorKey: hexOf<never>(33),
  rewardPolicy: hexOf<never>(32),
});

const replacement = fc.oneof(
  fc.record({ kind: fc.constant("voting" as const), votingKey: hexOf<never>(33) }),
  fc.record({ kind: fc.constant("peer" as const), peerId: hexOf<never>(38) }),
  fc.record({ kind: fc.constant("operator" as const), operatorKey: hexOf<never>(33) }),
);

/** A change. */
export const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ kind: fc.constant("addMember" as const), member }),
  fc.record({ kind: fc.constant("removeMember" as const), name: text(32) }),
  fc.record({ kind: fc.constant("replaceKey" as const), name: text(32), key: replacement }),
  fc.record({
    kind: fc.constant("permitClient" as const),
    publicKey: hexOf<never>(33),
    registerPrefixes: few(text(64), 16),
  }),
  fc.record({ kind: fc.constant("revokeClient" as const), publicKey: hexOf<never>(33) }),
  fc.record({ kind: fc.constant("forgetClient" as const), publicKey: hexOf<never>(33) }),
  fc.record({
    kind: fc.constant("registerAsset" as const),
    name: text(32),
    decimals: uint(255),
    issuancePolicyHash: hexOf<never>(32),
  }),
  fc.record({
    kind: fc.constant("changeParameter" as const),
    parameter: fc.constantFrom(...PARAMETER_NAMES),
    value: number(),
  }),
  fc.record({ kind: fc.constant("changeRules" as const), rulesVersion: uint(0xffff) }),
);

/** A body. */
export const body: fc.Arbitrary<Body> = fc.oneof(
  fc.record({
    kind: fc.constant("transfer" as const),
    inputs: few(outpoint),
    outputs: few(output),
    fee: uint64<never>(),
    issued: few(assetAmount),
    destroyed: few(assetAmount),
    validUntil: number<never>(),
    memo: hexOf(0, 256),
  }),
  fc.record({ kind: fc.constant("reward" as const), height: number<never>(), outputs: few(output) }),
  fc.record({
    kind: fc.constant("governance" as const),
    sequence: number(),
    change,
    validUntil: number<never>(),
  }),
);

/** A witness. */
export const witness: fc.Arbitrary<Witness> = fc.record({
  policies: few(policy),
  signatures: few(fc.record({ publicKey: hexOf<never>(33), signature: hexOf<never>(64) })),
  preimages: few(hexOf(32)),
});

/** A transaction. */
export const transaction: fc.Arbitrary<Transaction> = fc.record({ body, witness });

/** A header. */
export const header: fc.Arbitrary<Header> = fc.record({
  version: uint(0xffff),
  height: number<never>(),
  parent: hexOf<never>(32),
  timestamp: number<never>(),
  transactionsRoot: hexOf<never>(32),
  governanceRoot: hexOf<never>(32),
  proposer: uint<never>(0xffff),
  target: uint(0xffff_ffff),
  nonce: uint64(),
});

const memberSignature: fc.Arbitrary<MemberSignature> = fc.record({
  member: uint<never>(0xffff),
  signature: hexOf<never>(64),
});

/** A certificate. */
export const certificate: fc.Arbitrary<Certificate> = fc.oneof(
  fc.record({
    kind: fc.constant("pbft" as const),
    membership: number<never>(),
    view: number<never>(),
    height: number<never>(),
    blockHash: hexOf<never>(32),
    signatures: few(memberSignature),
  }),
  fc.record({
    kind: fc.constant("bp-fast-paxos" as const),
    membership: number<never>(),
    height: number<never>(),
    blockHash: hexOf<never>(32),
    signatures: few(memberSignature),
  }),
);

/** A finality proof. */
export const finalityProof: fc.Arbitrary<FinalityProof> = fc.record({
  id: hexOf<never>(32),
  witnessHash: hexOf<never>(32),
  index: uint(0xffff_ffff),
  branch: few(hexOf<never>(32), 17),
  evidence: fc.oneof(
    fc.record({
      kind: fc.constant("certified" as const),
      changes: few(
        fc.record({ header, certificate, members: few(member, 2), branch: few(hexOf<never>(32), 3) }),
        2,
      ),
      header,
      certificate,
    }),
    fc.record({ kind: fc.constant("work" as const), headers: few(header), position: uint(0xffff_ffff) }),
  ),
});

/** Parameters in no range. */
export const parameters: fc.Arbitrary<Parameters> = fc.record({
  blockBytesMax: number(),
  blockTransactionsMax: number(),
  blockSignaturesMax: number(),
  feeRateMin: number(),
  validUntilAheadMsMax: number(),
  clockDriftMs: number(),
  emptyBlockIntervalMs: number(),
  checkpointInterval: number(),
  rulesVersion: uint(0xffff),
});

const asset: fc.Arbitrary<Asset> = fc.record({
  name: text(32),
  decimals: uint(255),
  issuancePolicyHash: hexOf<never>(32),
});
const client: fc.Arbitrary<Client> = fc.record({
  publicKey: hexOf<never>(33),
  status: fc.constantFrom("revoked" as const, "permitted" as const),
  registerPrefixes: few(text(64)),
});

/** A governance state. */
export const governanceState: fc.Arbitrary<GovernanceState> = fc.record({
  sequence: number(),
  membersFrom: number<never>(),
  members: few(member),
  parameters,
  assets: few(asset),
  clients: few(client),
  retiredKeys: few(hexOf<never>(32)),
});

const consensus: fc.Arbitrary<Genesis["consensus"]> = fc.oneof(
  fc.constant({ kind: "pbft" as const }),
  fc.record({
    kind: fc.constant("bp-fast-paxos" as const),
    promiseAuthentication: fc.constantFrom("mac" as const, "signature" as const),
    detectByzantineAcceptors: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant("pow" as const),
    initialTarget: uint(0xffff_ffff),
    targetLimit: uint(0xffff_ffff),
    blockIntervalMs: number(),
    retargetInterval: number(),
    subsidy: uint64(),
    halvingInterval: number(),
    coinbaseMaturity: number(),
    maxFutureDriftMs: number(),
  }),
);

/** A genesis, seldom valid. */
export const genesis: fc.Arbitrary<Genesis> = fc.record({
  version: uint(0xffff),
  name: text(32),
  addressPrefix: text(12),
  timestamp: number<never>(),
  consensus,
  clientsMode: fc.constantFrom("open" as const, "permitted" as const),
  members: few(member),
  parameters,
  assets: few(asset),
  clients: few(client),
  allocations: few(output),
});

/** A coin. */
export const coin: fc.Arbitrary<Coin> = fc.record({
  asset: uint<never>(0xffff_ffff),
  amount: uint64<never>(),
  policyHash: hexOf<never>(32),
  height: number<never>(),
  reward: fc.boolean(),
});
