// Addresses within the page, and what people mean by what they type.
import assert from "node:assert/strict";
import { cleaned, directRoute, hrefOf, MENU, routeOf } from "../../packages/explorer/src/route.ts";

const HASH = "0123456789abcdef".repeat(4);
const ADDRESS = `wit1q${"qpzry9x8gf".repeat(5)}qpzry9x8`;

describe("explorer: addresses within the page", () => {
  it("leads back where each link came from", () => {
    for (const { page, path } of MENU) assert.equal(routeOf(hrefOf(path)).page, page);
    assert.deepEqual(routeOf(hrefOf("block", 12)), { page: "block", id: "12" });
    assert.deepEqual(routeOf(hrefOf("block", HASH)), { page: "block", id: HASH });
    assert.deepEqual(routeOf(hrefOf("transaction", HASH)), { page: "transaction", id: HASH });
    assert.deepEqual(routeOf(hrefOf("address", ADDRESS)), { page: "address", id: ADDRESS });
    assert.deepEqual(routeOf(hrefOf("membership", 7)), { page: "membership", height: 7 });
    assert.deepEqual(routeOf(hrefOf("search", "a/b #?%")), { page: "search", words: "a/b #?%" });
    assert.deepEqual(routeOf(""), { page: "overview" });
  });

  it("knows what leads nowhere", () => {
    const wrong = [
      "block/x",
      "transaction/12",
      `transaction/${HASH}0`,
      "address/x",
      "mempool/1",
      "x",
      "block",
    ];
    for (const path of wrong) assert.deepEqual(routeOf(`#/${path}`), { page: "nowhere", path });
    assert.equal(routeOf("#/search/%E0%A4%A").page, "search");
  });

  it("takes what is typed or pasted as it is meant", () => {
    for (const text of [" 1200 ", "#1200", "1,200", "1.200", "1 200", "1\u202f200", "1'200"])
      assert.equal(directRoute(text), "#/block/1200", text);
    assert.equal(directRoute(` ${ADDRESS}\n`), `#/address/${ADDRESS}`);
    assert.equal(cleaned(` 0x${HASH.toUpperCase()}`), HASH);
    for (const text of [HASH, "", "v1", "12.5", "1,20", `${ADDRESS}x`])
      assert.equal(directRoute(text), undefined, text);
  });
});
