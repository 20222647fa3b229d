// The table of outputs against a map: names that come and go while it grows, and those of one transaction.
import assert from "node:assert/strict";
import { asciiBytes, sha256Hex } from "@witan/primitives";
import { OUTPUT_KEY_BYTES, OUTPUT_VALUE_BYTES, outputKey } from "@witan/storage";
import { NONE, OutputTable } from "../../packages/storage/src/output-table.ts";
import { hashOf } from "./records.ts";

/** Three outputs to a transaction; some ids are alike, so that their outputs are all looked for at the same place. */
function nameOf(number: number): string {
  const transaction = Math.floor(number / 3);
  const id = transaction % 10 === 0 ? hashOf(transaction) : sha256Hex(asciiBytes(`${transaction}`));
  return `${id}${(number % 3).toString(16).padStart(4, "0")}`;
}

function contentFor(number: number): Uint8Array {
  return new Uint8Array(OUTPUT_VALUE_BYTES).map((_, at) => (number >>> (8 * (at % 4))) + at);
}

function add(table: OutputTable, number: number): number {
  assert.equal(table.find(nameOf(number)), NONE);
  const slot = table.add(1 + (number % 31));
  table.setValue(slot, contentFor(number));
  table.setNote(slot, number);
  return slot;
}

/** What an entry holds, as it is asked for. */
function contentsOf(table: OutputTable, slot: number) {
  return { mark: table.mark(slot), note: table.note(slot), value: table.value(slot).slice() };
}

describe("storage: the table of outputs", () => {
  it("is as a map while it grows, shrinks and grows again", () => {
    const table = new OutputTable();
    const slots = new Map<number, number>();
    let next = 0;
    const most = [5_000, 300, 7_000, 0, 1_000];
    for (const goal of most) {
      while (slots.size < goal) {
        slots.set(next, add(table, next));
        next++;
        // Now and then one goes, so that slots and places are used again in any order.
        const gone = (next * 7_919) % next;
        const slot = slots.get(gone);
        if (next % 3 !== 0 || slot === undefined) continue;
        table.remove(slot);
        slots.delete(gone);
      }
      for (const [number, slot] of slots) {
        if (slots.size <= goal) break;
        table.remove(slot);
        slots.delete(number);
      }
      assert.equal(new Set(slots.values()).size, slots.size, "a slot for each");
      for (let number = 0; number < next; number++) {
        const slot = slots.get(number);
        assert.equal(table.find(nameOf(number)), slot ?? NONE);
        if (slot === undefined) continue;
        const expected = { mark: 1 + (number % 31), note: number, value: contentFor(number) };
        assert.deepEqual(contentsOf(table, slot), expected);
      }
      let marked = 0;
      for (let slot = 0; slot < table.slots; slot++) if (table.mark(slot) !== 0) marked++;
      assert.equal(marked, slots.size, "a free slot has no mark");
    }
    assert.ok(table.slots <= 7_001, "slots are used again");
  });

  it("tells outputs apart by each part of their names", () => {
    const table = new OutputTable();
    const id = "5a".repeat(32);
    const names = [`${id}0000`, `${id}0001`, `${id}0100`, `${id}ffff`];
    // Each word of the id, and both halves of it.
    for (let at = 0; at < 64; at += 4) names.push(`${id.slice(0, at)}0f0e${id.slice(at + 4)}0000`);
    for (const name of names) {
      assert.equal(table.find(name), NONE);
      table.setMark(table.add(1), 65_535);
    }
    const found = names.map((name) => table.find(name));
    assert.equal(new Set(found).size, names.length);
    assert.ok(found.every((slot) => slot !== NONE && table.mark(slot) === 65_535));
  });

  it("gives the key in the store with the value", () => {
    const table = new OutputTable();
    for (const number of [1, 2, 0xfedc]) {
      const name = `${hashOf(number)}${number.toString(16).padStart(4, "0")}`;
      table.find(name);
      const slot = table.add(1);
      table.setValue(slot, contentFor(number));
      const record = new Uint8Array(3 + OUTPUT_KEY_BYTES + OUTPUT_VALUE_BYTES);
      table.copy(slot, record, 3);
      assert.deepEqual(record.slice(3, 3 + OUTPUT_KEY_BYTES), outputKey(name));
      assert.deepEqual(record.slice(3 + OUTPUT_KEY_BYTES), contentFor(number));
    }
  });

  it("takes nothing for a name that is none", () => {
    const table = new OutputTable();
    const name = nameOf(1);
    for (const wrong of ["", name.slice(1), `${name}0`, name.slice(0, 64), `0x${name.slice(2)}`])
      assert.throws(() => table.find(wrong), /not the name of an output/);
    for (let code = 0; code < 0x300; code++) {
      const isDigit = /[0-9a-f]/.test(String.fromCharCode(code));
      for (const at of [0, 3, 31, 63, 64, 67]) {
        const text = `${"a".repeat(at)}${String.fromCharCode(code)}${"3".repeat(67 - at)}`;
        if (isDigit) assert.equal(table.find(text), NONE);
        else assert.throws(() => table.find(text), /not the name of an output/);
      }
    }
  });
});
