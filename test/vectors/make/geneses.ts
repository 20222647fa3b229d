// Vectors for geneses: valid ones with what they begin, and each condition broken.
import {
  chainIdOf,
  type Genesis,
  genesisBlock,
  genesisCodec,
  type ProofOfWorkParameters,
} from "@witan/ledger";
import {
  type Amount,
  type AssetId,
  bytesToHex,
  type Member,
  type PeerId,
  type PolicyHash,
  type PublicKey,
  type Timestamp,
} from "@witan/primitives";
import { clientOf, keyOfName, memberOf, outputTo, testChain, testGenesis } from "../../ledger/build.ts";
import type { GenesisCase, VectorFile } from "../format.ts";

const cases: GenesisCase[] = [];
const bytesOf = (genesis: Genesis): string => bytesToHex(genesisCodec.encode(genesis));
const alice = keyOfName("alice");
const pow = testGenesis("pow").consensus as ProofOfWorkParameters;
const work = (change: Partial<ProofOfWorkParameters>): Genesis =>
  testGenesis("pow", { consensus: { ...pow, ...change }, allocations: [] });

function valid(name: string, genesis: Genesis): void {
  const { header, hash } = genesisBlock(testChain(genesis)).block;
  cases.push({
    name: `ok: ${name}`,
    genesis: bytesOf(genesis),
    expected: "ok",
    chainId: chainIdOf(genesis),
    hash,
    governanceRoot: header.governanceRoot,
  });
}

function broken(condition: number, name: string, genesis: Genesis, ...fields: string[]): void {
  cases.push({
    name: `condition ${condition}: ${name}`,
    genesis: bytesOf(genesis),
    expected: condition,
    fields,
  });
}

/** The members of PBFT, one of them changed. */
function withMember(change: Partial<Member>, mode: "pbft" | "bp-fast-paxos" = "pbft"): Genesis {
  const genesis = testGenesis(mode);
  return { ...genesis, members: genesis.members.with(1, { ...(genesis.members[1] as Member), ...change }) };
}

function validOnes(): void {
  valid("PBFT", testGenesis("pbft"));
  valid("BP Fast Paxos", testGenesis("bp-fast-paxos"));
  valid("proof of work", testGenesis("pow"));
  valid("no allocations, so block 0 has no transaction", testGenesis("pbft", { allocations: [] }));
  valid("one member", testGenesis("pbft", { members: [memberOf("a")] }));
  valid("the same chain under another name is another chain", testGenesis("pbft", { name: "test-2" }));
  valid("a name of 32 characters", testGenesis("pbft", { name: "a-0".repeat(11).slice(0, 32) }));
  valid("a prefix of 12 letters", testGenesis("pbft", { addressPrefix: "abcdefghijkl" }));
  valid("at time 0", testGenesis("pbft", { timestamp: 0 as Timestamp }));
  valid(
    "signed promises, lying acceptors detected",
    testGenesis("bp-fast-paxos", {
      consensus: {
        kind: "bp-fast-paxos",
        promiseAuthentication: "signature",
        detectByzantineAcceptors: true,
      },
    }),
  );
  const sorted = [clientOf(alice, "permitted", ["a/", "b/"]), clientOf(keyOfName("bob"), "revoked")];
  sorted.sort((a, b) => (a.publicKey < b.publicKey ? -1 : 1));
  valid(
    "clients, and only they may sign",
    testGenesis("pbft", { clients: sorted, clientsMode: "permitted" }),
  );
  valid(
    "all of asset 0 there can be",
    testGenesis("pbft", { allocations: [outputTo(alice, 2n ** 64n - 2n), outputTo(alice, 1n)] }),
  );
  const much = [outputTo(alice, 2n ** 64n - 1n, 1), outputTo(alice, 2n ** 64n - 1n, 1)];
  valid("more of another asset than 2^64 - 1", testGenesis("pbft", { allocations: much }));
  valid("a subsidy that brings all there can be", work({ subsidy: 2n ** 63n - 1n, halvingInterval: 1 }));
  valid(
    "256 allocations",
    testGenesis("pbft", { allocations: Array.from({ length: 256 }, () => outputTo(alice, 1n)) }),
  );
  valid(
    "18 decimals",
    testGenesis("pbft", {
      assets: [{ name: "W", decimals: 18, issuancePolicyHash: "00".repeat(32) as PolicyHash }],
      allocations: [],
    }),
  );
  valid(
    "the least of proof of work",
    work({
      blockIntervalMs: 1,
      retargetInterval: 2,
      halvingInterval: 1,
      coinbaseMaturity: 0,
      maxFutureDriftMs: 1_000,
      subsidy: 0n,
    }),
  );
  valid(
    "the most of proof of work",
    work({
      blockIntervalMs: 86_400_000,
      retargetInterval: 1_000_000,
      halvingInterval: 1_000_000_000,
      coinbaseMaturity: 100_000,
      maxFutureDriftMs: 86_400_000,
      subsidy: 1n,
    }),
  );
  valid("the hardest target", work({ initialTarget: 0x01010000 }));
}

