// Drives the engine of proof of work: carries out its effects in order (what each obliges to, the engine's `types.ts` says)
// and answers it by inputs. Decides nothing about branches itself.
import {
  type ChainHeader,
  POW_LIMITS,
  type PowEffect,
  type PowInput,
  type PowKept,
  type PowRecord,
  type PowStatus,
  ProofOfWork,
} from "@witan/consensus";
import type { Block, Header, ProofOfWorkParameters } from "@witan/ledger";
import { type BlockHash, type PeerId, present } from "@witan/primitives";
import { bulkMessageCodec } from "../../wire.ts";
import type { ConsensusParts } from "../consensus-parts.ts";
import { EffectQueue } from "../effect-queue.ts";
import { BlockMaker } from "./block-maker.ts";
import { BodyFetcher } from "./body-fetcher.ts";
import { HashRate } from "./hash-rate.ts";
import { type PowMessage, powMessageCodec } from "./messages.ts";
import { putRecord } from "./records.ts";
import { SideBodies } from "./side-bodies.ts";
import { Switcher } from "./switcher.ts";

/** What a host is made with. */
export interface PowHostOptions {
  readonly parts: ConsensusParts;
  readonly parameters: ProofOfWorkParameters;
  readonly records: readonly PowRecord[];
}

/** Where the engine stands, and how fast this node mines. */
export interface PowHostStatus extends Omit<PowStatus, "searching"> {
  /** Whether this node is a miner: so it is too while it goes over to another branch, when the engine has no work for it. */
  readonly mining: boolean;
  /** Hashes a second of late; 0: it does not mine. */
  readonly hashRate: number;
}

type EffectOf<Kind extends PowEffect["kind"]> = Extract<PowEffect, { kind: Kind }>;

/** The host of an engine of proof of work. */
export class PowHost {
  readonly #parts: ConsensusParts;
  readonly #engine: ProofOfWork;
  readonly #effects: EffectQueue<PowEffect>;
  readonly #bodies: SideBodies;
  readonly #switcher: Switcher;
  readonly #fetcher: BodyFetcher;
  /** Undefined: this node does not mine. */
  readonly #maker: BlockMaker | undefined;
  readonly #hashRate: HashRate;
  /** The last block that was found here: it is told whole, since nobody else can have it. */
  #found: BlockHash | undefined;
  readonly #inputs: PowInput[] = [];
  #stepping = false;
  #stopped = false;
  /** Ends when nothing is being written any more. */
  readonly #working = new Set<Promise<void>>();

