// The sorted list against a plain array that is sorted each time.
import assert from "node:assert/strict";
import { Ranking } from "../../packages/mempool/src/ranking.ts";
import { randomOf } from "./random-maker.ts";

interface Item {
  readonly key: number;
  readonly serial: number;
}

const compare = (a: Item, b: Item): number => a.key - b.key || a.serial - b.serial;

describe("the ranking", () => {
  it("is what sorting gives, through growth and decline", () => {
    const below = randomOf(7);
    const ranking = new Ranking<Item>(compare);
    let items: Item[] = [];
    for (let serial = 0; serial < 6_000; serial++) {
      const grows = serial < 3_000 ? below(4) > 0 : below(4) === 0;
      if (grows || items.length === 0) {
        const item = { key: below(50), serial };
        ranking.add(item);
        items.push(item);
      } else {
        const [gone] = items.splice(below(items.length), 1);
        assert.ok(gone && ranking.delete(gone));
        assert.ok(!ranking.delete(gone));
      }
      if (serial % 300 > 0) continue;
      items = items.sort(compare);
      assert.deepEqual([...ranking.values()], items);
      assert.deepEqual([...ranking.backwards()], items.toReversed());
      assert.deepEqual([ranking.first, ranking.last, ranking.size], [items[0], items.at(-1), items.length]);
      const from = below(52);
      assert.deepEqual(
        [...ranking.from((item) => item.key < from)],
        items.filter((item) => item.key >= from),
      );
    }
  });

  it("may be empty", () => {
    const ranking = new Ranking<Item>(compare);
    assert.deepEqual(
      [ranking.first, ranking.last, ranking.size, [...ranking.values()]],
      [undefined, undefined, 0, []],
    );
    assert.ok(!ranking.delete({ key: 1, serial: 1 }));
    assert.deepEqual([...ranking.from(() => false)], []);
  });
});
