// Reading coins by hand: never anything else than the codec reads.
import assert from "node:assert/strict";
import { type Coin, coinCodec, readCoin } from "@witan/ledger";
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
