// Vectors for the arithmetic of proof of work, every answer written down by hand.
import type { VectorFile, WorkCase } from "../format.ts";

/** Compact targets and what they stand for, as hex without leading zeros; null: none. */
const TARGETS: readonly (readonly [what: string, compact: number, target: string | null])[] = [
  ["the least, 1", 0x01010000, "1"],
  ["one byte", 0x01120000, "12"],
  ["the greatest of one byte below 80", 0x017f0000, "7f"],
  ["80 takes a byte more", 0x02008000, "80"],
  ["two bytes", 0x02123400, "1234"],
  ["three bytes", 0x03123456, "123456"],
  ["four bytes", 0x04123456, "12345600"],
  ["four bytes whose mantissa was shifted", 0x05009234, "92340000"],
  ["Bitcoin's first", 0x1d00ffff, `ffff${"0".repeat(52)}`],
  ["regtest's", 0x207fffff, `7fffff${"0".repeat(58)}`],
  ["the greatest", 0x2100ffff, `ffff${"0".repeat(60)}`],
  ["nothing", 0, null],
  ["an exponent without a mantissa", 0x20000000, null],
  ["a mantissa with its highest bit", 0x01800000, null],
  ["a negative one, as Bitcoin would say", 0x04923456, null],
  ["a mantissa that could be shorter by a byte", 0x04001234, null],
  ["a mantissa that could be shorter by two bytes", 0x05000012, null],
  ["bits below the lowest byte", 0x01123456, null],
  ["bits below the lowest two bytes", 0x02123456, null],
  ["exponent 0", 0x00123456, null],
  ["beyond 2^256 - 1 by its mantissa", 0x21010000, null],
  ["beyond 2^256 - 1 by its exponent", 0x23000100, null],
  ["all ones", 0xffffffff, null],
];

/** Targets and their compact form, low bits dropped. */
const ROUNDED: readonly (readonly [what: string, target: string, compact: number])[] = [
  ["1", "1", 0x01010000],
  ["four bytes lose the lowest", "12345678", 0x04123456],
  ["a mantissa that is shifted loses one more", "92345678", 0x05009234],
  ["2^256 - 1", "f".repeat(64), 0x2100ffff],
  ["2^255", `8${"0".repeat(63)}`, 0x21008000],
  ["2^255 - 1", `7${"f".repeat(63)}`, 0x207fffff],
  ["ff", "ff", 0x0200ff00],
];

const MAX = `${"ff".repeat(32)}`;

function meets(name: string, compact: number, hash: string, expected: boolean): WorkCase {
  return { name: `meets: ${name}`, of: "meets", compact, hash, expected };
}

function hashes(): WorkCase[] {
  return [
    meets("zero meets the hardest", 0x01010000, "00".repeat(32), true),
    meets("one, little-endian, meets the hardest", 0x01010000, `01${"00".repeat(31)}`, true),
    meets("two does not", 0x01010000, `02${"00".repeat(31)}`, false),
    meets("one, big-endian, is 2^248", 0x01010000, `${"00".repeat(31)}01`, false),
    meets("exactly the target", 0x207fffff, `${"00".repeat(29)}ffff7f`, true),
    meets("the target and one", 0x207fffff, `01${"00".repeat(28)}ffff7f`, false),
    meets("just below the target", 0x207fffff, `${"ff".repeat(29)}feff7f`, true),
    meets("all ones, the easiest target", 0x2100ffff, MAX, false),
    meets("no target is met by nothing", 0, "00".repeat(32), false),
    meets("a target that is not canonical", 0x04001234, "00".repeat(32), false),
    meets(
      "the hash of Bitcoin's block 0",
      0x1d00ffff,
      "6fe28c0ab6f1b372c1a6a246ae63f74f931e8365e15a089c68d6190000000000",
      true,
    ),
  ];
}

function works(): WorkCase[] {
  return [
    { name: "work: of target 1, 2^255", of: "work", compact: 0x01010000, work: (2n ** 255n).toString() },
    { name: "work: of regtest's target, 2", of: "work", compact: 0x207fffff, work: "2" },
    { name: "work: of the easiest target, 1", of: "work", compact: 0x2100ffff, work: "1" },
    { name: "work: of Bitcoin's first target", of: "work", compact: 0x1d00ffff, work: "4295032833" },
    { name: "work: of no target, 0", of: "work", compact: 0, work: "0" },
  ];
}

type Next = Extract<WorkCase, { of: "next" }>;

