// Compact targets and retargets, by properties rather than cases (test/vectors/work.json has the cases).
import assert from "node:assert/strict";
import {
  blockWork,
  compactOfTarget,
  medianTimestamp,
  meetsTarget,
  nextTarget,
  type ProofOfWorkParameters,
  subsidyAt,
  targetOfCompact,
} from "@witan/ledger";
import { AssertionError, type Hash, type Height, type Timestamp } from "@witan/primitives";
import fc from "fast-check";

const MOST = 2n ** 256n - 1n;
/** Targets of every length, since most of 256 random bits are long. */
const target = fc
  .tuple(fc.bigInt({ min: 1n, max: MOST }), fc.nat(255))
  .map(([bits, shift]) => bits >> BigInt(shift) || 1n);
const littleEndian = (value: bigint): Hash =>
  Buffer.from(value.toString(16).padStart(64, "0"), "hex").reverse().toString("hex") as Hash;

describe("compact targets", () => {
  it("drop low bits only, and less than a part in 2^15", () => {
    fc.assert(
      fc.property(target, (exact) => {
        const kept = targetOfCompact(compactOfTarget(exact));
        assert.ok(kept !== undefined && kept <= exact);
        assert.ok((exact - kept) << 15n < exact || exact === kept);
      }),
    );
  });

  it("of four bytes decode only if encoding gives the same four bytes", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), (compact) => {
        const decoded = targetOfCompact(compact);
        if (decoded === undefined) return;
        assert.ok(decoded >= 1n && decoded <= MOST);
        assert.equal(compactOfTarget(decoded), compact);
      }),
      { numRuns: 2_000 },
    );
  });

  it("order as their targets do", () => {
    fc.assert(
      fc.property(target, target, (a, b) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        assert.ok(compactOfTarget(low) <= compactOfTarget(high));
      }),
    );
  });

  it("are met by exactly the numbers that are not above", () => {
    fc.assert(
      fc.property(target, (exact) => {
        const compact = compactOfTarget(exact);
        const kept = targetOfCompact(compact) ?? 0n;
        assert.ok(meetsTarget(littleEndian(kept), compact) && meetsTarget(littleEndian(kept - 1n), compact));
        assert.ok(kept === MOST || !meetsTarget(littleEndian(kept + 1n), compact));
        const work = blockWork(compact);
        assert.ok(work * (kept + 1n) <= 2n ** 256n && (work + 1n) * (kept + 1n) > 2n ** 256n);
      }),
    );
  });

  it("there are none of 0 and of 2^256", () => {
    for (const none of [0n, -1n, 2n ** 256n]) assert.throws(() => compactOfTarget(none), AssertionError);
  });
});

const PARAMETERS: ProofOfWorkParameters = {
  kind: "pow",
  initialTarget: 0x1f00ffff,
  targetLimit: 0x2000ffff,
  blockIntervalMs: 1_000,
  retargetInterval: 5,
  subsidy: 1_000n,
  halvingInterval: 7,
  coinbaseMaturity: 0,
  maxFutureDriftMs: 1_000,
};

describe("retargets", () => {
  it("stay within a factor of 4 and the limit, and happen at each interval only", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20_000), { minLength: 1, maxLength: 30 }), (steps) => {
        const headers = [{ timestamp: 0 as Timestamp, target: 0 }];
        const history = () => ({
          height: (headers.length - 1) as Height,
          header: (at: number) => headers[at] ?? { timestamp: 0 as Timestamp, target: 0 },
        });
        for (const step of steps) {
          const before = headers.at(-1)?.target ?? 0;
          const next = nextTarget(PARAMETERS, history());
          const [old, fresh] = [targetOfCompact(before), targetOfCompact(next)];
          assert.ok(fresh !== undefined && fresh <= (targetOfCompact(PARAMETERS.targetLimit) ?? 0n));
          if (headers.length === 1) assert.equal(next, PARAMETERS.initialTarget);
          else if ((headers.length - 1) % 5 !== 0) assert.equal(next, before);
          else if (old !== undefined)
            assert.ok(fresh <= 4n * old && 4n * fresh >= old - (old >> 14n), "a factor of 4");
          headers.push({ timestamp: ((headers.at(-1)?.timestamp ?? 0) + step) as Timestamp, target: next });
        }
        const median = medianTimestamp(history());
        const last = headers.slice(-11).map(({ timestamp }) => timestamp);
        const sorted = [...last].sort((a, b) => a - b);
        assert.equal(median, sorted[Math.floor(last.length / 2)]);
      }),
    );
  });

  it("pay at most twice the first subsidy times the interval, for ever", () => {
    let sum = 0n;
    for (let height = 1; height < 500; height++) sum += subsidyAt(PARAMETERS, height);
    assert.ok(sum <= 2n * PARAMETERS.subsidy * BigInt(PARAMETERS.halvingInterval));
    assert.equal(subsidyAt(PARAMETERS, Number.MAX_SAFE_INTEGER), 0n);
  });
});
