// Genesis files with mistakes of every kind: each is told in words of ours with its field, and none hides another.
import assert from "node:assert/strict";
import { chainIdOf, genesisToJson, openGenesisFile, parseMemberFile } from "@witan/ledger";
import { keyOfName, testGenesis } from "./build.ts";

type Fields = Record<string, unknown>;
type Path = readonly (string | number)[];

const CLIENT = {
  publicKey: keyOfName("client").publicKey,
  status: "permitted",
  registerPrefixes: ["a/"],
} as const;

function file(mode: "pbft" | "pow" | "bp-fast-paxos" = "pbft"): Fields {
  const genesis = testGenesis(mode, { clients: [CLIENT] });
  return JSON.parse(JSON.stringify(genesisToJson(genesis))) as Fields;
}

function put(json: Fields, path: Path, value: unknown): Fields {
  let at = json;
  for (const part of path.slice(0, -1)) at = at[part] as Fields;
  at[path.at(-1) as string] = value;
  return json;
}

function told(text: string): readonly string[] {
  const read = openGenesisFile(text);
  return read.ok ? [] : read.problems.map(({ field }) => field);
}

const toldOf = (json: Fields): readonly string[] => told(JSON.stringify(json));

describe("texts in genesis files", () => {
  const texts: readonly (readonly [path: Path, field: string, max: number])[] = [
    [["name"], "name", 32],
    [["addressPrefix"], "addressPrefix", 12],
    [["members", 1, "name"], "members[1].name", 32],
    [["assets", 1, "name"], "assets[1].name", 32],
    [["clients", 0, "registerPrefixes", 0], "clients[0].registerPrefixes[0]", 64],
  ];
  for (const [path, field, max] of texts)
    for (const text of ["é", "ééé", "a\nb", "\u001b[31m", "😀", "x".repeat(max + 1)])
      it(`${field}: ${JSON.stringify(text)} is told, and hides nothing`, () => {
        const json = put(put(file(), path, text), ["parameters", "clockDriftMs"], 5);
        const found = toldOf(json);
        assert.ok(found.includes(field), found.join());
        assert.ok(found.includes("parameters.clockDriftMs"), found.join());
      });
});

describe("lists in genesis files", () => {
  const lists: readonly (readonly [path: Path, field: string, max: number, element: unknown])[] = [
    [["members"], "members", 256, {}],
    [["assets"], "assets", 4_096, {}],
    [["clients"], "clients", 16_384, {}],
    [["allocations"], "allocations", 256, {}],
    [["clients", 0, "registerPrefixes"], "clients[0].registerPrefixes", 16, "a"],
  ];
  for (const [path, field, max, element] of lists)
    it(`${field}: one too many is told once, and hides nothing`, () => {
      const json = put(
        file(),
        path,
        Array.from({ length: max + 1 }, () => element),
      );
      const read = openGenesisFile(JSON.stringify(put(json, ["version"], 2)));
      assert.ok(!read.ok);
      const problems = read.problems.filter((problem) => problem.field.startsWith(field));
      assert.deepEqual(
        problems.map((problem) => [problem.field, problem.found]),
        [[field, `a list of ${max + 1}`]],
      );
      assert.ok(read.problems.some((problem) => problem.field === "version"));
    });
});

/** Every path of a value, itself first. */
function pathsOf(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== "object" || value === null) return [path];
  const parts = Object.entries(value).flatMap(([name, part]) =>
    pathsOf(part, [...path, Array.isArray(value) ? Number(name) : name]),
  );
  return [path, ...parts];
}

const MODES = ["pbft", "bp-fast-paxos", "pow"] as const;
const WRONG = [null, true, 0.5, -1, 1e300, "é", [1], { a: 1 }] as const;

