// A chain that grows and shrinks in memory, all by the ledger's own rules: what a node would tell its pool about.
import assert from "node:assert/strict";
import {
  assembleBlock,
  type Block,
  type BlockUndo,
  type Chain,
  type ChainState,
  type Coin,
  type CoinSource,
  type GovernanceView,
  genesisBlock,
  genesisGovernance,
  judgeBlock,
  medianTimestamp,
  type OutpointKey,
  type SealedTransaction,
  type ValidBlock,
  verdictsOf,
} from "@witan/ledger";
import type { MempoolTip } from "@witan/mempool";
import type { BlockHash, Height, MemberIndex, Timestamp } from "@witan/primitives";
import { hashOf, output, REWARDED, scheme } from "./build.ts";

interface Level {
  readonly block: Block;
  readonly undo: BlockUndo;
  /** After it. */
  readonly governance: GovernanceView;
  readonly coins: ReadonlyMap<OutpointKey, Coin>;
}

/** A chain and everything that follows from it at its tip. */
export class World {
  readonly chain: Chain;
  readonly #levels: Level[];

  constructor(chain: Chain) {
    this.chain = chain;
    const { block, coins } = genesisBlock(chain);
    const made = coins.changes().flatMap(([key, coin]) => (coin ? [[key, coin] as const] : []));
    const governance = genesisGovernance(chain);
    this.#levels = [{ block, undo: { spent: [] }, governance, coins: new Map(made) }];
  }

  get #top(): Level {
    return this.#levels.at(-1) as Level;
  }

  /** Of the last block. */
  get height(): number {
    return this.#levels.length - 1;
  }

  /** The blocks from 0 on. */
  get blocks(): readonly Block[] {
    return this.#levels.map(({ block }) => block);
  }

  /** What can be spent after the last block. */
  get coins(): ReadonlyMap<OutpointKey, Coin> {
    return this.#top.coins;
  }

  get source(): CoinSource {
    const { coins } = this;
    return { coin: (key) => coins.get(key) };
  }

  get governance(): GovernanceView {
    return this.#top.governance;
  }

  get laterThan(): Timestamp {
    const { chain, height } = this;
    if (chain.mode !== "pow") return this.#top.block.header.timestamp;
    return medianTimestamp({
      height: height as Height,
      header: (at) => (this.#levels[at] as Level).block.header,
    });
  }

  get tip(): MempoolTip {
    return { governance: this.governance, height: (this.height + 1) as Height, laterThan: this.laterThan };
  }

  get state(): ChainState {
    const { chain, governance, laterThan } = this;
    const hash = this.#top.block.hash as BlockHash;
    const target = chain.mode === "pow" ? 0x2100_ffff : 0;
    return { chain, governance, laterThan, target, parent: { height: this.height as Height, hash } };
  }

  /** A valid block of these transactions on top of the tip. @throws if the ledger finds it invalid */
  judge(transactions: readonly SealedTransaction[], timestamp: number): ValidBlock {
    for (let nonce = 0n; ; nonce++) {
      const plan = { timestamp: timestamp as Timestamp, proposer: 0 as MemberIndex, transactions };
      const pow = { nonce, minedOutputs: [output(REWARDED, 50n)] };
      const block = assembleBlock(this.state, this.chain.mode === "pow" ? { ...plan, ...pow } : plan);
      assert(block.ok);
      const verdict = judgeBlock(this.state, block.value, this.source, verdictsOf(scheme));
      if (!verdict.ok && verdict.code === "header-work") continue;
      assert(verdict.ok, verdict.ok ? "" : `an invalid block: ${verdict.code}, ${verdict.detail}`);
      return verdict.value;
    }
  }

  /** Applies a block that was judged on this tip. */
  apply(valid: ValidBlock): void {
    const coins = new Map(this.coins);
    for (const [key, coin] of valid.coins.changes())
      if (coin) coins.set(key, coin);
      else coins.delete(key);
    this.#levels.push({ block: valid.block, undo: valid.undo, governance: valid.governance, coins });
  }

  /** Takes the last block off. */
  undo(): { readonly block: Block; readonly undo: BlockUndo } {
    assert(this.height > 0);
    return this.#levels.pop() as Level;
  }
}

/** The hash that rewards are paid to. */
export const REWARDED_HASH = hashOf(REWARDED);