  constructor({ parts, parameters, records }: PowHostOptions) {
    const { chain, ports, settings, mempool, connected, onFailure } = parts;
    const { clock, verifier, yieldNow, network, miner } = ports;
    this.#parts = parts;
    const rewardPolicy = settings.proofOfWork?.rewardPolicy;
    const mines = miner !== undefined && rewardPolicy !== undefined;
    this.#engine = new ProofOfWork(
      { ...POW_LIMITS, parameters, mines },
      { headers: present(chain.headers, "headers").all, records, now: clock.now() },
    );
    this.#bodies = new SideBodies({ chain, store: ports.store, mempool });
    this.#switcher = new Switcher({ chain, bodies: this.#bodies, mempool, verifier, clock, yieldNow });
    this.#fetcher = new BodyFetcher({
      ...{ network, connected, onFailure },
      onBody: (from, bytes) => this.offered(from, bytes),
    });
    this.#hashRate = new HashRate(clock, miner);
    if (mines)
      this.#maker = new BlockMaker({
        ...{ chain, mempool, miner, rewardPolicy, clock },
        onFound: (block) => this.#mined(block),
      });
    this.#effects = new EffectQueue({
      isDurable: ({ kind }) => kind === "persist",
      carryOut: (effects) => this.#carryOut(effects),
      onFailure: (error) => this.#fail(error),
    });
  }

  /** What was on the disk still, before the node stopped. */
  begin(): void {
    for (const header of this.#bodies.stored()) this.input({ kind: "block", from: undefined, header });
  }

  /** Where the engine stands. */
  get status(): PowHostStatus {
    const hashRate = this.#hashRate.perSecond;
    const { searching: _, ...status } = this.#engine.status();
    return { ...status, mining: this.#maker !== undefined, hashRate };
  }

  /** How much the engine keeps in memory. */
  get kept(): PowKept {
    return this.#engine.kept();
  }

  /** Hands the engine an input, now or as soon as it is done with the one before. */
  input(input: PowInput): void {
    this.#inputs.push(input);
    if (this.#stepping) return;
    this.#stepping = true;
    try {
      for (let next = this.#inputs.shift(); next !== undefined; next = this.#inputs.shift()) {
        if (this.#stopped) return;
        this.#effects.push(this.#engine.step(next));
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#stepping = false;
    }
    this.#parts.onStepped();
  }

  /** Time passes: one tick. */
  tick(): void {
    this.#hashRate.look();
    this.#maker?.tick();
    this.input({ kind: "tick", now: this.#parts.ports.clock.now() });
  }

  /** A message of a peer. */
  receive(from: PeerId, message: PowMessage): void {
    if (message.kind === "headersAsked") {
      this.input({ kind: "headersAsked", from, locator: message.locator.map(({ hash }) => hash) });
      return;
    }
    const { chain } = this.#parts.chain;
    const headers = message.headers.map((header): ChainHeader => {
      const { height, parent, timestamp, target } = header;
      return { hash: chain.blockHash(header), height, parent, timestamp, target };
    });
    this.input({ kind: "headers", from, headers });
  }

  /** A block of a peer, asked for or not. @returns its hash, if it is one */
  async offered(from: PeerId, bytes: Uint8Array): Promise<BlockHash | undefined> {
    if (this.#stopped) return undefined;
    const taken = await this.#during(this.#bodies.take(bytes));
    if (this.#stopped) return undefined;
    if (taken.kind === "fault") {
      this.#parts.ports.network.reportFault(from, "serious", taken.code);
      return undefined;
    }
    const { header } = taken;
    this.#fetcher.came(header.hash);
    this.input({ kind: "block", from, header });
    return header.hash;
  }

  /** Stops; resolves when nothing is being written or sent any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#maker?.stop();
    this.#switcher.stop();
    this.#fetcher.stop();
    await Promise.allSettled([this.#effects.stop(), ...this.#working]);
  }

  #carryOut(effects: readonly PowEffect[]): void | Promise<void> {
    const effect = present(effects[0], "an effect");
    switch (effect.kind) {
      case "persist":
        return this.#persist(effects as readonly EffectOf<"persist">[]);
      case "switchTip":
        return this.#go(this.#switch(effect));
      case "mine":
        return this.#maker?.begin(effect.parent);
      case "stopMining":
        return this.#maker?.stop();
      case "announce":
        return this.#announce(effect.hash);
      case "sendHeaders":
        return this.#send([effect.to], { kind: "headers", headers: this.#headersOf(effect.hashes) });
      case "requestHeaders": {
        const locator = effect.locator.map((hash) => ({ hash }));
        return this.#send([effect.to], { kind: "headersAsked", locator });
      }
      case "fetchBody":
        return this.#fetch(effect);
      case "forgetBodies":
        return this.#go(this.#bodies.forget(effect.hashes));
      case "reportPeer":
        return this.#parts.ports.network.reportFault(effect.peer, "serious", effect.code);
    }
  }

  #persist(effects: readonly EffectOf<"persist">[]): Promise<void> {
    const { record } = present(effects.at(-1), "a record");
    return this.#parts.ports.store.write([putRecord(record)], { sync: true });
  }

  async #switch(order: EffectOf<"switchTip">): Promise<void> {
    const { ports, onApplied } = this.#parts;
    const switched = await this.#switcher.carryOut(order);
    if (switched === undefined || this.#stopped) return;
    const { tip, invalid } = switched;
    if (invalid !== undefined)
      ports.log.warn({ ...invalid }, "a block breaks a rule: no branch with it is followed");
    this.input({ kind: "switched", tip, invalid: invalid?.hash });
    onApplied();
  }

  #mined(block: Block): void {
    const { height, parent, timestamp, target } = block.header;
    this.#found = block.hash;
    this.#parts.ports.log.info({ height, hash: block.hash }, "a block was mined here");
    const header = { hash: block.hash, height, parent, timestamp, target };
    this.#go(this.#bodies.put(block).then(() => this.input({ kind: "mined", header })));
  }

  #announce(hash: BlockHash): void {
    const { ports, connected, chain } = this.#parts;
    if (connected().length === 0) return;
    const [header] = this.#headersOf([hash]);
    if (header === undefined) return;
    const block = hash === this.#found ? chain.blockBytes(header.height) : undefined;
    this.#found = undefined;
    if (block === undefined) {
      this.#send(connected(), { kind: "headers", headers: [header] });
      return;
    }
    const message = bulkMessageCodec.encode({ kind: "proposal", block });
    for (const peer of connected()) ports.network.send(peer, "bulk", message);
  }

  #fetch({ hash, from }: EffectOf<"fetchBody">): void {
    const header = this.#bodies.header(hash);
    if (header !== undefined) {
      this.input({ kind: "block", from: undefined, header });
      return;
    }
    const { connected } = this.#parts;
    const holders = from.filter((peer) => connected().includes(peer));
    this.#fetcher.fetch(hash, holders);
  }

  #send(peers: readonly PeerId[], message: PowMessage): void {
    const bytes = powMessageCodec.encode(message);
    for (const peer of peers) this.#parts.ports.network.send(peer, "consensus", bytes);
  }

  /** Headers of the chain in a row. Those that were undone a moment ago are left out, and what follows on them. */
  #headersOf(hashes: readonly BlockHash[]): readonly Header[] {
    const { chain } = this.#parts;
    const headers: Header[] = [];
    const first = hashes[0] && chain.heightOf(hashes[0]);
    if (first === undefined) return headers;
    for (const [index, hash] of hashes.entries()) {
      const height = (first + index) as typeof first;
      if (chain.hashAt(height) !== hash) break;
      headers.push(present(chain.header(height), `header ${height}`));
    }
    return headers;
  }

  /** Lets something go on beside the queue. */
  #go(work: Promise<void>): void {
    this.#during(work).catch((error: unknown) => this.#fail(error));
  }

  /** What is written is waited for when the node stops. */
  #during<T>(work: Promise<T>): Promise<T> {
    const ended = work.then(
      () => {},
      () => {},
    );
    this.#working.add(ended);
    ended.then(() => this.#working.delete(ended));
    return work;
  }

  #fail(error: unknown): void {
    if (!this.#stopped) this.#parts.onFailure(error);
  }
}
