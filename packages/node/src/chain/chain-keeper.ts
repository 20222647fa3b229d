// Keeps a final chain: its blocks in the store, the state after the last of them in memory, and what can be asked of
// both. A block is durable before anybody can see that it was applied, and then everything changes at one step. It
// judges nothing: only blocks that the rules hold for get here. In proof of work blocks may be undone again, by `switchTo`
// and in no other way.
import type { Memberships } from "@witan/consensus";
import {
  type BlockEvidence,
  type ChainState,
  COIN_BYTES,
  type CoinSource,
  type FinalityProof,
  type GovernanceView,
  type OutpointKey,
  readCoin,
  type ValidBlock,
  writeCoin,
} from "@witan/ledger";
import {
  assert,
  type BlockHash,
  type Certificate,
  type Height,
  type PolicyHash,
  type Result,
  refuse,
  type StoreChange,
  type Timestamp,
  type TransactionId,
} from "@witan/primitives";
import {
  type CheckedStore,
  damageOf,
  keyOf,
  type OutputCache,
  type OutputCacheStatus,
  outputKey,
  type TransactionPlace,
} from "@witan/storage";
import {
  type AddressBalance,
  AddressIndex,
  type HistoryPage,
  type HistoryQuery,
  type OutputsPage,
  type OutputsQuery,
} from "../indexes/address-index.ts";
import { PendingIndexes } from "../indexes/index-changes.ts";
import type { Branch } from "./branch.ts";
import { damaged } from "./chain-error.ts";
import { blockChanges, certificateChange } from "./chain-records.ts";
import { CheckpointHasher } from "./checkpoint.ts";
import { Flusher } from "./flush.ts";
import { GovernanceHistory } from "./governance-history.ts";
import { type HeaderList, headerChange, listedHeader, type NextHeader } from "./header-list.ts";
import { LeavingBlocks } from "./leaving-blocks.ts";
import type { MembershipList } from "./membership-list.ts";
import { certifiedEvidence, finalityProof, workEvidence } from "./proof.ts";
import { dropProposals, type ProposalBodies } from "./proposal-bodies.ts";
import { type Rewriting, type Rewritten, rewrite } from "./rewrite.ts";
import { StoredBlocks } from "./stored-blocks.ts";
import type { ChainKeeperOptions, ChainTip, KeeperStart } from "./types.ts";

/** An answer by address, or that this node keeps no address index. */
export type ByAddress<T> = Result<T, "no-address-index">;

