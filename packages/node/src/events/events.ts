// The events of a node, for subscriptions: hears what happens, writes down what somebody listens to, and opens readers.
// While nobody listens it costs one small record for each block. Nothing in the node waits for it or asks it anything.

import { parseAddress } from "@witan/crypto";
import type { SealedTransaction, ValidBlock } from "@witan/ledger";
import type { Notice } from "@witan/mempool";
import type { Clock, PeerId, PolicyHash } from "@witan/primitives";
import { type EventFeed, type EventReader, isLastingCode, RpcError, type SubscribeParams } from "@witan/rpc";
import type { ChainKeeper } from "../chain/chain-keeper.ts";
import type { ConsensusStatus } from "../consensus/consensus-host.ts";
import { sentenceOf } from "../pool/fates.ts";
import { BlockReader, proposerOf } from "./block-reader.ts";
import { ConsensusWatch } from "./consensus-watch.ts";
import { parseCursor, runName } from "./cursor.ts";
import { EventLog, type LogLimits, type TransactionEntry } from "./event-log.ts";
import { LogReader, type Lost, type ReaderOptions } from "./event-reader.ts";
import { addressesOf, TransactionFilter } from "./filter.ts";
import { Interest, type Matter } from "./interest.ts";
import { PowReader } from "./pow-reader.ts";

/** What the events of a node are made with. */
export interface EventsOptions {
  readonly chain: ChainKeeper;
  readonly clock: Clock;
  /** Names the node. */
  readonly self: PeerId;
  readonly yieldNow: () => Promise<void>;
  readonly consensusStatus: () => ConsensusStatus;
  readonly isStopping: () => boolean;
  /** In proof of work: the last block that this node calls final. */
  readonly finalHeight?: (() => number) | undefined;
  readonly limits?: Partial<LogLimits>;
}

/** Of each topic: what must have been written down for a reader that goes on, and what it may have missed if not. */
const TOPICS: Readonly<
  Record<SubscribeParams["to"], { readonly matters: readonly Matter[]; readonly lost: Lost }>
> = {
  blocks: { matters: [], lost: [] },
  transactions: { matters: ["transactions"], lost: ["admitted", "evicted", "expired"] },
  consensus: { matters: ["consensus"], lost: ["consensus"] },
};

/** The events of a node. */
export class Events implements EventFeed {
  readonly #options: EventsOptions;
  readonly #run: string;
  readonly #log: EventLog;
  readonly #blocks: BlockReader;
  readonly #interests: Readonly<Record<Matter, Interest>>;
  readonly #watch: ConsensusWatch;
  readonly #readers = new Set<EventReader>();

