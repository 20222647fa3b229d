// Makes chains, transactions and blocks for tests: short to write, valid unless told otherwise, the same on every run.
import { createNobleScheme, peerIdOfEd25519, publicKeyOf, type SecretKey, sign } from "@witan/crypto";
import {
  assembleBlock,
  type Block,
  type Body,
  type Broken,
  type Chain,
  type ChainState,
  type Change,
  type Client,
  type Coin,
  type CoinSource,
  compactOfTarget,
  type Genesis,
  genesisBlock,
  genesisGovernance,
  type Header,
  judgeBlock,
  medianTimestamp,
  meetsTarget,
  nextTarget,
  type OutpointKey,
  type Output,
  openChain,
  PARAMETER_DEFAULTS,
  type Parameters,
  type Policy,
  policyHash,
  type SealedTransaction,
  type SignatureVerdict,
  sealTransaction,
  type Transfer,
  type ValidBlock,
  verdictsOf,
  type Witness,
} from "@witan/ledger";
import {
  type Amount,
  type AssetId,
  asciiBytes,
  assert,
  type ConsensusMode,
  type Hash,
  type Member,
  type MemberIndex,
  type PolicyHash,
  type PublicKey,
  present,
  type Role,
  sha256Hex,
  type Timestamp,
  ZERO_HASH,
} from "@witan/primitives";

/** A key pair made from a name. */
export interface TestKey {
  readonly secretKey: SecretKey;
  readonly publicKey: PublicKey;
  /** The policy `key(publicKey)`. */
  readonly policy: Policy;
  readonly policyHash: PolicyHash;
}

const keys = new Map<string, TestKey>();

/** The key pair of a name; always the same. */
export function keyOfName(name: string): TestKey {
  const known = keys.get(name);
  if (known) return known;
  const secretKey = sha256Hex(asciiBytes(`test key ${name}`)) as SecretKey;
  const publicKey = publicKeyOf(secretKey);
  const policy: Policy = [{ kind: "key", publicKey }];
  const key = { secretKey, publicKey, policy, policyHash: present(policyHash(policy), "a key's policy") };
  keys.set(name, key);
  return key;
}

/** A member with keys made from its name. */
export function memberOf(name: string, role: Role = "validator", rewardPolicy?: PolicyHash): Member {
  return {
    name,
    role,
    votingKey: keyOfName(`${name} voting`).publicKey,
    peerId: peerIdOfEd25519(sha256Hex(asciiBytes(`${name} peer`))),
    operatorKey: keyOfName(`${name} operator`).publicKey,
    rewardPolicy: rewardPolicy ?? (ZERO_HASH as PolicyHash),
  };
}

/** Where test chains begin: 2026-01-01T00:00:00Z. */
export const GENESIS_TIME = 1_767_225_600_000 as Timestamp;

/** What a test genesis may say otherwise. */
export type GenesisOptions = Partial<Omit<Genesis, "parameters">> & {
  readonly parameters?: Partial<Parameters>;
};

/** An easy compact target: a test miner needs about 16 tries. */
export const EASY_TARGET = compactOfTarget((1n << 252n) - 1n);

const CONSENSUS: Readonly<Record<ConsensusMode, Genesis["consensus"]>> = {
  pbft: { kind: "pbft" },
  "bp-fast-paxos": { kind: "bp-fast-paxos", promiseAuthentication: "mac", detectByzantineAcceptors: false },
  pow: {
    kind: "pow",
    initialTarget: EASY_TARGET,
    targetLimit: EASY_TARGET,
    blockIntervalMs: 1_000,
    retargetInterval: 10,
    subsidy: 5_000n,
    halvingInterval: 100,
    coinbaseMaturity: 3,
    maxFutureDriftMs: 10_000,
  },
};

/** The members of a test chain: four validators, or two proposers and four acceptors, or none. */
export function membersOf(mode: ConsensusMode): readonly Member[] {
  if (mode === "pow") return [];
  if (mode === "pbft")
    return ["a", "b", "c", "d"].map((n) => memberOf(n, "validator", keyOfName(`${n} pay`).policyHash));
  return [
    ...["p", "q"].map((n) => memberOf(n, "proposer", keyOfName(`${n} pay`).policyHash)),
    ...["a", "b", "c", "d"].map((n) => memberOf(n, "acceptor")),
  ];
}

