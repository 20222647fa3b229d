import assert from "node:assert/strict";
import { houseOf, lineOf } from "./house.ts";
import { parse, type TreeFile } from "./parse.ts";
import { walk } from "./syntax.ts";
import "./made-up.ts";

function texts(list: readonly TreeFile[], path: string): readonly string[] {
  const tree = parse(list).get(path);
  return tree?.statements.map((statement) => statement.getText()) ?? [];
}

describe("tidy: parsing", () => {
  it("parses code, typed or not, and nothing else", () => {
    const list = ["a.ts", "b.js", "c.tsx", "d.d.ts", "e.json", "f.md"].map((path) => ({
      path,
      text: "f();",
    }));
    assert.deepEqual([...parse(list).keys()].sort(), ["a.ts", "b.js", "c.tsx", "d.d.ts"]);
    assert.equal(parse([]).size, 0);
  });

  it("forgets one tree when it gets the next", () => {
    assert.deepEqual(texts([{ path: "a.ts", text: "first();" }], "a.ts"), ["first();"]);
    assert.deepEqual(texts([{ path: "a.ts", text: "second();" }], "a.ts"), ["second();"]);
    assert.deepEqual(texts([{ path: "b.ts", text: "" }], "a.ts"), []);
  });

  it("counts positions in text that is not ASCII", () => {
    const text = "// SHA-256 ‖ 😀 é\nconst a = '√😀';\nfound();\n";
    assert.deepEqual(texts([{ path: "a.ts", text }], "a.ts"), ["const a = '√😀';", "found();"]);
    const source = houseOf([{ path: "a.ts", text }]).sources.get("a.ts");
    assert.deepEqual(
      source?.tree.statements.map((statement) => lineOf(statement)),
      [2, 3],
    );
  });

  it("survives code that is wrong", () => {
    const [statement] = parse([{ path: "a.ts", text: "function f( { enum" }]).get("a.ts")?.statements ?? [];
    let nodes = 0;
    if (statement !== undefined) walk(statement, () => nodes++);
    assert.ok(nodes > 1);
  });
});
