// Views over coins: what a block changes, and that undoing it restores exactly what was.
import assert from "node:assert/strict";
import {
  blockUndoCodec,
  type Coin,
  CoinView,
  keyOfOutput,
  NO_COINS,
  type OutpointKey,
  type SealedTransaction,
  undoBlock,
  type ValidBlock,
} from "@witan/ledger";
import { type Amount, AssertionError, type Height, type TransactionId } from "@witan/primitives";
import fc from "fast-check";
import { keyOfName, type NamedCoin, outputTo, TestLedger, testGenesis } from "./build.ts";

const alice = keyOfName("alice");
const bob = keyOfName("bob");
const key = (name: number): OutpointKey =>
  keyOfOutput(name.toString(16).padStart(64, "0") as TransactionId, 0);
const coinOf = (amount: number): Coin => ({
  asset: 0 as Coin["asset"],
  amount: BigInt(amount) as Amount,
  policyHash: alice.policyHash,
  height: 1 as Height,
  reward: false,
});

/** What a ledger's coins are after a view's changes. */
function changed(before: ReadonlyMap<OutpointKey, Coin>, view: CoinView): Map<OutpointKey, Coin> {
  const after = new Map(before);
  for (const [name, coin] of view.changes())
    if (coin) after.set(name, coin);
    else after.delete(name);
  return after;
}

const sorted = (coins: ReadonlyMap<OutpointKey, Coin>) => [...coins].sort(([a], [b]) => (a < b ? -1 : 1));

/** Undoes blocks, the last first, all on one view. */
function undone(ledger: TestLedger, blocks: readonly ValidBlock[]): Map<OutpointKey, Coin> {
  const view = new CoinView(ledger);
  for (const { block, undo } of [...blocks].reverse()) {
    const stored = blockUndoCodec.decode(blockUndoCodec.encode(undo));
    assert.ok(stored.ok);
    undoBlock(view, block.transactions, stored.value);
  }
  return changed(ledger.coins, view);
}

describe("coin view", () => {
  const source = { coin: (name: OutpointKey) => (name === key(1) ? coinOf(1) : undefined) };

  it("reads through to its source", () => {
    const view = new CoinView(source);
    assert.deepEqual(view.coin(key(1)), coinOf(1));
    assert.equal(view.coin(key(2)), undefined);
    assert.deepEqual(view.changes(), []);
  });

  it("hides what was spent, and says so to who writes", () => {
    const view = new CoinView(source);
    assert.deepEqual(view.spend(key(1)), coinOf(1));
    assert.equal(view.coin(key(1)), undefined);
    assert.deepEqual(view.changes(), [[key(1), null]]);
    assert.throws(() => view.spend(key(1)), AssertionError);
  });

  it("never writes what was made and spent in it", () => {
    const view = new CoinView(source);
    view.add(key(2), coinOf(2));
    assert.deepEqual(view.spend(key(2)), coinOf(2));
    assert.deepEqual(view.changes(), []);
    assert.equal(view.coin(key(2)), undefined);
  });

  it("removes below what was spent, put back and spent again", () => {
    const view = new CoinView(source);
    view.add(key(1), view.spend(key(1)));
    assert.deepEqual(view.coin(key(1)), coinOf(1));
    view.spend(key(1));
    assert.deepEqual(view.changes(), [[key(1), null]]);
  });

  it("stands on another view without touching it", () => {
    const below = new CoinView(source);
    const above = new CoinView(below);
    above.spend(key(1));
    above.add(key(3), coinOf(3));
    assert.deepEqual(below.coin(key(1)), coinOf(1));
    assert.equal(below.coin(key(3)), undefined);
  });

  it("lists changes by key, whatever the order they came in", () => {
    const view = new CoinView(NO_COINS);
    for (const name of [5, 1, 3]) view.add(key(name), coinOf(name));
    assert.deepEqual(
      view.changes().map(([name]) => name),
      [key(1), key(3), key(5)],
    );
  });
});