  constructor(options: EventsOptions) {
    const { chain, clock, self, limits } = options;
    this.#options = options;
    this.#run = runName(self, clock.now(), clock.monotonicMs());
    this.#log = new EventLog(chain.tip.height, limits);
    this.#blocks = new BlockReader(options);
    this.#watch = new ConsensusWatch({ memberships: chain.memberships, log: this.#log, clock });
    const interest = (onEnd: () => void): Interest =>
      new Interest({ clock, last: () => this.#log.last, onEnd });
    this.#interests = {
      transactions: interest(() => {
        this.#log.forget("transactions");
        this.#blocks.forget();
      }),
      addresses: interest(() => undefined),
      consensus: interest(() => this.#log.forget("consensus")),
    };
  }

  /** How much is kept, and how many read. */
  get kept(): { readonly records: number; readonly events: number; readonly readers: number } {
    return { ...this.#log.kept, readers: this.#readers.size };
  }

  open(params: SubscribeParams, onMore: () => void): EventReader {
    const { chain, yieldNow, isStopping } = this.#options;
    if (isStopping()) throw new RpcError("stopping");
    const filter = new TransactionFilter(
      params.transactions,
      params.addresses?.map((text) => this.#policyOf(text)),
    );
    const { matters: always, lost } = TOPICS[params.to];
    const matters: readonly Matter[] = filter.hasAddresses ? [...always, "addresses"] : always;
    const begun = this.#startOf(params.after, matters, filter);
    for (const matter of matters) this.#interests[matter].enter();
    const reader = this.#read({
      ...{ chain, log: this.#log, blocks: this.#blocks, run: this.#run, topic: params.to, filter },
      ...{ start: begun.start, ...(begun.mark === undefined ? {} : { mark: begun.mark }) },
      losable: lost,
      hasGap: begun.isCut && lost.length > 0,
      ...{ yieldNow, onMore },
      onClose: () => {
        this.#readers.delete(reader);
        for (const matter of matters) this.#interests[matter].leave();
      },
    });
    this.#readers.add(reader);
    // Who comes to watch sees at once where things stand.
    if (params.to === "consensus") this.consensusMoved();
    return reader;
  }

  #read(options: ReaderOptions & { readonly mark?: string }): EventReader {
    const { finalHeight, chain } = this.#options;
    if (finalHeight === undefined) return new LogReader(options);
    const upTo = options.topic === "transactions" ? finalHeight : () => chain.tip.height;
    return new PowReader({ ...options, upTo });
  }

  /** In proof of work: the chain is another, longer or not. */
  chainMoved(): void {
    this.#log.add({ kind: "chain" });
  }

  /** A block is final. Told before what follows of it. */
  blockFinal({ block }: ValidBlock): void {
    const { height, timestamp, proposer } = block.header;
    if (this.#interests.transactions.isOn) this.#blocks.keep(block);
    this.#log.add({
      kind: "block",
      block: {
        ...{ height, hash: block.hash, timestamp },
        proposer: proposerOf(this.#options.chain, height, proposer),
        transactions: block.transactions.length,
      },
      tookMs: this.#interests.consensus.isOn ? this.#watch.tookMs(height) : null,
    });
  }

  /** Transactions are pending now. */
  admitted(admitted: readonly { readonly transaction: SealedTransaction }[]): void {
    if (!this.#interests.transactions.isOn) return;
    this.#write(
      admitted.map(({ transaction }) =>
        this.#entry(transaction, { type: "admitted", transaction: transaction.id }),
      ),
    );
  }

  /** Something happened to transactions in the mempool. */
  noticed(notices: readonly Notice[]): void {
    if (!this.#interests.transactions.isOn) return;
    this.#write(notices.map((notice) => this.#entryOf(notice)));
  }

  /** Consensus may stand elsewhere now. */
  consensusMoved(): void {
    if (this.#interests.consensus.isOn) this.#watch.look(this.#options.consensusStatus());
  }

  /** Ends all that is being read. */
  stop(): void {
    for (const reader of [...this.#readers]) reader.close();
    for (const interest of Object.values(this.#interests)) interest.stop();
  }

  #write(entries: readonly TransactionEntry[]): void {
    this.#log.add({ kind: "transactions", entries });
  }

  #entry(transaction: SealedTransaction, event: TransactionEntry["event"]): TransactionEntry {
    const addresses = this.#interests.addresses.isOn ? addressesOf(transaction) : undefined;
    return { event, transaction: transaction.id, addresses };
  }

  #entryOf(notice: Notice): TransactionEntry {
    const { transaction } = notice;
    const { id, body } = transaction;
    if (notice.kind === "admitted") return this.#entry(transaction, { type: "admitted", transaction: id });
    const { refusal } = notice;
    const { chain } = this.#options;
    const { height } = chain.tip;
    const validUntil = body.kind === "reward" ? undefined : body.validUntil;
    if (validUntil !== undefined && chain.laterThan > validUntil)
      return this.#entry(transaction, { type: "expired", transaction: id, height });
    // What a final block contradicts, or breaks a rule by itself, nobody can take any more; all else others may have.
    const isContradicted =
      notice.kind === "dropped" && refusal.code === "conflict" && chain.headers === undefined;
    const isPossible = !isContradicted && !isLastingCode(refusal.code);
    return this.#entry(transaction, {
      ...{ type: "evicted", transaction: id, code: refusal.code, message: sentenceOf(refusal) },
      possibleUntil: (isPossible ? validUntil : undefined) ?? null,
    });
  }

  #policyOf(text: string): PolicyHash {
    const parsed = parseAddress(text, this.#options.chain.chain.genesis.addressPrefix);
    if (parsed.ok) return parsed.value;
    const detail = parsed.detail === undefined ? {} : { detail: parsed.detail };
    throw new RpcError("address-invalid", { data: { address: text, ...detail } });
  }

  /** Where a reader begins, and whether something is missing before. */
  #startOf(after: string | undefined, matters: readonly Matter[], filter: TransactionFilter): Begun {
    const { chain } = this.#options;
    const last = this.#log.last;
    const { finalHeight } = this.#options;
    const height = matters.includes("transactions") && finalHeight ? finalHeight() : chain.tip.height;
    if (after === undefined) {
      // Who names transactions may come when they are final already, and would wait for ever.
      const next = { height: filter.onlyIds === undefined ? height + 1 : 1, index: 0 };
      return { start: { event: last, next }, isCut: false };
    }
    const cursor = parseCursor(chain.chain.chainId, after);
    if (!cursor.ok) throw cursorInvalid(cursor.code === "other-chain");
    const { run, event, next, mark } = cursor.value;
    const marked = mark === undefined ? {} : { mark };
    const isOurs = run === this.#run;
    // No run tells of what has not happened in it.
    if (isOurs && event > last) throw cursorInvalid(false);
    const reaches = isOurs && event >= this.#log.forgotten;
    if (reaches && matters.every((matter) => this.#interests[matter].covers(event)))
      return { start: { event, next }, isCut: false, ...marked };
    return { start: { event: last, next }, isCut: true, ...marked };
  }
}

/** Where a reader begins. */
interface Begun {
  readonly start: ReaderOptions["start"];
  /** Something is missing before. */
  readonly isCut: boolean;
  readonly mark?: string;
}

function cursorInvalid(isOfOtherChain: boolean): RpcError {
  const message = "the cursor is of another chain: subscribe without one";
  return new RpcError("cursor-invalid", isOfOtherChain ? { message } : {});
}