function names(): void {
  broken(1, "version 0", testGenesis("pbft", { version: 0 }), "version");
  broken(1, "version 2", testGenesis("pbft", { version: 2 }), "version");
  broken(1, "no name", testGenesis("pbft", { name: "" }), "name");
  broken(1, "a name in capitals", testGenesis("pbft", { name: "Test" }), "name");
  broken(1, "a name with a dot", testGenesis("pbft", { name: "te.st" }), "name");
  broken(1, "no prefix", testGenesis("pbft", { addressPrefix: "" }), "addressPrefix");
  broken(1, "a prefix in capitals", testGenesis("pbft", { addressPrefix: "WT" }), "addressPrefix");
  broken(1, "a prefix with a digit", testGenesis("pbft", { addressPrefix: "wt1" }), "addressPrefix");
  broken(
    1,
    "everything at once, and more of condition 6",
    testGenesis("pbft", { version: 9, name: " ", addressPrefix: "-", allocations: [outputTo(alice, 0n)] }),
    "version",
    "name",
    "addressPrefix",
    "allocations[0].amount",
  );
}

function members(): void {
  const { members: four } = testGenesis("pbft");
  const [a, b] = four as [Member, Member];
  broken(2, "no validator", testGenesis("pbft", { members: [] }), "members");
  broken(2, "no proposer", testGenesis("bp-fast-paxos", { members: [memberOf("a", "acceptor")] }), "members");
  broken(2, "no acceptor", testGenesis("bp-fast-paxos", { members: [memberOf("p", "proposer")] }), "members");
  broken(2, "a proposer in PBFT", withMember({ role: "proposer" }), "members[1].role");
  broken(
    2,
    "a validator in BP Fast Paxos",
    withMember({ role: "validator" }, "bp-fast-paxos"),
    "members[1].role",
  );
  broken(2, "a member in proof of work", testGenesis("pow", { members: [memberOf("a")] }), "members[0].role");
  broken(2, "a member's name in capitals", withMember({ name: "B" }), "members[1].name");
  broken(2, "a member without a name", withMember({ name: "" }), "members[1].name");
  broken(2, "two members of one name", withMember({ name: "a" }), "members[1].name");
  broken(
    2,
    "a voting key of prefix 04",
    withMember({ votingKey: `04${"11".repeat(32)}` as PublicKey }),
    "members[1].votingKey",
  );
  broken(
    2,
    "an operator key whose x is too large",
    withMember({ operatorKey: `02${"ff".repeat(32)}` as PublicKey }),
    "members[1].operatorKey",
  );
  broken(
    2,
    "a peer id of another kind",
    withMember({ peerId: `002408021220${"11".repeat(32)}` as PeerId }),
    "members[1].peerId",
  );
  broken(2, "two members of one voting key", withMember({ votingKey: a.votingKey }), "members[1].votingKey");
  broken(
    2,
    "two members of one operator key",
    withMember({ operatorKey: a.operatorKey }),
    "members[1].operatorKey",
  );
  broken(2, "two members of one peer id", withMember({ peerId: a.peerId }), "members[1].peerId");
  broken(
    2,
    "a voting key that is another's operator key",
    withMember({ votingKey: a.operatorKey }),
    "members[1].votingKey",
  );
  broken(
    2,
    "a member whose keys are one",
    withMember({ operatorKey: b.votingKey }),
    "members[1].operatorKey",
  );
}

const RANGES = {
  blockBytesMax: [131_071, 33_554_433],
  blockTransactionsMax: [15, 65_537],
  blockSignaturesMax: [63, 65_537],
  feeRateMin: [1_000_000_000_001],
  validUntilAheadMsMax: [59_999, 31_536_000_001],
  clockDriftMs: [99, 60_001],
  emptyBlockIntervalMs: [86_400_001],
  checkpointInterval: [9, 1_000_001],
  rulesVersion: [0, 2],
} as const;

function parametersAndAssets(): void {
  for (const [name, values] of Object.entries(RANGES))
    for (const value of values)
      broken(
        3,
        `${name} ${value}`,
        testGenesis("pbft", { parameters: { [name]: value } }),
        `parameters.${name}`,
      );
  const { assets } = testGenesis();
  const with_ = (change: Partial<(typeof assets)[number]>, at = 1) =>
    testGenesis("pbft", {
      assets: assets.with(at, { ...(assets[at] as (typeof assets)[number]), ...change }),
    });
  broken(4, "no asset", testGenesis("pbft", { assets: [], allocations: [] }), "assets");
  broken(
    4,
    "a native asset that can be issued",
    with_({ issuancePolicyHash: alice.policyHash }, 0),
    "assets[0].issuancePolicyHash",
  );
  broken(4, "an asset without a name", with_({ name: "" }), "assets[1].name");
  broken(4, "an asset's name with a space", with_({ name: "A B" }), "assets[1].name");
  broken(4, "two assets of one name", with_({ name: "WITAN" }), "assets[1].name");
  broken(4, "19 decimals", with_({ decimals: 19 }), "assets[1].decimals");
}

