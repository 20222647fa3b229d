import assert from "node:assert/strict";
import { toHeight } from "@witan/primitives";
import {
  describeKey,
  heightCodec,
  heightRange,
  keyOf,
  LAYOUT,
  outpointOf,
  outputKey,
  parseKey,
  placeBytes,
  rangeOf,
  type TableName,
  tableOf,
  transactionPlaceCodec,
} from "@witan/storage";
import fc from "fast-check";

const TABLES = Object.keys(LAYOUT) as TableName[];
const hash = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => Buffer.from(bytes).toString("hex"));
const FIELDS: Readonly<Record<string, fc.Arbitrary<string | number>>> = {
  hash,
  height: fc.maxSafeNat(),
  number: fc.maxSafeNat(),
  index: fc.nat(0xffff),
  position: fc.nat(0xffff_ffff),
  name: fc.stringMatching(/^[a-z-]{1,16}$/),
  register: fc.stringMatching(/^[a-z0-9._/-]{1,64}$/),
};
const make = keyOf as (table: TableName, ...fields: (string | number)[]) => Uint8Array;

function fieldsOf(table: TableName): fc.Arbitrary<(string | number)[]> {
  return fc.tuple(...LAYOUT[table].key.map((kind) => FIELDS[kind] as fc.Arbitrary<string | number>));
}

const anyKey = fc
  .constantFrom(...TABLES)
  .chain((table) => fieldsOf(table).map((fields) => ({ table, fields, key: make(table, ...fields) })));

function compareFields(a: readonly (string | number)[], b: readonly (string | number)[]): number {
  for (const [at, value] of a.entries()) {
    const other = b[at] as string | number;
    if (value !== other) return value < other ? -1 : 1;
  }
  return 0;
}

describe("storage: the key layout", () => {
  it("has a prefix of one ASCII character for each table, and no two alike", () => {
    const prefixes = TABLES.map((table) => LAYOUT[table].prefix);
    assert.ok(prefixes.every((prefix) => /^[a-z]$/.test(prefix)));
    assert.equal(new Set(prefixes).size, prefixes.length);
  });

  it("puts no key of a table into the range of another, and gives back what a key was made of", () => {
    fc.assert(
      fc.property(anyKey, ({ table, fields, key }) => {
        assert.deepEqual(parseKey(key), { table, fields });
        assert.equal(tableOf(key), table);
        for (const other of TABLES) {
          const { from, to } = rangeOf(other);
          const isInside = Buffer.compare(key, from) >= 0 && Buffer.compare(key, to) < 0;
          assert.equal(isInside, other === table, `${table} in ${other}`);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("sorts keys as their fields", () => {
    const pair = fc
      .constantFrom(...TABLES)
      .chain((table) => fc.tuple(fc.constant(table), fieldsOf(table), fieldsOf(table), fc.boolean()));
    fc.assert(
      fc.property(pair, ([table, a, b, isAlike]) => {
        const other = isAlike ? [...a.slice(0, -1), ...b.slice(-1)] : b;
        const order = Math.sign(Buffer.compare(make(table, ...a), make(table, ...other)));
        assert.equal(order, compareFields(a, other));
      }),
      { numRuns: 500 },
    );
  });

  it("has ranges by first fields that hold what begins so, and no more", () => {
    const [a, b] = ["00".repeat(32), "ff".repeat(32)] as [string, string];
    for (const first of [a, b]) {
      const { from, to } = rangeOf("addressHistory", first);
      for (const [key, isInside] of [
        [keyOf("addressHistory", first, 0, 0), true],
        [keyOf("addressHistory", first, Number.MAX_SAFE_INTEGER, 0xffff_ffff), true],
        [keyOf("addressHistory", first === a ? b : a, 5, 5), false],
      ] as const)
        assert.equal(Buffer.compare(key, from) >= 0 && Buffer.compare(key, to) < 0, isInside);
    }
    const { from, to } = heightRange("block", 5, 10);
    assert.deepEqual([from, to], [keyOf("block", 5), keyOf("block", 10)]);
  });

  it("names outputs as the formats do: id, then index in big-endian", () => {
    fc.assert(
      fc.property(hash, fc.nat(0xffff), (id, index) => {
        const outpoint = `${id}${index.toString(16).padStart(4, "0")}`;
        assert.deepEqual(outputKey(outpoint), keyOf("output", id, index));
        assert.equal(outpointOf(outputKey(outpoint)), outpoint);
      }),
    );
    assert.throws(() => outputKey("00"), /not the name of an output/);
    assert.throws(() => outputKey("zz".repeat(34)), /not the name of an output/);
    assert.throws(() => outpointOf(keyOf("block", 1)), /the key of an output/);
  });

  it("has codecs for what the indexes hold", () => {
    const place = { height: toHeight(2 ** 40), position: 65_535 };
    assert.equal(transactionPlaceCodec.encode(place).length, 12);
    assert.deepEqual(transactionPlaceCodec.decode(transactionPlaceCodec.encode(place)), {
      ok: true,
      value: place,
    });
    assert.deepEqual(heightCodec.decode(heightCodec.encode(toHeight(7))), { ok: true, value: 7 });
    assert.equal(heightCodec.decode(new Uint8Array(7)).ok, false);
  });

  it("writes places by hand as their codec does", () =>
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.nat(0xffff_ffff), (height, position) => {
        const place = { height: toHeight(height), position };
        assert.deepEqual(placeBytes(place), transactionPlaceCodec.encode(place));
      }),
    ));

  it("refuses fields out of range, and keys that are none", () => {
    assert.throws(() => keyOf("block", -1), /0 to 9007199254740991 fit/);
    assert.throws(() => keyOf("block", 2 ** 53), /fit/);
    assert.throws(() => keyOf("block", 0.5), /fit/);
    assert.throws(() => keyOf("output", "00".repeat(32), 65_536), /0 to 65535 fit/);
    assert.throws(() => keyOf("output", "AA".repeat(32), 0), /not a hash/);
    assert.throws(() => keyOf("engine", "Votes", 0), /not the name/);
    assert.throws(() => keyOf("engine", "a".repeat(17), 0), /not the name/);
    assert.throws(() => keyOf("register", "a".repeat(65), 0), /not the name/);
    assert.throws(() => keyOf("register", "a b", 0), /not the name/);
    assert.throws(() => keyOf("register", 1 as never, 0), /a number in a key/);
    const whole = keyOf("block", 1);
    for (const key of [whole.slice(1), whole.slice(0, -1), new Uint8Array([...whole, 0]), new Uint8Array(0)])
      assert.equal(parseKey(key), undefined);
    const tooHigh = whole.slice();
    tooHigh.fill(0xff, 1);
    assert.equal(parseKey(tooHigh), undefined);
    assert.equal(describeKey(whole), "block 1");
    assert.equal(describeKey(tooHigh), "62ffffffffffffffff");
    assert.equal(tableOf(new Uint8Array([1, 2])), "unknown");
  });
});
