// How values read: exact, whatever their size.
import assert from "node:assert/strict";
import * as fc from "fast-check";
import {
  amountText,
  bytesText,
  chanceText,
  clockText,
  countText,
  grouped,
  middleAndMost,
  parameterText,
  shortText,
  spanText,
  sumText,
} from "../../packages/explorer/src/words.ts";

describe("explorer: values in words", () => {
  it("writes chances as shares of a hundred, and none as impossible that is not", () => {
    const cases = [
      [0, "0\u00a0%"],
      [0.1, "10\u00a0%"],
      [0.30000000000000004, "30\u00a0%"],
      [0.001, "0.1\u00a0%"],
      [0.00024280274536, "0.024\u00a0%"],
      [2.4e-9, "2.4\u00a0·\u00a010⁻⁷\u00a0%"],
      [0.99999, "more than 99.9\u00a0%"],
      [1, "100\u00a0%"],
    ] as const;
    for (const [chance, text] of cases) assert.equal(chanceText(chance), text);
  });

  it("writes amounts by their decimals", () => {
    const cases = [
      ["0", 8, "0"],
      ["1", 8, "0.00000001"],
      ["150000000", 8, "1.5"],
      ["-1234567", 2, "−12\u202f345.67"],
      ["1234567", 0, "1\u202f234\u202f567"],
      ["18446744073709551615", 18, "18.446744073709551615"],
    ] as const;
    for (const [units, decimals, text] of cases) assert.equal(amountText(units, decimals), text);
  });

  it("loses nothing of an amount", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }),
        fc.integer({ min: 0, max: 18 }),
        (units, decimals) => {
          const text = amountText(units, decimals).replaceAll("\u202f", "").replace("−", "-");
          const [whole = "", rest = ""] = text.split(".");
          assert.equal(BigInt(whole + rest.padEnd(decimals, "0")), units);
        },
      ),
    );
  });

  it("writes sums with the name of the asset, and without one in base units", () => {
    const assets = new Map([[0, { name: "WITAN", decimals: 8 }]]);
    assert.equal(sumText("150000000", 0, assets), "1.5 WITAN");
    assert.equal(sumText(12n, 3, assets), "12 of asset 3");
  });

  it("writes parameters exactly, with their units", () => {
    const cases = [
      ["validUntilAheadMsMax", 604_800_000, "7 days"],
      ["emptyBlockIntervalMs", 120_000, "2 min"],
      ["emptyBlockIntervalMs", 90_000, "90 s"],
      ["emptyBlockIntervalMs", 0, "0 ms"],
      ["clockDriftMs", 1_500, "1\u202f500 ms"],
      ["blockBytesMax", 2_097_152, "2\u202f048 KiB"],
      ["blockBytesMax", 131_073, "131\u202f073 bytes"],
      ["blockTransactionsMax", 8_192, "8\u202f192"],
    ] as const;
    for (const [name, value, text] of cases) assert.equal(parameterText(name, value), text);
  });

  it("writes a time of another day with its date", () => {
    const now = new Date(2026, 5, 20, 12).getTime();
    assert.ok(!clockText(now - 3_600_000, now).includes("2026"));
    assert.match(clockText(now - 86_400_000, now), /2026/);
  });

  it("writes counts, sizes and spans", () => {
    assert.equal(grouped(1234567), "1\u202f234\u202f567");
    assert.deepEqual([countText(1, "block"), countText(0, "block")], ["1 block", "0 blocks"]);
    assert.deepEqual([100, 2_048, 3_145_728].map(bytesText), ["100 bytes", "2.0 KiB", "3.0 MiB"]);
    assert.deepEqual([35, 1_234, 90_000, 7_200_000, 400_000_000].map(spanText), [
      "35 ms",
      "1.2 s",
      "1 min",
      "2 h",
      "4 days",
    ]);
    assert.equal(shortText("0123456789abcdef0123456789"), "01234567…456789");
    assert.deepEqual(middleAndMost([5, 1, 9]), { middle: 5, most: 9 });
    assert.equal(middleAndMost([]), undefined);
  });
});
