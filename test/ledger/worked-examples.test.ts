// The worked examples of docs/formats.md, held to the code, to the naive validator and to plain hashing.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { publicKeyOf } from "@witan/crypto";
import { policyCodec, policyHash, showPolicy } from "@witan/ledger";
import { hexToBytes, present, sha256Hex } from "@witan/primitives";
import { naiveAddress, naivePolicy } from "./naive/index.ts";
import { EXAMPLES, factsOf, KEYS, LEAVES, nodeHex, SECRET, TIME } from "./worked-examples.ts";

const page = readFileSync(path.join(import.meta.dirname, "../../docs/formats.md"), "utf8");
const start = page.indexOf("### Worked examples");
const section = page.slice(start, page.indexOf("\n## ", start));

/** H0 of section 2, by node:crypto. */
function policyTagged(hex: string): string {
  const tag = createHash("sha256").update("witan/policy/1").digest("hex");
  return createHash("sha256")
    .update(tag + "00".repeat(32) + hex, "hex")
    .digest("hex");
}

describe("worked examples", () => {
  it("are on the page", () => {
    assert.ok(start > 0 && section.length > 1_000);
    assert.ok(
      section.includes(TIME.toLocaleString("en")) &&
        section.includes(new Date(TIME).toISOString().replace(".000", "")),
    );
  });

  it("begin with the keys 1, 2 and 3", () => {
    const keys = [1, 2, 3].map((secret) => publicKeyOf(secret.toString(16).padStart(64, "0") as never));
    assert.deepEqual(Object.values(KEYS), keys);
  });

  it("show each leaf with its bytes and its hash", () => {
    for (const [name, policy] of Object.entries(LEAVES)) {
      const bytes = nodeHex(present(policy[0], name));
      const hash = policyTagged(bytes);
      assert.equal(policyHash(policy), hash);
      assert.ok(section.includes(`${name.padEnd(8)} ${bytes}\n${" ".repeat(9)}hash ${hash}\n`), name);
    }
  });

  for (const [name, example] of Object.entries(EXAMPLES))
    it(`${name}: bytes, hashes, shown form and address`, () => {
      const from = section.indexOf(`**${name}.**`);
      assert.ok(from > 0);
      const block = section.slice(
        section.indexOf("```\n", from) + 4,
        section.indexOf("\n```", from + 4 + section.slice(from).indexOf("```\n")),
      );
      const found = block.split("\n").map((line) => line.slice(14));
      assert.deepEqual(found, factsOf(example));
      const [shown, address] = found.slice(-2) as [string, string];
      const hash = found.at(-3) as string;
      const naive = naivePolicy(hexToBytes(shown));
      assert.deepEqual(naive, { ok: true, hash }, "the naive validator");
      assert.equal(naiveAddress("wt", hash), address, "the naive validator");
      const decoded = policyCodec.decode(hexToBytes(shown));
      assert.ok(decoded.ok);
      const judged = showPolicy(decoded.value);
      assert.ok("hash" in judged && judged.hash === hash);
    });

  it("hash thresholds over the hashes of their children", () => {
    const leaf = (name: string) => present(policyHash(LEAVES[name] ?? []), name);
    const twoOf = policyTagged(`040203${leaf("key A")}${leaf("key B")}${leaf("key C")}`);
    const late = policyTagged(`040202${leaf("key B")}${leaf("after T")}`);
    const taken = policyTagged(`040202${leaf("key A")}${leaf("hash D")}`);
    assert.equal(policyHash(EXAMPLES["Two of three"]?.whole ?? []), twoOf);
    assert.equal(policyHash(EXAMPLES["Escrow"]?.whole ?? []), policyTagged(`040102${twoOf}${late}`));
    assert.equal(policyHash(EXAMPLES["Swap"]?.whole ?? []), policyTagged(`040102${taken}${late}`));
  });

  it("hold nothing else in hex than what is checked here", () => {
    const facts = [...Object.values(EXAMPLES).flatMap(factsOf), sha256Hex(hexToBytes(SECRET))];
    const leaves = Object.values(LEAVES).flatMap((policy) => [
      nodeHex(present(policy[0], "a leaf")),
      policyHash(policy),
    ]);
    const known = new Set<string | undefined>([...facts, ...leaves]);
    const found = section.match(/\b(?:[0-9a-f]{16,}|wt1[a-z0-9]{20,})\b/g) ?? [];
    assert.ok(found.length >= 20);
    assert.deepEqual(
      found.filter((hex) => !known.has(hex)),
      [],
    );
  });
});