describe("mistakes in genesis files", () => {
  const right = new Map(MODES.map((mode) => [mode, JSON.stringify(file(mode))]));
  const pathsIn = new Map(MODES.map((mode) => [mode, pathsOf(file(mode)).map((path) => path.join())]));

  /** Every mistake at every place, in turn in one of the modes that have the place: each mode has some of them at each. */
  function isTurn(mode: (typeof MODES)[number], path: Path, number: number): boolean {
    const having = MODES.filter((one) => pathsIn.get(one)?.includes(path.join()));
    const at = pathsIn.get(having[0] ?? mode)?.indexOf(path.join()) ?? 0;
    return having[(at + number) % having.length] === mode;
  }

  for (const mode of MODES)
    it(`are told in words of ours, with a field, wherever they are, in ${mode}`, () => {
      for (const path of pathsOf(file(mode)))
        for (const [number, wrong] of WRONG.entries()) {
          if (!isTurn(mode, path, number)) continue;
          const json = JSON.parse(right.get(mode) ?? "") as Fields;
          const text = JSON.stringify(path.length === 0 ? wrong : put(json, path, wrong));
          const read = openGenesisFile(text);
          // Some fields take some of these, as `detectByzantineAcceptors` takes true.
          if (read.ok) continue;
          for (const { field, found, expected } of read.problems) {
            const line = `${field}: found ${found}, expected ${expected}`;
            assert.doesNotMatch(line, /Invalid|Too (?:big|small)|received|Unrecognized|undefined|NaN/, text);
            assert.ok(field !== "" || path.length === 0, line);
            assert.match(line, /^\P{Cc}{1,400}$/u);
          }
        }
    });

  it("of form do not hide mistakes of rules", () => {
    const json = put(file(), ["colour"], 1);
    put(json, ["members", 1, "name"], "a");
    put(json, ["members", 2, "peerId"], 5);
    put(json, ["members", 3, "votingKey"], `05${"11".repeat(32)}`);
    put(json, ["assets", 0, "decimals"], 19);
    put(json, ["allocations", 1, "amount"], "0");
    assert.deepEqual(toldOf(json).toSorted(), [
      "allocations[1].amount",
      "assets[0].decimals",
      "colour",
      "members[1].name",
      "members[2].peerId",
      "members[3].votingKey",
    ]);
  });

  it("are not made up of what could not be read", () => {
    for (const [path, wrong, field] of [
      [["consensus"], 5, "consensus"],
      [["consensus", "kind"], "raft", "consensus.kind"],
      [["members"], 5, "members"],
      [["members", 0, "role"], "king", "members[0].role"],
      [["assets"], 5, "assets"],
      [["allocations"], 5, "allocations"],
      [["clients", 0], 5, "clients[0]"],
      [["parameters"], 5, "parameters"],
    ] as const)
      assert.deepEqual(toldOf(put(file(), path, wrong)), [field]);
    const one = { ...file(), members: [{ ...((file()["members"] as Fields[])[0] as Fields), role: "king" }] };
    assert.deepEqual(toldOf(one), ["members[0].role"]);
    assert.deepEqual(toldOf(put(file("pow"), ["consensus", "subsidy"], 5)), ["consensus.subsidy"]);
  });

  it("in names of fields are quoted", () => {
    const json = put(file(), ["\u001b[31m"], 1);
    put(json, ["x".repeat(500)], 1);
    put(json, ["members", 0, "a b"], 1);
    const found = toldOf(json);
    assert.ok(found.includes('["\\u001b[31m"]'), found.join());
    assert.ok(found.includes('members[0]["a b"]'), found.join());
    for (const field of found) assert.ok(field.length < 120);
  });
});

describe("fields that stand twice", () => {
  const text = JSON.stringify(file());

  for (const [name, repeated, field] of [
    ["at the top", text.replace("{", '{"name":"other",'), "name"],
    ["in a member", text.replace('"members":[{', '"members":[{"role":"proposer",'), "members[0].role"],
    ["in a later member", text.replace('},{"name":"b"', '},{"name":"x","name":"b"'), "members[1].name"],
    ["in other words", text.replace("{", '{"n\\u0061me":"test",'), "name"],
    ["with the same value", text.replace("{", '{"version":1,'), "version"],
    ["__proto__", text.replace("{", '{"__proto__":1,"__proto__":1,'), "__proto__"],
  ] as const)
    it(`are told: ${name}`, () => {
      const read = openGenesisFile(repeated);
      assert.ok(!read.ok);
      const problem = read.problems.find(({ expected }) => expected === "each field once");
      assert.equal(problem?.field, field);
    });

  it("are told in member files", () => {
    const member = JSON.stringify((file()["members"] as Fields[])[0]);
    const read = parseMemberFile(member.replace("{", '{"name":"x",'));
    assert.ok(!read.ok && read.problems.some(({ expected }) => expected === "each field once"));
  });

  it("are not seen in texts, nor where objects differ", () => {
    const json = put(file(), ["name"], '{"a":1,"a":2}\\');
    assert.ok(!JSON.stringify(toldOf(json)).includes('"a"'));
    assert.deepEqual(toldOf(json), ["name"]);
  });
});

describe("genesis files", () => {
  it("may begin with a byte order mark", () => {
    const read = openGenesisFile(`\ufeff${JSON.stringify(file())}`);
    assert.ok(read.ok);
    assert.equal(read.value.chainId, chainIdOf(testGenesis("pbft", { clients: [CLIENT] })));
  });

  it("are read whatever they are, in bounded time", () => {
    const deep = 100_000;
    for (const text of [
      "[".repeat(deep) + "]".repeat(deep),
      '{"name":'.repeat(deep) + 1 + "}".repeat(deep),
      `{"members":[${"1,".repeat(deep)}1]}`,
      `{${Array.from({ length: deep }, (_, at) => `"x${at}":1`).join()}}`,
      `{${Array.from({ length: deep }, () => '"x":1').join()}}`,
      `{"name":"${"\\\\".repeat(deep)}"}`,
    ]) {
      const read = openGenesisFile(text);
      assert.ok(!read.ok && read.problems.length < 1_000);
    }
  });
});
