// `witan generals` as people and programs use it: what it prints, what it refuses, and how it ends; and what `witan simulate`
// says of the classics.
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inFolder, lastJson, witan } from "./run.ts";

const OM7 = ["generals", "--algorithm", "om", "--generals", "7", "--traitors", "2"];

describe("witan generals", () => {
  it("tells orders, what each heard and obeys, and messages beside the formula", async () => {
    const ran = await witan(...OM7, "--loyal-commander", "--order", "attack", "--seed", "3");
    assert.equal(ran.code, 0, ran.err);
    assert.match(ran.out, /^algorithm +OM\(2\) among 7 generals, seed 3$/m);
    assert.match(ran.out, /^traitors +g\d, g\d$/m);
    assert.match(ran.out, /^order +g0 orders attack$/m);
    assert.equal(ran.out.match(/^g\d {2}attacks$/gm)?.length, 4);
    assert.equal(ran.out.match(/^g\d {2}a traitor$/gm)?.length, 2);
    assert.match(ran.out, /^ +and that it ordered (?:(?:attack|retreat) \(g\d\)(?:, )?){5}$/m);
    assert.match(ran.out, /^ +and through 2, 20 times: attack \d+, retreat \d+$/m);
    assert.match(ran.out, /^IC1 +holds/m);
    assert.match(ran.out, /^IC2 +holds/m);
    assert.match(ran.out, /^messages +\d+ \(\d+ by loyal generals, \d+ by traitors\); the formula says 156/m);
  });

  it("prints one line of JSON for programs, the same for the same seed", async () => {
    const argv = [
      "generals",
      "--algorithm",
      "sm",
      "--traitors",
      "2",
      "--traitor-commander",
      "--seed",
      "5",
      "--json",
    ];
    const ran = await witan(...argv);
    assert.equal(ran.err, "");
    assert.equal(ran.out.split("\n").length, 2);
    assert.equal((await witan(...argv)).out, ran.out);
    const result = lastJson(ran);
    assert.deepEqual(
      [
        result["algorithm"],
        result["generals"],
        result["traitorsMax"],
        result["commander"],
        result["ic1"],
        result["ic2"],
      ],
      ["sm", 4, 2, "traitor", true, null],
    );
    const { loyal, traitors, all } = result["messages"] as Record<string, number>;
    assert.equal(Number(loyal) + Number(traitors), all);
    assert.deepEqual(result["formula"], { messages: 9, most: 15 });
    const lieutenants = result["lieutenants"] as readonly { isTraitor: boolean; obeys: string | null }[];
    assert.equal(lieutenants.length, 3);
    for (const { isTraitor, obeys } of lieutenants) assert.equal(obeys === null, isTraitor);
  });

  it("ends with 1 where the loyal do not agree, and says that they are too few", async () => {
    const argv = ["generals", "--algorithm", "om", "--generals", "3", "--traitors", "1", "--loyal-commander"];
    const ran = await witan(...argv, "--order", "attack");
    assert.equal(ran.code, 1);
    assert.match(ran.out, /^\(too few: 1 among oral messages take 4 generals; it may fail\)$/m);
    assert.match(ran.out, /^IC2 +BROKEN/m);
    const many = ["generals", "--algorithm", "sm", "--generals", "4", "--traitors", "2", "--tolerate", "1"];
    assert.match((await witan(...many)).out, /^\(SM\(1\) bears 1, and 2 are traitors: it may fail\)$/m);
  });

  it("tries every lie, finds the case that fails, and draws it; nothing else is overwritten", () =>
    inFolder(async (folder) => {
      const file = join(folder, "few.svg");
      const argv = ["generals", "--algorithm", "om", "--generals", "3", "--traitors", "1", "--exhaustive"];
      const ran = await witan(...argv, "--diagram", file, "--json");
      assert.equal(ran.code, 1);
      const { ic1, ic2, lies, placements, example } = lastJson(ran);
      assert.deepEqual([ic1, ic2, lies, placements], [true, false, "12", 3]);
      assert.match(
        JSON.stringify(example),
        /the commander is loyal and orders attack, and the loyal g1 obeys retreat/,
      );
      assert.match(await readFile(file, "utf8"), /^<svg .*SAYS that g0 orders retreat/s);
      const own = join(folder, "own.svg");
      await writeFile(own, "mine");
      assert.equal((await witan(...argv, "--diagram", own)).code, 2);
      assert.equal(await readFile(own, "utf8"), "mine");
      const whole = await witan(
        ...OM7.slice(0, 3),
        "--generals",
        "4",
        "--exhaustive",
        "--diagram",
        join(folder, "no.svg"),
      );
      assert.equal(whole.code, 0);
      assert.match(whole.out, /nothing is drawn: there is no case in which it fails/);
    }));

  it("tries all sizes of an algorithm", async () => {
    const ran = await witan("generals", "--algorithm", "om", "--exhaustive");
    assert.equal(ran.code, 0, ran.err);
    assert.match(ran.out, /^3 +1 +3 +12 +holds +broken$/m);
    assert.match(ran.out, /^7 +2 +21 +32,991,791,284,224 +holds +holds ?$/m);
    assert.match(
      ran.out,
      /^OM\(m\) holds where there are more than three generals for each traitor, and only there\.$/m,
    );
  }).timeout(20_000);

  const REFUSED: readonly (readonly [argv: string, said: RegExp])[] = [
    ["", /--algorithm is missing: say om .* or sm/],
    ["--algorithm bm", /--algorithm bm: there is no such algorithm: say om/],
    ["--algorithm om --generals 1", /--generals 1: expected a whole number from 2 to 16/],
    ["--algorithm om --generals seven", /--generals seven: expected a whole number/],
    ["--algorithm om --traitors -1", /--traitors -1: expected a whole number/],
    ["--algorithm om --generals 3 --traitors 3", /nobody loyal is left/],
    ["--algorithm om --generals 2 --traitors 1", /that takes 3 generals: ask for more --generals/],
    ["--algorithm om --generals 14 --traitors 4", /sends \d+ messages, more than 20000: ask for fewer/],
    ["--algorithm om --order wait", /--order wait: expected attack or retreat/],
    ["--algorithm om --loyal-commander --traitor-commander", /the commander is one of them; leave one out/],
    ["--algorithm om --generals 4 --traitors 0 --traitor-commander", /needs a traitor/],
    ["--algorithm om --seed x", /--seed x: expected a whole number/],
    ["--algorithm om --diagram=", /expected the name of a new file/],
    ["--algorithm om --exhaustive --seed 3", /--seed is for one case: leave one out/],
    ["--algorithm om --exhaustive --loyal-commander", /--loyal-commander is for one case/],
    ["--algorithm om --exhaustive --diagram x.svg", /--diagram is for one number of generals: say which/],
    [
      "--algorithm om --exhaustive --generals 8",
      /every lie is tried among 7 at most.*--consensus oral-messages/,
    ],
  ];

  for (const [words, said] of REFUSED)
    it(`refuses ${words === "" ? "no algorithm" : words}`, async () => {
      const ran = await witan("generals", ...words.split(" ").filter((word) => word !== ""));
      assert.equal(ran.code, 2, ran.out);
      assert.match(ran.err, said);
      assert.equal(ran.out, "");
    });
});