/** A genesis with three assets and 8 allocations of 1,000,000 of asset 0 to `alice`, 2 to `bob`, 2 of asset 1 to `alice`. */
export function testGenesis(mode: ConsensusMode = "pbft", options: GenesisOptions = {}): Genesis {
  const alice = keyOfName("alice").policyHash;
  const bob = keyOfName("bob").policyHash;
  const output = (policy: PolicyHash, asset = 0): Output => ({
    asset: asset as AssetId,
    amount: 1_000_000n as Amount,
    policyHash: policy,
  });
  return {
    version: 1,
    name: "test",
    addressPrefix: "wt",
    timestamp: GENESIS_TIME,
    consensus: CONSENSUS[mode],
    clientsMode: "open",
    members: membersOf(mode),
    assets: [
      { name: "WITAN", decimals: 8, issuancePolicyHash: ZERO_HASH as PolicyHash },
      { name: "GOLD", decimals: 2, issuancePolicyHash: keyOfName("mint").policyHash },
      { name: "SILVER", decimals: 0, issuancePolicyHash: keyOfName("mint").policyHash },
    ],
    clients: [],
    allocations: [
      ...Array.from({ length: 8 }, () => output(alice)),
      output(bob),
      output(bob),
      output(alice, 1),
      output(alice, 1),
    ],
    ...options,
    parameters: { ...PARAMETER_DEFAULTS, ...options.parameters },
  };
}

/** The chain of a genesis that must be valid. */
export function testChain(genesis: Genesis): Chain {
  const opened = openChain(genesis);
  assert(opened.ok, opened.ok ? "" : JSON.stringify(opened.problems));
  return opened.value;
}

/** A coin that can be spent, with its name. */
export interface NamedCoin extends Coin {
  readonly transaction: SealedTransaction["id"];
  readonly index: number;
}

const verify = verdictsOf(createNobleScheme());
const verdicts = new Map<string, boolean>();
/** Real verdicts by noble, each asked for once. */
export const realVerdicts: SignatureVerdict = (transaction) => {
  const key = transaction.id + transaction.witnessHash;
  const known = verdicts.get(key) ?? verify(transaction);
  verdicts.set(key, known);
  return known;
};

/** A chain that grows block by block, with its coins in a map. */
export class TestLedger implements CoinSource {
  readonly chain: Chain;
  readonly coins = new Map<OutpointKey, Coin>();
  readonly headers: Header[] = [];
  readonly blocks: ValidBlock[] = [];
  state: ChainState;

  constructor(genesis: Genesis = testGenesis()) {
    this.chain = testChain(genesis);
    const { block, coins } = genesisBlock(this.chain);
    for (const [key, coin] of coins.changes()) if (coin) this.coins.set(key, coin);
    this.headers.push(block.header);
    this.state = this.#stateAfter(block, genesisGovernance(this.chain));
  }

  coin(key: OutpointKey): Coin | undefined {
    return this.coins.get(key);
  }

  /** The time that `block()` gives the next block: one second after the last. */
  get nextTime(): Timestamp {
    return ((this.headers.at(-1)?.timestamp ?? 0) + 1_000) as Timestamp;
  }

