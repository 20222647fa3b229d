// The course of docs/classics: every picture in it is what the command on its page draws, byte for byte, and every command of
// its pages is one that there is. `WITAN_GOLDEN=write` draws the pictures anew.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PROTOCOLS, SPECIMENS } from "@witan/simulator";
import { witan } from "../cli/run.ts";

const DOCS = fileURLToPath(new URL("../../docs/", import.meta.url));

interface Page {
  readonly name: string;
  readonly text: string;
}

const PAGES: readonly Page[] = readdirSync(`${DOCS}classics`).map((name) => ({
  name,
  text: readFileSync(`${DOCS}classics/${name}`, "utf8"),
}));

/** Lines that draw a picture of docs/images. */
const DRAWS = /^npx witan (?<words>.+) --diagram docs\/images\/(?<file>[a-z0-9-]+\.svg)$/gm;

describe("the course of docs/classics", function () {
  this.timeout(60_000);
  const folder = mkdtempSync(join(tmpdir(), "classics-"));

  after(() => rmSync(folder, { recursive: true }));

  for (const { name, text } of PAGES)
    for (const { groups } of text.matchAll(DRAWS)) {
      const { words = "", file = "" } = groups ?? {};
      it(`${name}: ${file} is what witan ${words} draws`, async () => {
        const drawn = join(folder, file);
        const { code, err } = await witan(...words.split(" "), "--diagram", drawn);
        assert.ok(code < 2, err);
        const svg = readFileSync(drawn, "utf8");
        const kept = `${DOCS}images/${file}`;
        if (process.env["WITAN_GOLDEN"] === "write") writeFileSync(kept, svg);
        assert.equal(readFileSync(kept, "utf8"), svg, "to be written anew: WITAN_GOLDEN=write");
        assert.ok(text.includes(`](../images/${file})`), "the page shows it");
      });
    }

  it("every page of a protocol has a picture that a command draws", () => {
    for (const { name, text } of PAGES) {
      if (["README.md", "peer-to-peer.md"].includes(name)) continue;
      assert.ok(text.includes("](../images/"), `${name} has no picture`);
    }
  });

  it("is of one piece: the course names every page, and pages name protocols and specimens that there are", () => {
    const course = PAGES.find(({ name }) => name === "README.md")?.text ?? "";
    for (const { name } of PAGES) if (name !== "README.md") assert.ok(course.includes(`](${name})`), name);
    const specimens = Object.values(SPECIMENS).flatMap((table) => Object.keys(table));
    for (const { name, text } of PAGES) {
      for (const [, protocol = ""] of text.matchAll(/--consensus ([a-z0-9-]+)/g))
        assert.ok(protocol in PROTOCOLS, `${name}: ${protocol}`);
      for (const [, specimen = ""] of text.matchAll(/--specimen ([a-z0-9-]+)/g))
        assert.ok(specimens.includes(specimen), `${name}: ${specimen}`);
    }
  });
});
