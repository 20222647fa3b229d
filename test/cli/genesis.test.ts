// `witan genesis …`: a genesis made of members, and every mistake told with file, field, found and expected.
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inFolder, lastJson, type Ran, witan, witanProcess } from "./run.ts";

interface Problem {
  readonly file: string;
  readonly field: string;
  readonly found: string;
  readonly expected: string;
}

async function makeGenesis(folder: string, ...more: readonly string[]): Promise<Ran> {
  const members: string[] = [];
  for (const name of ["a", "b", "c", "d"]) {
    await witan("member", "create", "--name", name, "--plain", "--out", join(folder, name));
    members.push("--member", join(folder, name, "member.json"));
  }
  const out = join(folder, "genesis.json");
  return witan("genesis", "create", "--name", "market", ...members, "--out", out, "--json", ...more);
}

function problemsOf(ran: Ran): readonly Problem[] {
  return (lastJson(ran)["error"] as { problems: readonly Problem[] }).problems;
}

describe("witan genesis", () => {
  it("makes a genesis whose chain id depends on the value, not on the text", () =>
    inFolder(async (folder) => {
      const made = await makeGenesis(folder, "--time", "2026-01-01T00:00:00Z", "--parameter", "feeRateMin=5");
      assert.equal(made.code, 0, made.err + made.out);
      const file = join(folder, "genesis.json");
      const json = JSON.parse(await readFile(file, "utf8")) as Record<string, unknown>;
      assert.equal(json["timestamp"], "2026-01-01T00:00:00.000Z");
      const backwards = Object.fromEntries(Object.entries(json).reverse());
      await writeFile(join(folder, "same.json"), JSON.stringify(backwards));
      const checked = await witan("genesis", "check", join(folder, "same.json"), "--json");
      assert.equal(checked.code, 0);
      assert.equal(lastJson(checked)["chainId"], lastJson(made)["chainId"]);
      assert.match(String(lastJson(made)["chainId"]), /^[0-9a-f]{64}$/);
    }));

  it("makes one for each mode", () =>
    inFolder(async (folder) => {
      for (const [name, role] of [
        ["p", "proposer"],
        ["a", "acceptor"],
      ] as const)
        await witan(
          "member",
          "create",
          "--name",
          name,
          "--role",
          role,
          "--plain",
          "--out",
          join(folder, name),
        );
      const members = ["p", "a"].flatMap((name) => ["--member", join(folder, name, "member.json")]);
      const fast = ["--consensus", "bp-fast-paxos", "--out", join(folder, "bp.json"), ...members];
      assert.equal((await witan("genesis", "create", "--name", "fast", ...fast)).code, 0);
      const pow = ["--consensus", "pow", "--out", join(folder, "pow.json")];
      assert.equal((await witan("genesis", "create", "--name", "work", ...pow)).code, 0);
      assert.match((await witan("genesis", "check", join(folder, "pow.json"))).out, /consensus +pow/);
    }));

  it("tells every mistake with file, field, found and expected", () =>
    inFolder(async (folder) => {
      await makeGenesis(folder);
      const file = join(folder, "genesis.json");
      const json = JSON.parse(await readFile(file, "utf8"));
      json.members[1].name = json.members[0].name;
      json.members[2].votingKey = `05${json.members[2].votingKey.slice(2)}`;
      json.parameters.clockDriftMs = 5;
      json.assets[0].decimals = 19;
      await writeFile(file, JSON.stringify(json));
      const ran = await witan("genesis", "check", file, "--json");
      assert.equal(ran.code, 2);
      const problems = problemsOf(ran);
      assert.deepEqual(
        problems.map(({ field }) => field),
        ["members[1].name", "members[2].votingKey", "parameters.clockDriftMs", "assets[0].decimals"],
      );
      for (const problem of problems) assert.equal(problem.file, file);
      assert.equal(problems[2]?.found, "5");
      assert.equal(problems[2]?.expected, "100 to 60000");
    }));

  it("tells mistakes of form and of rules together, and nothing that moves a terminal", () =>
    inFolder(async (folder) => {
      await makeGenesis(folder);
      const file = join(folder, "genesis.json");
      const json = JSON.parse(await readFile(file, "utf8"));
      json["\u001b[31mred"] = "\u009b31m";
      json.members[1].name = json.members[0].name;
      json.members[2].role = "\u009b31m";
      await writeFile(file, JSON.stringify(json));
      const fields = problemsOf(await witan("genesis", "check", file, "--json")).map(({ field }) => field);
      assert.deepEqual(fields.sort(), ['["\\u001b[31mred"]', "members[1].name", "members[2].role"]);
      const told = await witan("genesis", "check", file);
      assert.match(told.err, /^[\n\P{Cc}]*$/u);
      await writeFile(file, '{"\u001b[31m');
      assert.match((await witan("genesis", "check", file)).err, /^[\n\P{Cc}]*$/u);
    }));

  it("checks a genesis at the end of all time", () =>
    inFolder(async (folder) => {
      await makeGenesis(folder);
      const file = join(folder, "genesis.json");
      const json = JSON.parse(await readFile(file, "utf8"));
      await writeFile(file, JSON.stringify({ ...json, timestamp: Number.MAX_SAFE_INTEGER }));
      const ran = await witan("genesis", "check", file);
      assert.equal(ran.code, 0, ran.err);
      assert.match(ran.out, /begins +9007199254740991/);
    }));

  it("tells what has not the form of a genesis", () =>
    inFolder(async (folder) => {
      await makeGenesis(folder);
      const file = join(folder, "genesis.json");
      const json = JSON.parse(await readFile(file, "utf8"));
      json.colour = "red";
      json.members[0].peerId = "12D3KooW";
      json.parameters.feeRateMin = "0";
      delete json.name;
      await writeFile(file, JSON.stringify(json));
      const fields = problemsOf(await witan("genesis", "check", file, "--json")).map(({ field }) => field);
      assert.deepEqual(fields.sort(), ["colour", "members[0].peerId", "name", "parameters.feeRateMin"]);
      await writeFile(file, "{");
      const broken = await witan("genesis", "check", file);
      assert.equal(broken.code, 2);
      assert.match(broken.err, /expected JSON/);
    }));

  const wrong: readonly [string, readonly string[], RegExp][] = [
    ["no members", [], /no validator/],
    ["an allocation that is no address", ["--allocation", "wit1xyz=5"], /--allocation wit1xyz=5/],
    ["an unknown parameter", ["--parameter", "speed=9"], /one of blockBytesMax/],
    ["a parameter that is no number", ["--parameter", "feeRateMin=lots"], /whole number/],
    ["a time that is none", ["--time", "yesterday"], /expected a time/],
    ["a time without a zone", ["--time", "2026-01-01T00:00:00"], /expected a time/],
    ["a native asset without decimals", ["--native", "WITAN"], /--native WITAN: expected name:decimals/],
    ["a subsidy outside proof of work", ["--subsidy", "5"], /for --consensus pow only; the mode is pbft/],
    ["a block interval outside proof of work", ["--block-interval", "5"], /for --consensus pow only/],
    [
      "a parameter given twice",
      ["--parameter", "feeRateMin=1", "--parameter", "feeRateMin=2"],
      /--parameter feeRateMin is given twice/,
    ],
    ["a name that is no ASCII", ["--name", "é"], /name: found "é", expected a text .*printable ASCII/],
    ["an asset without a policy", ["--asset", "GOLD:2"], /name:decimals:policy-hash/],
    ["a member file that is not there", ["--member", "nobody.json"], /there is no such file/],
    ["a prefix with digits", ["--address-prefix", "w1"], /letters a-z/],
    ["an unknown mode", ["--consensus", "luck"], /pbft, bp-fast-paxos, pow/],
  ];
  for (const [what, argv, expected] of wrong)
    it(`refuses ${what} with exit code 2, and writes nothing`, () =>
      inFolder(async (folder) => {
        const out = join(folder, "genesis.json");
        const ran = await witan("genesis", "create", "--name", "x", "--out", out, ...argv);
        assert.equal(ran.code, 2);
        assert.match(ran.err, expected);
        await assert.rejects(readFile(out));
      }));

  it("has help with examples, runs as a process, and knows its version", async () => {
    const help = await witanProcess(["genesis", "create", "--help"]);
    assert.equal(help.code, 0);
    assert.match(help.out, /Examples:\n {2}\$ witan genesis create/);
    const version = await witanProcess(["--version"]);
    assert.match(version.out, /^\d+\.\d+\.\d+\n$/);
    const unknown = await witanProcess(["genesis", "chek", "--json"]);
    assert.equal(unknown.code, 2);
    assert.equal(unknown.err, "");
    assert.match(unknown.out, /^\{"error":\{"code":2,/);
  });
});
