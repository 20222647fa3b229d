// Blocks of proof of work for tests of the keeper: branches of random transfers over one genesis, mined for real under a
// target that a few tries meet.
import {
  type Block,
  type Coin,
  decodeTransaction,
  type OutpointKey,
  type SealedTransaction,
  type Transfer,
} from "@witan/ledger";
import { type Amount, assert } from "@witan/primitives";
import { BranchView } from "../../../packages/node/src/chain/branch.ts";
import type { ChainKeeper } from "../../../packages/node/src/chain/chain-keeper.ts";
import { keyOfName, outputTo, TestLedger, testGenesis } from "../../ledger/build.ts";
import { randomOf } from "../chain/growing-chain.ts";

const HOLDERS = ["alice", "bob", "carol", "miner"] as const;

/** Makes blocks on any block that it has made. */
export class ForkTree {
  readonly genesis = testGenesis("pow");
  readonly random: (below: number) => number;
  #made = 0;

  constructor(seed: number) {
    this.random = randomOf(seed);
  }

  /** The state after blocks. */
  ledgerOf(blocks: readonly Block[]): TestLedger {
    const ledger = new TestLedger(this.genesis);
    for (const block of blocks) ledger.apply(block, () => true);
    return ledger;
  }

  /**
   * Blocks on top of others, of random transfers.
   * @param also transactions that are taken in first, as far as they hold there
   */
  branch(below: readonly Block[], length: number, also: readonly SealedTransaction[] = []): readonly Block[] {
    const ledger = this.ledgerOf(below);
    let waiting = [...also];
    const made: Block[] = [];
    while (made.length < length) {
      const transactions: SealedTransaction[] = [];
      const taken = new Set<string>();
      const next: SealedTransaction[] = [];
      for (const one of waiting) {
        const keys = keysOf(one);
        const holds = keys.every((key) => {
          const coin = ledger.coins.get(key as OutpointKey);
          return coin && isMature(ledger, coin) && !taken.has(key);
        });
        if (holds && this.random(3) > 0) {
          transactions.push(one);
          for (const key of keys) taken.add(key);
        } else next.push(one);
      }
      waiting = next;
      for (let count = this.random(3); count > 0; count--) {
        const transfer = this.#transfer(ledger, taken);
        if (transfer !== undefined) transactions.push(transfer);
      }
      const fees = transactions.reduce(
        (sum, { body }) => sum + (body.kind === "transfer" ? body.fee : 0n),
        0n,
      );
      // No two rewards are alike but by their height: others of the same height are told apart by the amount.
      const reward = 1_000n + fees - BigInt(this.#made++ % 900);
      const block = ledger.block(transactions, { minedOutputs: [outputTo(keyOfName("miner"), reward)] });
      ledger.apply(block, () => true);
      made.push(block);
    }
    return made;
  }

  #transfer(ledger: TestLedger, taken: Set<string>): SealedTransaction | undefined {
    const from = keyOfName(HOLDERS[this.random(HOLDERS.length)] as string);
    const coins = ledger
      .coinsOf(from.policyHash)
      .filter(({ transaction, index }) => !taken.has(keyOf(transaction, index)))
      .filter((coin) => isMature(ledger, coin))
      .slice(0, 1 + this.random(2));
    if (coins.length === 0) return undefined;
    for (const { transaction, index } of coins) taken.add(keyOf(transaction, index));
    const sum = coins.reduce((total, { amount }) => total + amount, 0n);
    const fee = sum > 10n ? BigInt(this.random(3)) : 0n;
    const first = (sum - fee) / 2n + 1n;
    const to = () => keyOfName(HOLDERS[this.random(HOLDERS.length)] as string);
    const outputs: Transfer["outputs"][number][] = [outputTo(to(), first)];
    if (sum - fee - first > 0n) outputs.push(outputTo(to(), sum - fee - first));
    return ledger.seal(ledger.transfer(coins, outputs, { fee: fee as Amount }), [from]);
  }
}

function isMature({ chain, state }: TestLedger, { reward, height }: Coin): boolean {
  return !reward || state.parent.height + 1 - height >= (chain.proofOfWork?.coinbaseMaturity ?? 0);
}

function keyOf(transaction: string, index: number): string {
  return `${transaction}${index.toString(16).padStart(4, "0")}`;
}

function keysOf({ body }: SealedTransaction): readonly string[] {
  return body.kind === "transfer" ? body.inputs.map((input) => keyOf(input.transaction, input.index)) : [];
}

/** Applies blocks on top of a keeper's chain, one by one. */
export async function extend(keeper: ChainKeeper, blocks: readonly Block[]): Promise<void> {
  for (const block of blocks) {
    const view = new BranchView(keeper);
    const judged = view.add(block, () => true);
    assert(judged.ok, judged.ok ? "" : `${judged.code}: ${judged.detail}`);
    await keeper.apply(judged.value, undefined);
  }
}

/** Undoes so many blocks and applies others. */
export async function reorganise(keeper: ChainKeeper, undo: number, blocks: readonly Block[]): Promise<void> {
  const view = new BranchView(keeper);
  for (let count = 0; count < undo; count++) view.undo();
  for (const block of blocks) {
    const judged = view.add(block, () => true);
    assert(judged.ok, judged.ok ? "" : `${judged.code}: ${judged.detail}`);
  }
  await keeper.switchTo(view.branch());
}

/** The transactions of blocks but for their rewards, as anyone else would read them. */
export function transfersOf(tree: TestLedger, blocks: readonly Block[]): readonly SealedTransaction[] {
  return blocks.flatMap(({ transactions }) =>
    transactions
      .filter(({ body }) => body.kind === "transfer")
      .map(({ bytes }) => {
        const read = decodeTransaction(tree.chain.transactions, bytes);
        assert(read.ok, "a transaction of a block");
        return read.value;
      }),
  );
}
