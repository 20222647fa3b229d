// Reading and writing coins by hand: never anything else than the codec does.
import assert from "node:assert/strict";
import {
  blockUndoCodec,
  COIN_BYTES,
  type Coin,
  coinCodec,
  readCoin,
  undoBytes,
  writeCoin,
} from "@witan/ledger";
import { bytesToHex } from "@witan/primitives";
import fc from "fast-check";

const coins = fc.record(
  {
    asset: fc.nat({ max: 0xffff_ffff }),
    amount: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    policyHash: fc.uint8Array({ minLength: 32, maxLength: 32 }).map(bytesToHex),
    height: fc.maxSafeNat(),
    reward: fc.boolean(),
  },
  { noNullPrototype: true },
) as unknown as fc.Arbitrary<Coin>;

function agrees(bytes: Uint8Array): void {
  const decoded = coinCodec.decode(bytes);
  assert.deepEqual(readCoin(bytes), decoded.ok ? decoded.value : undefined, bytesToHex(bytes));
}

describe("readCoin", () => {
  it("reads what the codec writes, wherever it lies in memory", () =>
    fc.assert(
      fc.property(coins, fc.nat({ max: 9 }), (coin, offset) => {
        const bytes = new Uint8Array([...new Uint8Array(offset), ...coinCodec.encode(coin)]).subarray(offset);
        assert.deepEqual(readCoin(bytes), coin);
      }),
    ));

  it("refuses what the codec refuses", () =>
    fc.assert(
      fc.property(coins, fc.nat({ max: 52 }), fc.nat({ max: 255 }), (coin, at, value) => {
        const bytes = coinCodec.encode(coin);
        agrees(bytes.subarray(0, at));
        agrees(new Uint8Array([...bytes, value]));
        bytes[at] = value;
        agrees(bytes);
      }),
    ));
});

describe("writeCoin", () => {
  it("writes what the codec writes, at any place, and nothing beside it", () =>
    fc.assert(
      fc.property(coins, fc.nat({ max: 9 }), (coin, at) => {
        const bytes = new Uint8Array(COIN_BYTES + 20).fill(0xa5);
        const expected = bytes.slice();
        expected.set(coinCodec.encode(coin), at);
        writeCoin(coin, bytes, at);
        assert.deepEqual(bytes, expected);
      }),
    ));

  it("writes amounts on either side of what a number holds", () => {
    for (const amount of [2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 32n, 2n ** 32n - 1n]) {
      const coin = { asset: 1, amount, policyHash: "ab".repeat(32), height: 2 ** 40 + 1, reward: true };
      const bytes = new Uint8Array(COIN_BYTES);
      writeCoin(coin as unknown as Coin, bytes, 0);
      assert.deepEqual(bytes, coinCodec.encode(coin as unknown as Coin));
      assert.deepEqual(readCoin(bytes), coin);
    }
  });

  it("refuses a policy hash that is none", () => {
    for (const policyHash of ["", "AB".repeat(32), "ab".repeat(31), "ab".repeat(33)]) {
      const coin = { asset: 1, amount: 1n, policyHash, height: 1, reward: false } as unknown as Coin;
      assert.throws(() => writeCoin(coin, new Uint8Array(100), 0), /not a policy hash/);
    }
  });
});

describe("undoBytes", () => {
  it("writes what the codec writes", () =>
    fc.assert(
      fc.property(fc.array(coins, { maxLength: 5 }), (spent) => {
        assert.deepEqual(undoBytes({ spent }), blockUndoCodec.encode({ spent }));
      }),
    ));
});