  /** All coins of a policy, in order of their keys. */
  coinsOf(policy: PolicyHash, asset = 0): NamedCoin[] {
    return [...this.coins]
      .filter(([, coin]) => coin.policyHash === policy && coin.asset === asset)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, coin]) => ({
        ...coin,
        transaction: key.slice(0, 64) as SealedTransaction["id"],
        index: Number.parseInt(key.slice(64), 16),
      }));
  }

  /** Makes a block on the tip; in proof of work it is mined. */
  block(transactions: readonly SealedTransaction[], options: Partial<BlockOptions> = {}): Block {
    const pow = this.chain.mode === "pow";
    const proposer = (
      pow ? 0 : this.state.governance.state.members.findIndex((m) => m.role !== "acceptor")
    ) as MemberIndex;
    for (let nonce = 0n; ; nonce++) {
      const made = assembleBlock(this.state, {
        timestamp: options.timestamp ?? this.nextTime,
        proposer: options.proposer ?? proposer,
        transactions,
        minedOutputs: options.minedOutputs ?? [],
        nonce: pow ? nonce : 0n,
      });
      assert(made.ok, "a test block that can't be encoded");
      if (!pow || meetsTarget(made.value.hash, made.value.header.target)) return made.value;
    }
  }

  /** Judges a block without applying it. */
  judge(block: Block, holds: SignatureVerdict = realVerdicts): ReturnType<typeof judgeBlock> {
    return judgeBlock(this.state, block, this, holds);
  }

  /** Applies a block that must hold. */
  apply(block: Block, holds: SignatureVerdict = realVerdicts): ValidBlock {
    const judged = this.judge(block, holds);
    assert(judged.ok, judged.ok ? "" : `${(judged as Broken).code}: ${(judged as Broken).detail}`);
    for (const [key, coin] of judged.value.coins.changes())
      if (coin) this.coins.set(key, coin);
      else this.coins.delete(key);
    this.headers.push(block.header);
    this.blocks.push(judged.value);
    this.state = this.#stateAfter(block, judged.value.governance);
    return judged.value;
  }

  /** A block of these transactions, applied. */
  grow(...transactions: SealedTransaction[]): ValidBlock {
    return this.apply(this.block(transactions));
  }

  #stateAfter(block: Block, governance: ChainState["governance"]): ChainState {
    const { height } = block.header;
    const history = { height, header: (at: number) => present(this.headers[at], `header ${at}`) };
    const pow = this.chain.proofOfWork;
    return {
      chain: this.chain,
      parent: { height, hash: block.hash },
      laterThan: pow ? medianTimestamp(history) : block.header.timestamp,
      target: pow ? nextTarget(pow, history) : 0,
      governance,
    };
  }

  /** Signs a body with keys, shows their single-key policies or those given, and seals it. */
  seal(body: Body, signers: readonly TestKey[], witness: Partial<Witness> = {}): SealedTransaction {
    const id = this.chain.transactions.id(body);
    const sorted = [...new Set(signers)].sort((a, b) => (a.publicKey < b.publicKey ? -1 : 1));
    const signatures = sorted.map((key) => ({
      publicKey: key.publicKey,
      signature: sign(id as Hash, key.secretKey),
    }));
    const policies = body.kind === "transfer" ? sorted.map((key) => key.policy) : [];
    return this.sealRaw(body, {
      policies: sortPolicies(witness.policies ?? policies),
      signatures,
      preimages: [],
      ...without(witness),
    });
  }

  /** Seals a body with a witness as it is. */
  sealRaw(body: Body, witness: Witness): SealedTransaction {
    const sealed = sealTransaction(this.chain.transactions, { body, witness });
    assert(sealed.ok, sealed.ok ? "" : `${sealed.code}: ${sealed.detail}`);
    return sealed.value;
  }

  /** A transfer's body: spends coins, pays outputs, the rest as given. */
  transfer(coins: readonly NamedCoin[], outputs: readonly Output[], more: Partial<Transfer> = {}): Transfer {
    return {
      kind: "transfer",
      inputs: coins.map(({ transaction, index }) => ({ transaction, index })),
      outputs,
      fee: 0n as Amount,
      issued: [],
      destroyed: [],
      validUntil: (this.nextTime + 60_000) as Timestamp,
      memo: "",
      ...more,
    };
  }

  /** A governance transaction, approved by the operators of these members. */
  governance(
    change: Change,
    approvers: readonly string[] = ["a", "b", "c"],
    sequence?: number,
  ): SealedTransaction {
    const body: Body = {
      kind: "governance",
      sequence: sequence ?? this.state.governance.state.sequence,
      change,
      validUntil: (this.nextTime + 60_000) as Timestamp,
    };
    return this.seal(
      body,
      approvers.map((name) => keyOfName(`${name} operator`)),
    );
  }
}

/** What a test block may say otherwise. */
export interface BlockOptions {
  readonly timestamp: Timestamp;
  readonly proposer: MemberIndex;
  readonly minedOutputs: readonly Output[];
}

function without(witness: Partial<Witness>): Partial<Witness> {
  const { policies: _, ...rest } = witness;
  return rest;
}

/** Policies sorted as a witness shows them; those that are no tree go last. */
export function sortPolicies(policies: readonly Policy[]): readonly Policy[] {
  const hash = (policy: Policy) => policyHash(policy) ?? "z";
  return [...policies].sort((a, b) => (hash(a) < hash(b) ? -1 : 1));
}

/** An output of an amount. */
export function outputTo(key: TestKey, amount: bigint, asset = 0): Output {
  return { asset: asset as AssetId, amount: amount as Amount, policyHash: key.policyHash };
}

/** A client's record. */
export function clientOf(
  key: TestKey,
  status: Client["status"] = "permitted",
  registerPrefixes: string[] = [],
): Client {
  return { publicKey: key.publicKey, status, registerPrefixes };
}