/** The keeper of a final chain. `openChainKeeper` makes one. */
export class ChainKeeper extends StoredBlocks {
  /** Of proof of work alone. */
  readonly headers: HeaderList | undefined;
  readonly #store: CheckedStore;
  readonly #cache: OutputCache;
  readonly #governance: GovernanceHistory;
  readonly #memberships: MembershipList;
  readonly #bodies: ProposalBodies;
  readonly #indexes: PendingIndexes;
  readonly #addresses: AddressIndex | undefined;
  readonly #flusher: Flusher;
  readonly #hasher: CheckpointHasher | undefined;
  #tip: ChainTip;
  readonly #onApplied: ChainKeeperOptions["onApplied"];
  readonly #onSwitched: ChainKeeperOptions["onSwitched"];
  /** How often blocks were undone. */
  #switches = 0;
  #applying: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: ChainKeeperOptions, start: KeeperStart, indexRecords: number) {
    const { chain, store, addressIndex, yieldNow, onFailure, onCheckpoint } = options;
    super(chain, store);
    this.headers = start.headers;
    this.#onApplied = options.onApplied;
    this.#onSwitched = options.onSwitched;
    this.#store = store;
    this.#cache = start.cache;
    this.#governance = new GovernanceHistory(this.records, start.governance);
    this.#memberships = start.memberships;
    this.#bodies = start.bodies;
    this.#tip = start.tip;
    this.#indexes = new PendingIndexes(addressIndex, store);
    const pending = this.#indexes;
    this.#addresses = addressIndex
      ? new AddressIndex({ store, pending, height: () => this.#tip.height, yieldNow })
      : undefined;
    this.#flusher = new Flusher({
      cache: start.cache,
      indexes: pending,
      governance: this.#governance,
      indexRecords,
      onFailure,
    });
    this.#hasher =
      onCheckpoint && new CheckpointHasher({ chainId: chain.chainId, yieldNow, onCheckpoint, onFailure });
  }

  /** The block on top. */
  get tip(): ChainTip {
    return this.#tip;
  }

  /** The governance state after the block on top. */
  get governance(): GovernanceView {
    return this.#governance.newest;
  }

  /** Which membership decides a height: known up to the one after the tip. Of height 0: the first. */
  readonly memberships: Memberships = (height) =>
    this.#memberships.at(height, (this.#tip.height + 1) as Height);

  /** What the next block is judged against. */
  state(): ChainState {
    const { height, hash, header } = this.#tip;
    const { chain, governance } = this;
    const next = this.#nextHeader ?? { laterThan: header.timestamp, target: 0 };
    return { chain, parent: { height, hash }, ...next, governance };
  }

  /** The next block's timestamp is later than this: the tip's, or in proof of work the median of the last ones. */
  get laterThan(): Timestamp {
    return this.#nextHeader?.laterThan ?? this.#tip.header.timestamp;
  }

  get #nextHeader(): NextHeader | undefined {
    const parameters = this.chain.proofOfWork;
    return parameters && this.headers?.next(parameters);
  }

  /** The outputs that are not spent. Reads the disk for those that were not fetched. */
  readonly coins: CoinSource = {
    coin: (key) => {
      const bytes = this.#cache.get(key);
      if (bytes === undefined) return undefined;
      const coin = readCoin(bytes);
      if (coin === undefined) throw damaged([damageOf("contradiction", outputKey(key), "it is no coin")]);
      return coin;
    },
  };

  /** Reads outputs off the main thread, so that `coins` will find them in memory. */
  fetchCoins(outpoints: readonly OutpointKey[]): Promise<void> {
    return this.#cache.fetch(outpoints);
  }

  /** Stores certificates of blocks that are final already. One that is lost with the power is gathered again. */
  async certify(certificates: readonly Certificate[], others: readonly StoreChange[] = []): Promise<void> {
    for (const { height, blockHash } of certificates)
      assert(this.hashAt(height) === blockHash, `the certificate of another block at height ${height}`);
    await this.#store.write([...certificates.map(certificateChange), ...others], { sync: false });
  }

  /** Where a transaction is. */
  place(id: TransactionId): TransactionPlace | undefined {
    const pending = this.#indexes.place(id);
    if (pending !== undefined) return pending;
    const onDisk = this.records.place(id);
    return this.leaving === undefined ? onDisk : this.leaving.place(id, onDisk, this.#tip.height);
  }

  /**
   * What shows a transaction final to who trusts the genesis. Of one in block 0 there is no certificate: the genesis
   * itself shows it.
   */
  proof(id: TransactionId): FinalityProof | "unknown" | "no-certificate" {
    const place = this.place(id);
    if (place === undefined) return "unknown";
    const { height, position } = place;
    const evidence = this.evidence(height);
    if (evidence === undefined) return "no-certificate";
    const block = this.namedBlock(height);
    if (block === undefined) throw damaged([damageOf("missing", keyOf("block", height), "its evidence is")]);
    return finalityProof(block, position, evidence);
  }

  /** What shows a block but block 0 final, whatever it holds; undefined if a certificate is not at hand. */
  evidence(height: Height): BlockEvidence | undefined {
    if (this.headers !== undefined) return workEvidence((at) => this.header(at), this.#tip.height, height);
    const [governance, memberships] = [this.#governance, this.#memberships.all];
    return certifiedEvidence({ records: this.records, governance, memberships }, height);
  }

  /** What an address holds, in pages. */
  async outputs(policyHash: PolicyHash, query: OutputsQuery): Promise<ByAddress<OutputsPage>> {
    return this.#byAddress((index) => index.outputs(policyHash, query));
  }

  /** What an address holds in all, by asset. */
  async balance(policyHash: PolicyHash): Promise<ByAddress<AddressBalance>> {
    return this.#byAddress((index) => index.balance(policyHash));
  }

  /** What happened to an address, in pages, the newest first. */
  async history(policyHash: PolicyHash, query: HistoryQuery): Promise<ByAddress<HistoryPage>> {
    return this.#byAddress((index) => index.history(policyHash, query));
  }

  async #byAddress<T>(ask: (index: AddressIndex) => Promise<T>): Promise<ByAddress<T>> {
    if (this.#addresses === undefined)
      return refuse(
        "no-address-index",
        "this node keeps none; set storage.addressIndex, or ask another node",
      );
    for (;;) {
      if (this.leaving !== undefined) await this.#applying;
      const switches = this.#switches;
      const value = await ask(this.#addresses);
      // What was read while blocks were undone is of no chain.
      if (switches === this.#switches && this.leaving === undefined) return { ok: true, value };
    }
  }

  /** Whether the body of a block that was voted for is kept, or about to be. */
  hasProposal(hash: BlockHash): boolean {
    return this.#bodies.has(hash);
  }

  /** The body of a block that was voted for and is not final yet. */
  proposal(hash: BlockHash): Uint8Array | undefined {
    return this.#bodies.get(hash);
  }

  /** The change that keeps the body of a block, for the batch of the vote for it. It goes when its height is applied. */
  putProposal(hash: BlockHash, bytes: Uint8Array): StoreChange {
    return this.#bodies.put(hash, bytes);
  }

  /** How full the cache of outputs is, and what is on the disk. */
  cacheStatus(): OutputCacheStatus {
    return this.#cache.status();
  }

  /**
   * Makes a block the tip: durable in one synced batch with its certificate and `others`, then applied. One at a time.
   * @param valid judged on `state()`
   * @throws {StoreError} if the write fails: the node must stop
   */
  apply(
    valid: ValidBlock,
    certificate: Certificate | undefined,
    others: readonly StoreChange[] = [],
  ): Promise<void> {
    assert(this.#applying === undefined && !this.#isClosed, "one block at a time, and none once closed");
    const { header, hash } = valid.block;
    assert(
      header.height === this.#tip.height + 1 && header.parent === this.#tip.hash,
      `block ${hash} on the tip`,
    );
    assert(certificate === undefined || certificate.blockHash === hash, `the certificate of block ${hash}`);
    this.#applying = this.#apply(valid, certificate, others).finally(() => {
      this.#applying = undefined;
    });
    return this.#applying;
  }

  async #apply(
    valid: ValidBlock,
    certificate: Certificate | undefined,
    others: readonly StoreChange[],
  ): Promise<void> {
    const { height } = valid.block.header;
    // In proof of work the others of its height may come to be on the chain still.
    const useless = this.headers ? this.#bodies.only([valid.block.hash]) : this.#bodies.upTo(height);
    // A change of the interval holds from the next height on, as all changes do.
    const { checkpointInterval } = this.governance.state.parameters;
    const changes = [...blockChanges(valid, certificate), ...dropProposals(useless), ...others];
    if (this.headers !== undefined) changes.push(headerChange(valid.block.header));
    await this.#store.write(changes, { sync: true });
    this.#bodies.forget(useless);
    this.#take(valid);
    this.#onApplied?.(valid);
    if (this.#hasher !== undefined && height % checkpointInterval === 0)
      await this.#beginCheckpoint(this.#hasher);
    else if (this.#flusher.isDue(height)) this.#flusher.begin(height);
  }

  /** The outputs at a checkpoint must get to the disk as they are after its block: the next one waits for that. */
  async #beginCheckpoint(hasher: CheckpointHasher): Promise<void> {
    await this.#flusher.settled();
    const { height, hash } = this.#tip;
    const block = { height, blockHash: hash, governanceRoot: this.governance.root };
    this.#flusher.begin(height, () => hasher.add(block, this.#store.snapshot()));
  }

  /**
   * Applies a block that the store has already, as when it was applied and not flushed before the node stopped. For
   * opening only.
   */
  async replay(valid: ValidBlock): Promise<void> {
    this.#take(valid);
    const { height } = this.#tip;
    if (!this.#flusher.isDue(height)) return;
    this.#flusher.begin(height);
    await this.#flusher.settled();
  }

  /** The one step in which a block changes what is in memory. */
  #take({ block, coins, governance, undo }: ValidBlock): void {
    const { header, hash } = block;
    const bytes = new Uint8Array(COIN_BYTES);
    for (const [key, coin] of coins.changed) {
      if (coin === null) this.#cache.spend(key);
      else {
        writeCoin(coin, bytes, 0);
        this.#cache.put(key, bytes);
      }
    }
    this.#indexes.add(block, undo);
    this.#governance.add(header.height, governance);
    this.#memberships.add(governance);
    this.headers?.add(listedHeader(header, hash));
    this.#tip = { height: header.height, hash, header };
  }

  /**
   * Undoes blocks and applies others, in one synced batch: a crash leaves the chain as it was, or as it is then. In proof
   * of work only. One at a time, and no block is applied meanwhile.
   * @param branch worked out on the chain as it is
   * @throws {StoreError} if the write fails: the node must stop
   */
  switchTo(branch: Branch): Promise<void> {
    assert(this.#applying === undefined && !this.#isClosed, "one change at a time, and none once closed");
    this.#applying = this.#switchTo(branch).finally(() => {
      this.#applying = undefined;
    });
    return this.#applying;
  }

  async #switchTo(branch: Branch): Promise<void> {
    const rewriting: Rewriting = {
      ...{ branch, store: this.#store, cache: this.#cache, flusher: this.#flusher, bodies: this.#bodies },
      ...{ tip: this.#tip, addresses: this.#addresses !== undefined },
    };
    this.leaving = new LeavingBlocks(branch);
    let rewritten: Rewritten;
    try {
      rewritten = await rewrite(rewriting);
    } finally {
      // In the very step in which the chain in memory becomes the other.
      this.leaving = undefined;
    }
    const { tip, useless } = rewritten;
    this.#bodies.forget(useless);
    this.#switches++;
    const fork = (this.#tip.height - branch.undone.length) as Height;
    this.headers?.cut(fork);
    this.named.forgetAbove(fork);
    for (const { block } of branch.applied) this.headers?.add(listedHeader(block.header, block.hash));
    this.#tip = tip;
    this.#onSwitched?.(branch);
  }

  /** The bodies of blocks that are not on the chain. */
  get proposals(): readonly BlockHash[] {
    return this.#bodies.all;
  }

  /** Forgets bodies of blocks that are not on the chain: of no branch that is likely to come to be it. */
  async forgetProposals(hashes: readonly BlockHash[]): Promise<void> {
    const useless = this.#bodies.only(hashes);
    this.#bodies.forget(useless);
    await this.#store.write(dropProposals(useless), { sync: false });
  }

  /**
   * Writes down what is not flushed yet, so that the next start replays nothing, and ends what is under way. Reads go
   * on until the store is closed. If a write failed, `onFailure` was told, and there is nothing more to write.
   */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#applying?.catch(() => {});
    await this.#flusher.settled();
    await this.#hasher?.close();
    const { flushed } = this.#cache.status();
    if (flushed?.height === this.#tip.height) return;
    this.#flusher.begin(this.#tip.height);
    await this.#flusher.settled();
  }
}
