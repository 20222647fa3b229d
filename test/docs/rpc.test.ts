// docs/rpc.md is what the contract makes of it, and names every method and reason.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { METHODS, RPC_ERRORS } from "@witan/rpc";
import { rpcPage } from "./rpc-page.ts";
import { schemaText } from "./schema-text.ts";

const PAGE = new URL("../../docs/rpc.md", import.meta.url);

describe("docs/rpc.md", () => {
  it("is current", async () => {
    assert.equal(await readFile(PAGE, "utf8"), rpcPage(), "make it anew: npm run docs:rpc");
  });

  it("has every method with an example, and every reason with its number", async () => {
    const page = await readFile(PAGE, "utf8");
    for (const name of Object.keys(METHODS)) {
      assert.ok(page.includes(`\n### ${name}\n`), name);
      assert.ok(page.includes(`"method":"${name}"`), name);
    }
    for (const [reason, { code }] of Object.entries(RPC_ERRORS))
      assert.ok(page.includes(`| ${code} | \`${reason}\` |`), reason);
    assert.doesNotMatch(page, /undefined|\[object|JSON \(/);
  });

  it("writes schemas as people read them", () => {
    const height = { $ref: "#/components/schemas/height" };
    assert.equal(schemaText({ anyOf: [height, { type: "null" }] }), "height | null");
    assert.equal(
      schemaText({ type: "object", properties: { a: height, b: { type: "boolean" } }, required: ["a"] }),
      "{ a: height, b?: boolean }",
    );
    assert.equal(schemaText({ type: "array", items: height, maxItems: 9 }), "[height] (≤ 9)");
    assert.equal(schemaText({ type: "integer", minimum: 1, maximum: 5 }), "integer 1…5");
    assert.equal(schemaText({ enum: ["a", "b"] }), '"a" | "b"');
  });
});