describe("witan simulate, of the classics", () => {
  it("says beforehand that a design fails, and what broke", async () => {
    const fails = await witan("simulate", "--consensus", "strawman-1", "--seeds", "6", "--threads", "1");
    assert.equal(fails.code, 1);
    assert.match(fails.err, /^this design fails, and worlds that break it are what is looked for/m);
    assert.match(fails.err, /client a waits for ever: of \d servers it waits until \d have answered/);
  }).timeout(60_000);

  it("traces one, with everybody's name", async () => {
    const ran = await witan(
      "simulate",
      "--consensus",
      "signed-messages",
      "--seed",
      "1",
      "--members",
      "4",
      "--trace",
    );
    assert.equal(ran.code, 0);
    assert.match(ran.out, /^# 0: g0, commander/m);
    assert.match(ran.out, /^0\.\d{6} g\d -> g\d #\d+ SIGNED (?:attack|retreat) by g0/m);
    assert.match(ran.out, /^digest [0-9a-f]{64}$/m);
  });

  for (const [words, said] of [
    ["oral-messages --members 3 --byzantine 1", /it takes 4 to bear so many.*--specimen/],
    ["oral-messages --members 1", /1 general has nobody to agree with/],
    ["oral-messages --members 16 --byzantine 5", /send \d+ messages, more than 5000/],
    ["signed-messages --members 40", /40 generals: expected at most 16/],
    ["signed-messages --acceptors 3", /--acceptors is not for signed-messages: members are generals there/],
    [
      "redundant-computers --members 3 --byzantine 2",
      /a vote of 3 masks 1.*--specimen one-computer, two-alike/,
    ],
    ["two-generals --members 3", /--members is not for two-generals: there are two/],
    ["strawman-3 --members 5", /it has 4, 7, 10, 13 servers/],
    ["strawman-2 --members 3 --byzantine 2", /at most f servers lie, here 1/],
    ["strawman-2 --adversary silnt", /there is no such adversary. Did you mean silent\?/],
    ["strawman-1 --level nodes", /has worlds of engines only/],
  ] as const)
    it(`refuses ${words}`, async () => {
      const ran = await witan("simulate", "--consensus", ...words.split(" "));
      assert.equal(ran.code, 2, ran.out);
      assert.match(ran.err, said);
    });
});
