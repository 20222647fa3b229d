// The linearizability check is exact: held against histories that are known, and against a search through all orders.
import assert from "node:assert/strict";
import { notLinearizable, Random, type TimedOperation } from "@witan/simulator";

const isFree = (value: string): boolean => value.startsWith("?");
const OPEN = Number.POSITIVE_INFINITY;

function write(value: string, begins: number, ends: number): TimedOperation {
  return { kind: "write", value, begins, ends };
}

function read(value: string, begins: number, ends: number): TimedOperation {
  return { kind: "read", value, begins, ends };
}

const KNOWN: readonly (readonly [string, boolean, readonly TimedOperation[]])[] = [
  ["nothing at all", true, []],
  ["a read before any write", true, [read("", 0, 1), write("a", 2, 3)]],
  ["a read of nothing after a write", false, [write("a", 0, 1), read("", 2, 3)]],
  ["a read of what nobody wrote", false, [read("a", 0, 1)]],
  ["a read of what somebody else may have written", true, [read("?a", 0, 1)]],
  ["a read of the future", false, [read("a", 0, 1), write("a", 2, 3)]],
  ["a read within a write", true, [write("a", 0, 9), read("a", 1, 2)]],
  [
    "new, then old, within a write (Herlihy and Wing)",
    false,
    [write("a", 0, 9), read("a", 1, 2), read("", 3, 4)],
  ],
  ["old, then new, within a write", true, [write("a", 0, 9), read("", 1, 2), read("a", 3, 4)]],
  [
    "two readers that see two writes in two orders",
    false,
    [
      ...[write("a", 0, 9), write("b", 0.5, 9.5)],
      ...[read("a", 1, 2), read("b", 3, 4), read("b", 1.5, 2.5), read("a", 3.5, 4.5)],
    ],
  ],
  ["a stale read after a completed write", false, [write("a", 0, 1), write("b", 2, 3), read("a", 4, 5)]],
  ["a write that never ended, and was read", true, [write("a", 0, OPEN), read("", 1, 2), read("a", 3, 4)]],
  [
    "a write that never ended, read and then not",
    false,
    [write("a", 0, OPEN), read("a", 1, 2), read("", 3, 4)],
  ],
  ["a write that never ended and that nobody read", true, [write("a", 0, OPEN), read("", 9, 10)]],
  [
    "what somebody else wrote, twice with another between",
    false,
    [...[read("?a", 0, 1), write("b", 2, 3), read("b", 4, 5), read("?a", 6, 7)]],
  ],
  [
    "a write inside the time in which another value was held",
    false,
    [...[write("a", 0, 1), write("b", 2, 3), read("a", 4, 5)]],
  ],
];

/** All orders: the check as its definition has it, for few operations. */
function isLinearizable(operations: readonly TimedOperation[]): boolean {
  const free = [
    ...new Set(
      operations.filter(({ kind, value }) => kind === "read" && isFree(value)).map(({ value }) => value),
    ),
  ];
  const all = [
    ...operations.filter(({ kind, ends }) => kind === "write" || ends < OPEN),
    ...free.map((value) => write(value, Number.NEGATIVE_INFINITY, OPEN)),
  ];
  const from = (left: readonly TimedOperation[], value: string): boolean => {
    if (left.every(({ ends }) => ends === OPEN)) return true;
    return left.some((one) => {
      const rest = left.filter((other) => other !== one);
      if (rest.some(({ ends }) => ends < one.begins)) return false;
      if (one.kind === "read") return one.value === value && from(rest, value);
      return from(rest, one.value);
    });
  };
  return from(all, "");
}

function drawHistory(random: Random): readonly TimedOperation[] {
  const times = random.shuffled([...Array(12).keys()]);
  const values = ["a", "b", "c"].slice(0, random.between(1, 3));
  return Array.from({ length: random.between(2, 6) }, (_, at): TimedOperation => {
    const [one = 0, other = 0] = [times[2 * at], times[2 * at + 1]];
    const [begins, ends] = [Math.min(one, other), Math.max(one, other)];
    const value = values[at];
    if (value !== undefined && at < values.length)
      return write(value, begins, random.chance(200) ? OPEN : ends);
    return read(random.pick(["", "?x", ...values]), begins, random.chance(100) ? OPEN : ends);
  });
}

describe("simulator: linearizable", () => {
  for (const [what, expected, operations] of KNOWN)
    it(`${what}: ${expected ? "yes" : "no"}`, () => {
      assert.equal(notLinearizable(operations, isFree) === undefined, expected);
      assert.equal(isLinearizable(operations), expected);
    });

  it("agrees with a search through all orders, over thousands of small histories", () => {
    const random = Random.of(1, "histories");
    let [yes, no] = [0, 0];
    for (let number = 0; number < 6_000; number++) {
      const operations = drawHistory(random);
      const expected = isLinearizable(operations);
      const found = notLinearizable(operations, isFree);
      assert.equal(found === undefined, expected, JSON.stringify({ operations, found }));
      if (expected) yes++;
      else no++;
    }
    assert(yes > 600 && no > 600, `${yes} are, ${no} are not`);
  });
});
