// Mining: blocks of what is pending are made for the miner to try nonces on, anew when there is more to take in and now
// and then, until the engine says that the tip is another. What comes of it is a block like any other, judged like any other.
import { assembleBlock, type Block, encodeBlock, headerCodec, subsidyAt } from "@witan/ledger";
import type { Mempool } from "@witan/mempool";
import {
  type Amount,
  type AssetId,
  assert,
  type BlockHash,
  type Clock,
  type MemberIndex,
  type PolicyHash,
  present,
  type Timestamp,
  targetOfCompact,
} from "@witan/primitives";
import type { ChainKeeper } from "../../chain/chain-keeper.ts";
import type { Miner } from "../../ports.ts";

/** With other transactions pending a block is made anew after so long. */
const REFRESH_MS = 500;
/** And without: its timestamp should be about when it is found. */
const AGE_MAX_MS = 5_000;

/** What blocks are made with. */
export interface BlockMakerOptions {
  readonly chain: ChainKeeper;
  readonly mempool: Mempool;
  readonly miner: Miner;
  readonly rewardPolicy: PolicyHash;
  readonly clock: Clock;
  readonly onFound: (block: Block) => void;
}

/** Makes blocks on the tip, one at a time. */
export class BlockMaker {
  readonly #options: BlockMakerOptions;
  #parent: BlockHash | undefined;
  #madeMs = 0;
  #pending = 0;

  constructor(options: BlockMakerOptions) {
    this.#options = options;
  }

  /** Mines on a block, which is the tip. */
  begin(parent: BlockHash): void {
    this.#parent = parent;
    this.#make();
  }

  /** What is being mined is worth nothing. */
  stop(): void {
    this.#parent = undefined;
    this.#options.miner.stop();
  }

  /** Time passes: looks whether the block should be another. */
  tick(): void {
    if (this.#parent === undefined) return;
    const { clock, mempool } = this.#options;
    const ageMs = clock.monotonicMs() - this.#madeMs;
    if (ageMs < REFRESH_MS) return;
    if (ageMs >= AGE_MAX_MS || mempool.status().transactions !== this.#pending) this.#make();
  }

  #make(): void {
    const { chain, mempool, miner, clock, rewardPolicy, onFound } = this.#options;
    const state = chain.state();
    // The engine says when the tip is another: until then the chain may be ahead of it.
    if (state.parent.hash !== this.#parent) return;
    this.#madeMs = clock.monotonicMs();
    this.#pending = mempool.status().transactions;
    const timestamp = Math.max(clock.now(), state.laterThan + 1) as Timestamp;
    const transactions = mempool.select({ timestamp, rewardOutputs: 1 });
    const parameters = present(chain.chain.proofOfWork, "proof of work");
    let amount = subsidyAt(parameters, state.parent.height + 1);
    for (const { body } of transactions) if (body.kind === "transfer") amount += body.fee;
    const output = { asset: 0 as AssetId, amount: amount as Amount, policyHash: rewardPolicy };
    const minedOutputs = amount === 0n ? [] : [output];
    const made = assembleBlock(state, {
      ...{ timestamp, proposer: 0 as MemberIndex, transactions, minedOutputs },
    });
    assert(made.ok, "the mempool selected what makes no block");
    const { header, transactions: body } = made.value;
    const target = present(targetOfCompact(header.target), "the target that is prescribed");
    miner.mine({ header: headerCodec.encode(header), target }, (nonce) => {
      this.#parent = undefined;
      const found = encodeBlock(chain.chain, { ...header, nonce }, body);
      assert(found.ok, "a nonce that is none");
      onFound(found.value);
    });
  }
}