/** A chain grown at random: each number picks a coin, what becomes of it, and whether the block ends there. */
function growRandomly(choices: readonly number[], mode: "pbft" | "pow"): TestLedger {
  const ledger = new TestLedger(testGenesis(mode));
  let pending: SealedTransaction[] = [];
  const made = new Map<OutpointKey, NamedCoin>();
  const spent = new Set<OutpointKey>();
  const nameOf = (coin: NamedCoin) => keyOfOutput(coin.transaction, coin.index);
  const endBlock = () => {
    const minedOutputs = mode === "pow" ? [outputTo(bob, 100n)] : [];
    ledger.apply(ledger.block(pending, { minedOutputs }), () => true);
    pending = [];
    made.clear();
    spent.clear();
  };
  for (const choice of choices) {
    const stored = ledger.coinsOf(alice.policyHash).filter((coin) => !spent.has(nameOf(coin)));
    const coins = [...made.values(), ...stored];
    const coin = coins[choice % coins.length];
    if (!coin || choice % 4 === 0) {
      endBlock();
      continue;
    }
    const half = coin.amount / 2n;
    const fee = choice % 3 === 0 && coin.amount > 10n ? 1n : 0n;
    const amounts = half > 0n ? [half, coin.amount - half - fee] : [coin.amount];
    const body = ledger.transfer(
      [coin],
      amounts.map((amount) => outputTo(alice, amount)),
      { fee: fee as Amount },
    );
    const sealed = ledger.sealRaw(body, { policies: [alice.policy], signatures: signedBy(), preimages: [] });
    pending.push(sealed);
    spent.add(nameOf(coin));
    made.delete(nameOf(coin));
    amounts.forEach((amount, index) => {
      const { policyHash, asset, height, reward } = coin;
      const own = {
        transaction: sealed.id,
        index,
        amount: amount as Amount,
        policyHash,
        asset,
        height,
        reward,
      };
      made.set(nameOf(own), own);
    });
  }
  endBlock();
  return ledger;
}

/** A signature of the right shape; the tests here do not verify. */
function signedBy() {
  return [{ publicKey: alice.publicKey, signature: "11".repeat(64) as never }];
}

describe("undoing blocks", () => {
  for (const mode of ["pbft", "pow"] as const)
    it(`restores exactly what was, one block or all of them, in ${mode}`, () => {
      const before = new TestLedger(testGenesis(mode)).coins;
      fc.assert(
        fc.property(fc.array(fc.nat(1_000), { maxLength: 25 }), (choices) => {
          const ledger = growRandomly(choices, mode);
          assert.deepEqual(sorted(undone(ledger, ledger.blocks)), sorted(before));
          const [last] = ledger.blocks.slice(-1);
          const shorter = new TestLedger(testGenesis(mode));
          for (const { block } of ledger.blocks.slice(0, -1)) shorter.apply(block, () => true);
          assert.deepEqual(sorted(undone(ledger, last ? [last] : [])), sorted(shorter.coins));
        }),
        { numRuns: 15 },
      );
    });

  it("writes nothing for an output that was made and spent in one block", () => {
    const ledger = new TestLedger();
    const [coin] = ledger.coinsOf(alice.policyHash);
    assert.ok(coin);
    const first = ledger.seal(ledger.transfer([coin], [outputTo(bob, coin.amount)]), [alice]);
    const own = { ...coin, transaction: first.id, index: 0 };
    const second = ledger.seal(ledger.transfer([own], [outputTo(bob, coin.amount)]), [bob]);
    const { coins, undo } = ledger.grow(first, second);
    const keys = coins.changes().map(([name]) => name);
    assert.ok(!keys.includes(keyOfOutput(first.id, 0)));
    assert.ok(keys.includes(keyOfOutput(second.id, 0)));
    assert.equal(undo.spent.length, 2);
  });

  it("refuses undo data of another block", () => {
    const ledger = new TestLedger();
    const [coin] = ledger.coinsOf(alice.policyHash);
    assert.ok(coin);
    const { block, undo } = ledger.grow(
      ledger.seal(ledger.transfer([coin], [outputTo(bob, coin.amount)]), [alice]),
    );
    const undo_ = (spent: readonly Coin[]) => () =>
      undoBlock(new CoinView(ledger), block.transactions, { spent });
    assert.throws(undo_([]), AssertionError);
    assert.throws(undo_([...undo.spent, coinOf(1)]), AssertionError);
    assert.throws(() => undoBlock(new CoinView(NO_COINS), block.transactions, undo), AssertionError);
  });
});