/** Four blocks a retarget, a second a block. Timestamps are of the blocks from 0 on. */
function next(
  name: string,
  compact: number,
  timestamps: readonly number[],
  target: number,
  change: Partial<Next> = {},
): WorkCase {
  return {
    name: `next: ${name}`,
    of: "next",
    initialTarget: 0x1d00ffff,
    targetLimit: 0x1e00ffff,
    retargetInterval: 4,
    blockIntervalMs: 1_000,
    timestamps,
    targets: timestamps.map((_, height) => (height === 0 ? 0 : target)),
    compact,
    ...change,
  };
}

function targets(): WorkCase[] {
  const target = 0x1d00ffff;
  // Block 0 long before the others: it must not count.
  const first = (last: number) => [0, 100_000, 100_500, 101_000, 100_000 + last];
  const second = (last: number) => [...first(3_000), 103_500, 104_000, 104_500, 103_000 + last];
  return [
    next("height 1 has the initial one", target, [0], target),
    next("height 2 that of height 1", 0x1c123456, [0, 5], 0x1c123456),
    next("no retarget at height 4", target, [0, 1, 2, 3], target),
    next("the first retarget, in time", target, first(3_000), target),
    next("the first retarget, in half the time", 0x1c7fff80, first(1_500), target),
    next("the first retarget, in twice the time", 0x1d01fffe, first(6_000), target),
    next("the first retarget, at most four times as easy", 0x1d03fffc, first(12_000), target),
    next("the first retarget, later still is the same", 0x1d03fffc, first(1_000_000), target),
    next("the first retarget, at most four times as hard", 0x1c3fffc0, first(750), target),
    next("the first retarget, sooner still is the same", 0x1c3fffc0, first(1), target),
    next("the first retarget, in negative time", 0x1c3fffc0, first(-50), target),
    next("the second retarget, in time", target, second(4_000), target),
    next("the second retarget, in 3,000 of 4,000 ms", 0x1d00bfff, second(3_000), target),
    next("the second retarget, in 5,000 of 4,000 ms", 0x1d013ffe, second(5_000), target),
    next("no retarget at height 6", target, second(4_000).slice(0, 6), target),
    next("never above the limit", 0x1e00ffff, first(12_000), 0x1e00ffff),
    next("up to the limit and no further", 0x1e00ffff, first(12_000), 0x1e008000),
    next("never below 1", 0x01010000, first(750), 0x01010000),
    next("rounded down before it is encoded", 0x01010000, first(1_500), 0x01030000),
    next("an expected time whose quarter is 0", 0x01010000, [0, 9, 9, 9, 9], target, { blockIntervalMs: 1 }),
  ];
}

function medians(): WorkCase[] {
  const of = (median: number, ...timestamps: number[]): WorkCase => ({
    name: `median: of ${timestamps.join(", ")}`,
    of: "median",
    timestamps,
    median,
  });
  return [
    of(7, 7),
    of(9, 7, 9),
    of(8, 7, 9, 8),
    of(9, 7, 9, 8, 10),
    of(5, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
    of(6, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11),
    of(60, 99, 10, 90, 20, 80, 30, 70, 40, 60, 50, 65, 75),
  ];
}

function subsidies(): WorkCase[] {
  const of = (subsidy: string, halvingInterval: number, height: number, expected: string): WorkCase => ({
    name: `subsidy: ${subsidy} halved every ${halvingInterval}, at height ${height}`,
    of: "subsidy",
    subsidy,
    halvingInterval,
    height,
    expected,
  });
  return [
    of("5001", 10, 1, "5001"),
    of("5001", 10, 10, "5001"),
    of("5001", 10, 11, "2500"),
    of("5001", 10, 20, "2500"),
    of("5001", 10, 21, "1250"),
    of("5001", 10, 121, "1"),
    of("5001", 10, 131, "0"),
    of("5001", 1, 2, "2500"),
    of("18446744073709551615", 1, 64, "1"),
    of("18446744073709551615", 1, 65, "0"),
    of("1", 1000000000, 9007199254740991, "0"),
  ];
}

/** work.json */
export function workVectors(): VectorFile<WorkCase> {
  const cases: WorkCase[] = [
    ...TARGETS.map(
      ([what, compact, target]): WorkCase => ({ name: `target: ${what}`, of: "target", compact, target }),
    ),
    ...ROUNDED.map(
      ([what, target, compact]): WorkCase => ({ name: `compact: ${what}`, of: "compact", target, compact }),
    ),
    ...hashes(),
    ...works(),
    ...targets(),
    ...medians(),
    ...subsidies(),
  ];
  return { about: "Arithmetic of proof of work: docs/formats.md, section 11", shared: {}, cases };
}
