// `witan simulate` as people and programs use it: what it prints, what it refuses, and how it ends.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { unfinishedLines } from "../../packages/cli/src/simulate/many.ts";
import { grouped, replay, violationLines } from "../../packages/cli/src/simulate/words.ts";
import { withWitan } from "../network/witan-process.ts";
import { inFolder, lastJson, witan, witanProcess } from "./run.ts";

const ENGINES = ["simulate", "--consensus", "pbft", "--level", "engines"];
/** Where threads are not what is looked at: each loads all of it anew. */
const ALONE = ["--threads", "1"];

describe("witan simulate", () => {
  it("runs many worlds, and says what came of them", async () => {
    const ran = await witan(...ENGINES, "--seeds", "12");
    assert.equal(ran.code, 0, ran.err);
    for (const line of [
      /^worlds +12 of 12, seeds from 1$/m,
      /^virtual time +[\d.]+ /m,
      /^decisions +[\d,]+$/m,
    ])
      assert.match(ran.out, line);
    assert.match(ran.out, /^events +[\d,]+$/m);
    assert.match(ran.out, /^ {2}engines +12 worlds, .*; [\d,]+ events in a second of one core$/m);
    assert.match(ran.out, /^violations +none$/m);
    assert.match(ran.out, /^faults inflicted:\n {2}.*crash \d/m);
    assert.match(ran.out, /^counted besides:\n {2}.*faulty-messages \d/m);
    assert.match(ran.err, /^pbft: 12 worlds, seeds from 1, on \d+ cores …$/m);
  }).timeout(60_000);

  it("prints one line of JSON for programs, the same but for the time it took", async () => {
    const ran = await witan(...ENGINES, "--seeds", "5", "--from", "30", "--json", "--threads", "2");
    assert.equal(ran.code, 0);
    assert.equal(ran.err, "");
    assert.equal(ran.out.split("\n").length, 2);
    const result = lastJson(ran);
    const keys = ["worlds", "virtualSeconds", "events", "decisions", "faults", "violations"];
    assert.deepEqual(Object.keys(result).slice(0, 6), keys);
    assert.deepEqual(
      [result["worlds"], result["from"], result["violations"], result["stopped"]],
      [5, 30, [], false],
    );
    assert.ok(
      Number(result["events"]) > 0 && Number(result["virtualSeconds"]) > 0 && Number(result["decisions"]) > 0,
    );
    assert.ok(Number(result["eventsPerSecondPerCore"]) > 0);
    const again = lastJson(
      await witan(...ENGINES, "--seeds", "5", "--from", "30", "--json", "--threads", "1"),
    );
    for (const key of keys) assert.deepEqual(again[key], result[key], key);
  }).timeout(60_000);

  it("replays one world: the same trace byte for byte, its digest last", async () => {
    const argv = [...ENGINES, "--seed", "4711", "--members", "4"];
    const first = await witan(...argv, "--trace");
    assert.equal(first.code, 0);
    const lines = first.out.split("\n").slice(0, -1);
    const [, digest] = /^digest ([0-9a-f]{64})$/.exec(lines.at(-1) ?? "") ?? [];
    const body = lines
      .slice(0, -1)
      .map((line) => `${line}\n`)
      .join("");
    assert.equal(createHash("sha256").update(body).digest("hex"), digest);
    // In a process of its own too, as people run it.
    assert.ok(
      (await witanProcess([...argv, "--trace"])).out === first.out,
      "another process has another trace",
    );
    assert.match((await witan(...argv)).out, new RegExp(`^trace +${digest} `, "m"));
    assert.equal(lastJson(await witan(...argv, "--json"))["digest"], digest);
    const json = await witan(...argv, "--json", "--trace");
    const told = json.out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { readonly line?: string });
    assert.ok(
      told
        .slice(0, -1)
        .map(({ line }) => `${line}\n`)
        .join("") === body,
    );
    assert.equal(lastJson(json)["digest"], digest);
  }).timeout(60_000);

  it("draws a world, in place of an older drawing of one, and overwrites nothing else", () =>
    inFolder(async (folder) => {
      const file = join(folder, "world.svg");
      const argv = [...ENGINES, "--seed", "45", "--members", "4", "--diagram", file];
      const ran = await witan(...argv);
      assert.equal(ran.code, 0, ran.err);
      assert.match(ran.out, /^diagram +.*world\.svg$/m);
      const svg = await readFile(file, "utf8");
      assert.match(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg".*pbft, seed 45/s);
      assert.equal((await witan(...ENGINES, "--seed", "46", "--members", "4", "--diagram", file)).code, 0);
      assert.match(await readFile(file, "utf8"), /pbft, seed 46/);
      await writeFile(file, "mine");
      const again = await witan(...argv);
      assert.equal(again.code, 2);
      assert.match(again.err, /not overwritten/);
      assert.equal(await readFile(file, "utf8"), "mine");
      const part = join(folder, "part.svg");
      await witan(...ENGINES, "--seed", "45", "--members", "4", "--diagram", part, "--window", "1.7-1.9");
      assert.match(await readFile(part, "utf8"), /This is a part: 1\.7\d\d s/);
      const late = join(folder, "late.svg");
      const refused = await witan(...ENGINES, "--seed", "45", "--diagram", late, "--window", "900-901");
      assert.equal(refused.code, 2);
      assert.match(refused.err, /--window 900-901: this world ends at [\d.]+ s/);
      // Nothing of it is left, not even beside its place.
      assert.deepEqual((await readdir(folder)).sort(), ["part.svg", "world.svg"]);
    })).timeout(60_000);

  it("looks for the place of a picture before it runs what is in it", () =>
    inFolder(async (folder) => {
      for (const file of [join(folder, "none/world.svg"), "/proc/none/world.svg"])
        for (const what of [
          ["--seed", "45"],
          ["--specimen", "two-phase"],
        ]) {
          const ran = await witan("simulate", ...what, "--diagram", file);
          assert.equal(ran.code, 2, ran.err);
          assert.match(ran.err, /there is no folder .*none\. Make it/);
          assert.equal(ran.out, "");
        }
      const there = await witan("simulate", "--seed", "45", "--diagram", "/proc/world.svg");
      assert.deepEqual([there.code, there.out], [2, ""]);
      assert.match(there.err, /the folder \/proc takes no new files\. Choose another/);
    }));

  it("lets more lie than may, and says what is then checked; and no more than makes sense", async () => {
    const ran = await witan(...ENGINES, "--seeds", "6", "--members", "4", "--byzantine", "2", ...ALONE);
    assert.equal(ran.code, 0, ran.out);
    assert.match(ran.err, /^2 of 4 lie, and no more than 1 may: .*prove who lied/m);
    const fewest = await witan(...ENGINES, "--seed", "1", "--byzantine", "2", "--trace");
    assert.match(fewest.out, /^# members 7$/m);
    const named = await witan(...ENGINES, "--seed", "1", "--adversary", "amnesia,twin", "--trace");
    assert.match(named.out, /^# members 4$/m);
    assert.match(named.out, /^# \d: v\d, lies: amnesia/m);
  }).timeout(60_000);

  it("runs every scenario of twins up to a size", async () => {
    const ran = await witan("simulate", "--twins", "0");
    assert.equal(ran.code, 0, ran.err);
    assert.match(ran.out, /^scenarios +30 of 30$/m);
    assert.match(ran.out, /^violations +none$/m);
    const result = lastJson(await witan("simulate", "--twins", "0", "--json"));
    assert.deepEqual(
      [result["scenarios"], result["decisions"], result["violations"], result["size"]],
      [30, 30, [], { sets: 2, changes: 0 }],
    );
    for (const more of [["--seed", "1"], ["--members", "4"], ["--trace"]]) {
      const refused = await witan("simulate", "--twins", ...more);
      assert.equal(refused.code, 2);
      assert.match(refused.err, new RegExp(`${more[0]} is for others: leave one out`));
    }
    assert.equal((await witan("simulate", "--twins", "9")).code, 2);
  });

  it("names all there is to choose from, and takes every one of these names", async () => {
    const { out } = await witan("simulate", "--list");
    for (const title of [
      "protocols",
      "levels of pbft",
      "adversaries of pbft",
      "checks of pbft, engines",
      "checks of pbft, nodes",
      "scenarios of pbft",
      "specimens of pbft",
      "mutations of pbft",
      "adversaries of bp-fast-paxos, engines",
      "checks of bp-fast-paxos, engines",
      "adversaries of bp-fast-paxos, nodes",
      "checks of bp-fast-paxos, nodes",
      "specimens of bp-fast-paxos",
      "mutations of bp-fast-paxos",
      "networks",
      "faults",
      "counted besides",
    ])
      assert.match(out, new RegExp(`^${title}.*:$`, "m"));
    const list = lastJson(await witan("simulate", "--list", "--json"));
    interface Listed {
      readonly name: string;
      readonly says: string;
      readonly adversaries: readonly Listed[];
      readonly checks: readonly Listed[];
    }
    const [pbft] = list["protocols"] as readonly { readonly levels: readonly Listed[] }[];
    assert.deepEqual(
      pbft?.levels.map(({ name }) => name),
      ["engines", "nodes"],
    );
    for (const { name, adversaries, checks } of pbft?.levels ?? []) {
      assert.ok(adversaries.length > 3 && checks.length > 10, name);
      for (const one of [...adversaries, ...checks]) assert.ok(one.says.length > 10, one.name);
    }
    const mutations = list["mutations"] as readonly { readonly name: string; readonly level: string }[];
    for (const level of ["engines", "nodes"])
      assert.ok(mutations.filter((one) => one.level === level).length > 20, level);
    for (const one of pbft?.levels[0]?.adversaries ?? []) {
      const ran = await witan(
        ...ENGINES,
        "--seed",
        "2",
        "--adversary",
        one.name,
        "--network",
        "lan",
        "--json",
      );
      assert.equal(ran.code, 0, `${one.name}: ${ran.out}`);
    }
  }).timeout(120_000);

  it("runs a quarter of its worlds as whole nodes, and counts them apart", async () => {
    const result = lastJson(
      await witan("simulate", "--from", "3", "--seeds", "4", "--members", "4", ...ALONE, "--json"),
    );
    const levels = result["levels"] as Record<string, { readonly worlds: number; readonly events: number }>;
    assert.deepEqual([levels["engines"]?.worlds, levels["nodes"]?.worlds], [3, 1]);
    assert.equal((levels["engines"]?.events ?? 0) + (levels["nodes"]?.events ?? 0), result["events"]);
  }).timeout(120_000);

  it("runs at the level that knows what is asked for", async () => {
    const ran = await witan("simulate", "--seed", "3", "--adversary", "amnesia", "--json");
    assert.deepEqual([ran.code, lastJson(ran)["level"]], [0, "engines"]);
    const other = await witan("simulate", "--level", "nodes", "--adversary", "amnesia");
    assert.equal(other.code, 2);
    assert.match(other.err, /amnesia: there is one at the level engines, and none at the level nodes/);
  }).timeout(60_000);

  it("runs a scenario, of many seeds or of one, and says how to see one again", async () => {
    const scenario = ["--scenario", "restarted-primary", "--seeds", "6"];
    const ran = await witan("simulate", ...scenario, ...ALONE, "--json");
    assert.equal(ran.code, 0, ran.err);
    assert.deepEqual([lastJson(ran)["worlds"], lastJson(ran)["violations"]], [6, []]);
    // With what `replay` says.
    const one = await witan(...ENGINES, "--seed", "3", "--scenario", "one-to-two", "--trace");
    assert.equal(one.code, 0, one.err);
    assert.match(one.out, /^# members 1$/m);
  }).timeout(60_000);

  it("runs worlds of BP Fast Paxos, and says how to see one again", async () => {
    const bpfp = ["simulate", "--consensus", "bp-fast-paxos"];
    const four = ["--seeds", "2", "--acceptors", "4", "--crashed", "1"];
    const ran = await witan(...bpfp, ...four, ...ALONE, "--json");
    assert.equal(ran.code, 0, ran.err);
    assert.deepEqual([lastJson(ran)["worlds"], lastJson(ran)["violations"]], [2, []]);
    const nodes = await witan(...bpfp, "--level", "nodes", "--seed", "11", "--proposers", "2", "--json");
    assert.deepEqual([nodes.code, lastJson(nodes)["level"]], [0, "nodes"]);
    const mute = ["--proposers", "1", "--byzantine", "1", "--adversary", "mute"];
    const idle = await witan(...bpfp, "--seed", "3", ...mute);
    assert.equal(idle.code, 0, idle.err);
    assert.match(idle.err, /every proposer lies: nothing need be decided then/);
    const wishes = { proposers: 2, acceptors: 7, crashed: 2, byzantine: 1 };
    assert.equal(
      replay({ protocol: "bp-fast-paxos", wishes }, "engines", 17),
      "npx witan simulate --consensus bp-fast-paxos --level engines --seed 17 --proposers 2 --acceptors 7 --crashed 2 " +
        "--byzantine 1",
    );
  }).timeout(120_000);

  it("finds the failure of a specimen, and draws it small", () =>
    inFolder(async (folder) => {
      const file = join(folder, "small.svg");
      const ran = await witan("simulate", "--specimen", "no-pre-prepare", "--seeds", "20", "--diagram", file);
      assert.equal(ran.code, 0, ran.err);
      assert.match(ran.out, /^found in seed \d+: two blocks decided at one height/m);
      assert.match(ran.out, /^ {2}messages +\d+, of \d+$/m);
      assert.match(await readFile(file, "utf8"), /Broken here: agreement/);
      const none = await witan("simulate", "--specimen", "majority-of-2f+1", "--seeds", "1", "--json");
      assert.equal(none.code, 1);
      assert.equal(lastJson(none)["found"], false);
      const said = await witan("simulate", "--specimen", "majority-of-2f+1", "--seeds", "1");
      assert.match(said.out, /^not found in 1 seed from 1: few seeds may miss it/);
    })).timeout(120_000);

  const REFUSED: readonly (readonly [string, RegExp])[] = [
    ["--consensus pbtf", /no such protocol\. Did you mean pbft\?/],
    ["--consensus constructor", /no such protocol/],
    ["--specimen two-phse", /no such specimen\. Did you mean two-phase\?/],
    ["--specimen two-phase --members 4", /worlds of its own/],
    ["--specimen two-phase --consensus foo", /no such protocol with --specimen/],
    ["--specimen zzzzz", /no such specimen\. --list/],
    [
      "--consensus pbft --specimen own-component-only",
      /is one of bp-fast-paxos, not of pbft: add --consensus bp-fast-paxos/,
    ],
    ["--consensus bp-fast-paxos --specimen two-phase", /is one of pbft, not of bp-fast-paxos/],
    [
      "--consensus bp-fast-paxos --specimen replayed-prof",
      /no such specimen\. Did you mean replayed-proof\?/,
    ],
    ["--consensus bp-fast-paxos --members 4", /say --proposers and --acceptors/],
    ["--consensus bp-fast-paxos --acceptors 4 --crashed 2", /--crashed 2 of 4 acceptors: .* bears 1/],
    ["--consensus bp-fast-paxos --proposers 1 --byzantine 2", /2 of 1 proposer: only proposers lie/],
    ["--consensus bp-fast-paxos --adversary two-commits", /two-commits is one of pbft, not of bp-fast-paxos/],
    ["--consensus pow --scenario long-outage", /long-outage is one of pbft, not of pow: say --consensus/],
    ["--consensus bp-fast-paxos --twins", /no such protocol with --twins/],
    ["--crashed 1", /--crashed is not for pbft: all members are alike/],
    ["--list --seed 3", /--list runs nothing.*--seed is for what is run/],
    ["--seed 1 --diagram=", /expected the name of a new file/],
    ["--level engines --adversary wire-noise", /one at the level nodes, and none at the level engines/],
    ["--adversary amnesa", /no such adversary\. Did you mean amnesia\?/],
    ["--adversary amnesia,", /no such adversary/],
    ["--network wam", /no such network\. Did you mean wan\?/],
    ["--level engine", /no such level\. Did you mean engines\?/],
    ["--seed abc", /--seed abc: expected a whole number/],
    ["--seed -1", /expected a whole number/],
    [
      "--seed 9007199254740993",
      /--seed 9007199254740993: expected a whole number from 0 to 9007199254740991/,
    ],
    ["--seed 1e3", /expected a whole number/],
    ["--seed=", /--seed "": expected a whole number/],
    ["--seeds 0", /expected a whole number/],
    ["--seeds many", /expected a whole number/],
    ["--from 9007199254740992", /expected a whole number/],
    ["--from 9007199254740991", /--from 9007199254740991: expected a whole number from 0 to \d+90$/m],
    ["--seed 1 --seeds 5", /--seed is one world, and --seeds is for many/],
    ["--seeds 5 --forever", /--forever ends with Ctrl-C only/],
    ["--trace", /--trace shows one world: say which/],
    ["--diagram x.svg", /--diagram shows one world/],
    ["--seed 1 --window 1-2", /--window is a part of a diagram/],
    ["--seed 1 --diagram x.svg --window 2-1", /expected from and to in seconds/],
    ["--members 0", /expected a whole number from 1 to 40/],
    ["--members 4 --byzantine 3", /pbft withstands 1, and with up to 2 .*nothing to check/],
    ["--members 3 --byzantine 1", /pbft withstands 0\. With more nothing is promised/],
    ["--members 3 --adversary amnesia", /--adversary amnesia, by one of 3 members: pbft withstands 0/],
    ["--byzantine 0 --adversary amnesia", /--byzantine 0 has nobody lie/],
    ["--threads 0", /expected a whole number/],
    ["--scenario alone --level nodes", /--level is for others/],
    ["--scenario long-outge", /no such scenario\. Did you mean long-outage\?/],
    [
      "--scenario alone --members 4",
      /--scenario has worlds of its own, of engines, and --members is for others/,
    ],
    ["--scenario alone --specimen two-phase", /--scenario is for others/],
    ["--scenario alone --twins", /--scenario is for others/],
  ];
  for (const [words, message] of REFUSED)
    it(`refuses ${words}`, async () => {
      const ran = await witan("simulate", ...words.split(" "));
      assert.equal(ran.code, 2, ran.out);
      assert.match(ran.err, message);
      assert.equal(ran.out, "");
      const json = await witan("simulate", ...words.split(" "), "--json");
      assert.match(String((lastJson(json)["error"] as { readonly message: string }).message), message);
    });

  it("runs until it is told to stop, and ends with what it has", () =>
    withWitan(async (start) => {
      const running = start("simulate", "--forever", "--threads", "2");
      const { from } = await running.event("begins");
      assert.ok(Number(from) > 0, "seeds that nobody chose are fresh");
      running.interrupt();
      assert.equal(await running.ended(), 0, running.err);
      const result = running.lines.at(-1);
      assert.equal(result?.["stopped"], true);
      assert.deepEqual(result["violations"], []);
      assert.ok((result["unfinished"] as readonly number[]).length <= 2);
    })).timeout(120_000);

  it("says of what was stopped how to run it alone, at the level of its seed", () => {
    const world = { protocol: "pbft", wishes: {} } as const;
    const of = (...seeds: readonly number[]) => unfinishedLines(seeds, { world }).join("");
    assert.match(of(7, 8), /^stopped in the middle of seeds 7, 8; one alone: .* --level nodes --seed 7$/);
    assert.match(of(8, 7), /--level engines --seed 8$/);
    assert.equal(of(), "");
  });
});

describe("what is said of a violation", () => {
  it("is how to see it again, with all that was asked for", () => {
    const world = {
      protocol: "pbft",
      wishes: { members: 7, byzantine: 2, adversaries: ["amnesia", "twin"], network: "wan" },
    } as const;
    const found = { seed: 17, level: "engines", check: "agreement", message: "two blocks\n  more" } as const;
    const lines = violationLines(found, world);
    assert.equal(lines[0], "seed 17 (engines) violates agreement:");
    assert.ok(lines.includes("  two blocks"));
    const command =
      "npx witan simulate --consensus pbft --level engines --seed 17 --members 7 --byzantine 2 " +
      "--adversary amnesia,twin --network wan";
    assert.equal(replay(world, "engines", 17), command);
    assert.ok(lines.some((line) => line.includes(`${command} --trace`)));
    assert.equal(grouped(1_234_567), "1,234,567");
    assert.equal(
      replay({ protocol: "pbft", wishes: { scenario: "alone" } }, "engines", 3),
      "npx witan simulate --consensus pbft --level engines --seed 3 --scenario alone",
    );
  });
});
