// Chains for the tests of the keeper: blocks of random transfers and changes of governance with real certificates, and
// beside them what a dumb model says of outputs and addresses after each height.
import { sign } from "@witan/crypto";
import {
  type Block,
  type Change,
  type Coin,
  genesisBlock,
  judgeBlock,
  keyOf,
  type OutpointKey,
  type SealedTransaction,
  type Transfer,
  type ValidBlock,
} from "@witan/ledger";
import {
  type Amount,
  assert,
  type Certificate,
  certificateDigest,
  type Height,
  type MemberIndex,
  type Membership,
  type PolicyHash,
  quorumOf,
  type TransactionId,
  type View,
} from "@witan/primitives";
import type { ChainKeeper } from "../../../packages/node/src/chain/chain-keeper.ts";
import { keyOfName, memberOf, outputTo, TestLedger, testGenesis } from "../../ledger/build.ts";

/** Numbers that look random, the same for each seed. */
export function randomOf(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** What happened to an address in one transaction. */
export interface ModelEvent {
  readonly height: number;
  readonly position: number;
  readonly transaction: TransactionId;
  readonly received: readonly { asset: number; amount: bigint }[];
  readonly spent: readonly { asset: number; amount: bigint }[];
}

/** The holders of the test genesis, and who else gets something. */
export const HOLDERS = ["alice", "bob", "carol", "dave"] as const;

/** The policy hashes that anything is ever paid to. */
export const POLICIES: readonly PolicyHash[] = [...HOLDERS, "a pay"].map(
  (name) => keyOfName(name).policyHash,
);

/** One block of the chain, and the model after it. */
export interface Grown {
  readonly block: Block;
  readonly certificate: Certificate | undefined;
  readonly coins: ReadonlyMap<OutpointKey, Coin>;
  readonly members: Membership;
}

/** A chain that grows by itself. `grown[h]` is block h and the model after it. */
export class GrowingChain {
  readonly ledger: TestLedger;
  readonly grown: Grown[] = [];
  readonly events = new Map<PolicyHash, ModelEvent[]>();
  readonly random: (below: number) => number;
  #members = ["a", "b", "c", "d"];
  #named = 0;

  constructor(seed: number, parameters: Parameters<typeof testGenesis>[1] = {}) {
    this.random = randomOf(seed);
    this.ledger = new TestLedger(testGenesis("pbft", parameters));
    this.#note(genesisBlock(this.ledger.chain).block, undefined, new Map());
  }

  /** The height of the newest block. */
  get height(): number {
    return this.grown.length - 1;
  }

  /** Adds blocks of random transactions. */
  grow(blocks: number): void {
    for (let count = 0; count < blocks; count++) this.#growOne();
  }

  /** Adds a block with this change of governance. */
  change(change: Change): void {
    this.#add([this.ledger.governance(change, this.#members)]);
  }

  /** Adds a member, and the block that does it. */
  addMember(name: string): void {
    this.change({ kind: "addMember", member: memberOf(name) });
    this.#members = [...this.#members, name];
  }

  /** Takes a member away. */
  removeMember(name: string): void {
    this.change({ kind: "removeMember", name });
    this.#members = this.#members.filter((one) => one !== name);
  }

  /** Judges block `height` on a keeper and applies it there. */
  async feed(
    keeper: ChainKeeper,
    height: number,
    others?: Parameters<ChainKeeper["apply"]>[2],
  ): Promise<void> {
    await keeper.apply(await this.judged(keeper, height), this.at(height).certificate, others);
  }

  /** Block `height` judged on a keeper. */
  async judged(keeper: ChainKeeper, height: number): Promise<ValidBlock> {
    const { block } = this.at(height);
    const inputs = block.transactions.flatMap(({ body }) => (body.kind === "transfer" ? body.inputs : []));
    await keeper.fetchCoins(inputs.map(keyOf));
    const judged = judgeBlock(keeper.state(), block, keeper.coins, () => true);
    assert(judged.ok, judged.ok ? "" : `${judged.code}: ${judged.detail}`);
    return judged.value;
  }

  /** Block and model of a height. */
  at(height: number): Grown {
    const grown = this.grown[height];
    assert(grown !== undefined, `no block ${height}`);
    return grown;
  }

  #growOne(): void {
    const transactions: SealedTransaction[] = [];
    const taken = new Set<string>();
    for (let count = this.random(4); count > 0; count--) {
      const transfer = this.#transfer(taken);
      if (transfer !== undefined) transactions.push(transfer);
    }
    if (this.random(5) === 0) {
      const name = `asset-${this.#named++}`;
      const issuancePolicyHash = keyOfName("mint").policyHash;
      const change: Change = { kind: "registerAsset", name, decimals: 0, issuancePolicyHash };
      transactions.push(this.ledger.governance(change, this.#members));
    }
    this.#add(transactions);
  }

  #transfer(taken: Set<string>): SealedTransaction | undefined {
    const from = keyOfName(HOLDERS[this.random(HOLDERS.length)] as string);
    const asset = this.random(4) === 0 ? 1 : 0;
    const coins = this.ledger
      .coinsOf(from.policyHash, asset)
      .filter(({ transaction, index }) => !taken.has(`${transaction} ${index}`))
      .slice(0, 1 + this.random(3));
    if (coins.length === 0) return undefined;
    for (const { transaction, index } of coins) taken.add(`${transaction} ${index}`);
    let left = coins.reduce((sum, { amount }) => sum + amount, 0n);
    const fee = asset === 0 && left > 10n ? BigInt(this.random(3)) : 0n;
    left -= fee;
    const outputs: Transfer["outputs"][number][] = [];
    while (left > 0n && outputs.length < 3) {
      const to = keyOfName(HOLDERS[this.random(HOLDERS.length)] as string);
      const part = outputs.length === 2 ? left : left / 2n + 1n;
      outputs.push(outputTo(to, part > left ? left : part, asset));
      left -= part > left ? left : part;
    }
    return this.ledger.seal(this.ledger.transfer(coins, outputs, { fee: fee as Amount }), [from]);
  }

  #add(transactions: readonly SealedTransaction[]): void {
    const before = new Map(this.ledger.coins);
    const { membership } = this.ledger.state.governance;
    const block = this.ledger.block(transactions);
    this.ledger.apply(block, () => true);
    this.#note(block, certificateOf(this.ledger, block, membership), before);
  }

  #note(block: Block, certificate: Certificate | undefined, before: Map<OutpointKey, Coin>): void {
    const members = this.ledger.state.governance.membership;
    this.grown.push({ block, certificate, coins: new Map(this.ledger.coins), members });
    for (const [position, { id, body }] of block.transactions.entries()) {
      if (body.kind === "governance") continue;
      const events = new Map<PolicyHash, { received: Movement[]; spent: Movement[] }>();
      const of = (policy: PolicyHash) => {
        if (!events.has(policy)) events.set(policy, { received: [], spent: [] });
        return events.get(policy) as { received: Movement[]; spent: Movement[] };
      };
      for (const input of body.kind === "transfer" ? body.inputs : []) {
        const coin = before.get(keyOf(input)) as Coin;
        of(coin.policyHash).spent.push({ asset: coin.asset, amount: coin.amount });
      }
      for (const { asset, amount, policyHash } of body.outputs)
        of(policyHash).received.push({ asset, amount });
      for (const [policy, moved] of events) {
        const event = { height: block.header.height, position, transaction: id, ...moved };
        this.events.set(policy, [...(this.events.get(policy) ?? []), event]);
      }
    }
  }
}

type Movement = { asset: number; amount: bigint };

function certificateOf(ledger: TestLedger, block: Block, membership: Membership): Certificate {
  const { height } = block.header;
  const statement = {
    kind: "pbft" as const,
    membership: membership.from,
    view: 0 as View,
    height: height as Height,
    blockHash: block.hash,
    signatures: [],
  };
  const digest = certificateDigest(ledger.chain.chainId, statement);
  const signers = membership.members.slice(0, quorumOf("pbft", membership.members.length));
  const signatures = signers.map(({ name }, member) => ({
    member: member as MemberIndex,
    signature: sign(digest, keyOfName(`${name} voting`).secretKey),
  }));
  return { ...statement, signatures };
}