function clients(): void {
  const keys = ["alice", "bob"]
    .map((name) => clientOf(keyOfName(name)))
    .sort((a, b) => (a.publicKey < b.publicKey ? -1 : 1));
  const [first, second] = keys as [(typeof keys)[number], (typeof keys)[number]];
  const of = (...records: (typeof keys)[number][]) => testGenesis("pbft", { clients: records });
  broken(5, "clients descending", of(second, first), "clients[1].publicKey");
  broken(5, "a client twice", of(first, first), "clients[1].publicKey");
  broken(
    5,
    "a client's key of prefix 00",
    of({ ...first, publicKey: `00${"11".repeat(32)}` as PublicKey }),
    "clients[0].publicKey",
  );
  broken(
    5,
    "a client's key that is a member's voting key",
    of(clientOf(keyOfName("a voting"))),
    "clients[0].publicKey",
  );
  broken(
    5,
    "a client's key that is a member's operator key",
    of(clientOf(keyOfName("d operator"))),
    "clients[0].publicKey",
  );
  broken(
    5,
    "prefixes descending",
    of({ ...first, registerPrefixes: ["b", "a"] }),
    "clients[0].registerPrefixes",
  );
  broken(5, "a prefix twice", of({ ...first, registerPrefixes: ["a", "a"] }), "clients[0].registerPrefixes");
  broken(
    5,
    "a revoked client with a prefix",
    of({ ...first, status: "revoked", registerPrefixes: ["a"] }),
    "clients[0].registerPrefixes",
  );
  const pay = (asset: number, amount: bigint) => ({
    asset: asset as AssetId,
    amount: amount as Amount,
    policyHash: alice.policyHash,
  });
  const allot = (...allocations: ReturnType<typeof pay>[]) => testGenesis("pbft", { allocations });
  broken(6, "an allocation of nothing", allot(pay(0, 5n), pay(0, 0n)), "allocations[1].amount");
  broken(6, "an allocation of an asset that is not registered", allot(pay(3, 1n)), "allocations[0].asset");
  broken(7, "one unit more than there can be", allot(pay(0, 2n ** 64n - 1n), pay(0, 1n)), "allocations");
  broken(
    7,
    "a subsidy that brings too much",
    work({ subsidy: 2n ** 63n, halvingInterval: 1 }),
    "consensus.subsidy",
  );
  broken(
    7,
    "a subsidy that brings too much with the allocations",
    { ...work({ subsidy: 2n ** 63n - 1n, halvingInterval: 1 }), allocations: [pay(0, 2n)] },
    "consensus.subsidy",
  );
}

function proofOfWork(): void {
  broken(8, "an initial target of 0", work({ initialTarget: 0 }), "consensus.initialTarget");
  broken(
    8,
    "an initial target that is not canonical",
    work({ initialTarget: 0x04000001 }),
    "consensus.initialTarget",
  );
  broken(
    8,
    "a negative initial target, as Bitcoin would say",
    work({ initialTarget: 0x04800001 }),
    "consensus.initialTarget",
  );
  broken(8, "a limit beyond 2^256 - 1", work({ targetLimit: 0x22010000 }), "consensus.targetLimit");
  broken(
    8,
    "an initial target above the limit",
    work({ targetLimit: 0x1f00ffff }),
    "consensus.initialTarget",
  );
  const beyond: readonly (readonly [keyof typeof pow, number])[] = [
    ["blockIntervalMs", 0],
    ["blockIntervalMs", 86_400_001],
    ["retargetInterval", 1],
    ["retargetInterval", 1_000_001],
    ["halvingInterval", 0],
    ["halvingInterval", 1_000_000_001],
    ["coinbaseMaturity", 100_001],
    ["maxFutureDriftMs", 999],
    ["maxFutureDriftMs", 86_400_001],
  ];
  for (const [name, value] of beyond)
    broken(8, `${name} ${value}`, work({ [name]: value, subsidy: 1n }), `consensus.${name}`);
}

/** genesis.json */
export function genesisVectors(): VectorFile<GenesisCase> {
  cases.length = 0;
  validOnes();
  names();
  members();
  parametersAndAssets();
  clients();
  proofOfWork();
  const bytes = bytesOf(testGenesis());
  cases.push({ name: "encoding: a byte behind", genesis: `${bytes}00`, expected: "encoding" });
  cases.push({ name: "encoding: nothing", genesis: "", expected: "encoding" });
  return { about: "Geneses: docs/formats.md, section 12", shared: {}, cases: [...cases] };
}
