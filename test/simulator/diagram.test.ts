// Diagrams: what happened is in them, where it belongs, in a size that a person can look at; and they are well-formed.
import assert from "node:assert/strict";
import {
  type Actor,
  drawDiagram,
  type Happening,
  LETTERS_MAX,
  makeWorld,
  type Recorded,
  Recording,
  SPECIMENS,
  worldOfSpecimen,
} from "@witan/simulator";

const ACTORS: readonly Actor[] = [
  { name: "v0", role: "", isLiar: false },
  { name: "v1", role: "", isLiar: false },
  { name: "v2", role: "lies: amnesia", isLiar: true },
];

function at(atUs: number, happening: Happening): Recorded {
  return { atUs, happening };
}

function send(atUs: number, letter: number, process: number, to: number, what: string): Recorded {
  return at(atUs, { kind: "send", process, to, letter, what });
}

function draw(
  happenings: readonly Recorded[],
  more: Partial<Parameters<typeof drawDiagram>[0]> = {},
): string {
  return drawDiagram({ title: "a world", actors: ACTORS, happenings, broken: undefined, ...more });
}

/** Fails where elements are not closed in their order, or a text is not escaped. */
function assertWellFormed(svg: string): void {
  const open: string[] = [];
  for (const [, text = "", close, name = "", self] of svg.matchAll(
    /([^<]*)<(\/?)([a-z]+)(?:"[^"]*"|[^">])*?(\/?)>/gi,
  )) {
    assert.ok(!/&(?!(?:amp|lt|gt|quot);)/.test(text), text);
    if (close) assert.equal(open.pop(), name);
    else if (!self) open.push(name);
  }
  assert.deepEqual(open, []);
  assert.ok(!/NaN|undefined|Infinity/.test(svg), "a number is none");
}

/** What is written in it, each text by its x and y. */
function textsOf(svg: string): readonly { readonly x: number; readonly y: number; readonly text: string }[] {
  return [...svg.matchAll(/<text x="([\d.-]+)" y="([\d.-]+)"[^>]*>([^<]*)</g)].map(([, x, y, text = ""]) => ({
    ...{ x: Number(x), y: Number(y), text },
  }));
}

function heightOf(svg: string): number {
  return Number(/viewBox="0 0 \d+ (\d+)"/.exec(svg)?.[1]);
}

/** Three processes of which the last is lost sight of. */
const SMALL: readonly Recorded[] = [
  at(1_000, { kind: "do", process: 0, mark: "vote", what: "says PREPARE h1 v0 0123abcd" }),
  send(1_000, 1, 0, 0, "self"),
  send(1_000, 2, 0, 1, "PREPARE h1 v0 0123abcd"),
  send(1_000, 3, 0, 2, "PREPARE h1 v0 0123abcd"),
  at(1_000, { kind: "lose", process: 2, letter: 3 }),
  at(1_000, { kind: "arrive", process: 0, letter: 1 }),
  at(1_400, { kind: "arrive", process: 1, letter: 2 }),
  at(1_500, {
    kind: "suffer",
    process: 2,
    mark: "lie",
    what: "amnesia: keeps back COMMIT h1 v0 0123abcd for p0",
  }),
  at(1_500, {
    kind: "suffer",
    process: 2,
    mark: "lie",
    what: "amnesia: keeps back COMMIT h1 v0 0123abcd for p1",
  }),
  at(2_000, { kind: "suffer", process: 1, mark: "crash", what: "crashes" }),
  at(2_100, { kind: "weather", what: "storm: 300 of 1000 <messages> & more" }),
  at(3_002_100, { kind: "suffer", process: 1, mark: "restart", what: "starts again at height 0" }),
  at(3_002_200, { kind: "do", process: 0, mark: "timeout", what: "gives up view 0" }),
  at(3_002_300, { kind: "do", process: 0, mark: "decide", what: "decides 0123abcd at 1" }),
];

describe("a diagram", () => {
  it("shows processes, messages, what is lost, marks, and the network, once each", () => {
    const svg = draw(SMALL);
    assertWellFormed(svg);
    const texts = textsOf(svg);
    const words = texts.map(({ text }) => text);
    for (const text of [
      "a world",
      "v0",
      "v1",
      "v2",
      "lies: amnesia",
      "PREPARE h1 v0 0123",
      "starts again at height 0",
    ])
      assert.equal(words.filter((one) => one === text).length, 1, text);
    assert.ok(words.includes("decides 0123 at 1"));
    assert.equal(words.filter((one) => one === "to v2").length, 1, "what is lost on the way says for whom");
    assert.ok(!words.includes("to v1"));
    assert.ok(words.includes("3.00 s pass"), "a long silence is told");
    assert.ok(words.join(" ").includes("for p0 p1"), "a lie to several is one");
    assert.ok(svg.includes("&lt;messages&gt;") && svg.includes("&amp;"));
    assert.ok(!words.some((text) => text.includes("self")), "what it says to itself is not drawn");
    for (const entry of ["never arrives", "decides a block", "crashes", "lies", "its timer runs out"])
      assert.ok(words.includes(entry), `the legend lacks: ${entry}`);
    assert.ok(!words.includes("NEW-VIEW"), "the legend names what is not there");
    assert.match(
      svg,
      /<title>PREPARE h1 v0 0123: v0 to v1, leaves at 0\.001000 s, arrives at 0\.001400 s<\/title>/,
    );
    assert.ok(
      /v0 to v2, leaves at 0\.001000 s, lost at 0\.001000 s/.test(svg),
      String(/v0 to v2, leaves at 0\.001000 s, lost at 0\.001000 s/),
    );
  });

  it("runs downwards: what is later is lower", () => {
    const y = (wanted: string): number =>
      textsOf(draw(SMALL)).find(({ text }) => text === wanted)?.y ?? Number.NaN;
    const inOrder = ["PREPARE h1 v0 0123", "starts again at height 0", "decides 0123 at 1"].map(y);
    assert.deepEqual(
      inOrder,
      inOrder.toSorted((a, b) => a - b),
    );
    assert.ok(y("starts again at height 0") < 400, "three seconds of silence take little room");
  });

  it("ends the line of a process where it crashes, and has it begin again", () => {
    const x = textsOf(draw(SMALL)).find(({ text }) => text === "v1")?.x ?? 0;
    const lines = (svg: string): number =>
      [...svg.matchAll(/<line x1="([\d.]+)" y1="[\d.]+" x2="([\d.]+)" y2="[\d.]+" stroke="#333333"/g)].filter(
        ([, x1, x2]) => x1 === x2 && Math.abs(Number(x1) - x) < 12,
      ).length;
    assert.equal(lines(draw(SMALL)), 2);
    assert.equal(lines(draw(SMALL.slice(0, 8))), 1);
    // One that was down before the diagram begins has no line until it starts.
    const wanted = { kind: "between", fromUs: 2_050, toUs: 3_100_000 } as const;
    assert.equal(lines(draw(SMALL, { wanted })), 1);
  });

  it("marks liars by more than colour", () => {
    const svg = draw(SMALL);
    assert.equal([...svg.matchAll(/fill="url\(#liar\)"/g)].length, 1);
    // A double line.
    assert.equal([...svg.matchAll(/<line [^>]*stroke="#b00020" stroke-width="1\.4"/g)].length, 2);
  });

  it("tells kinds of messages apart by the pattern of their lines", () => {
    const kinds = ["PRE-PREPARE", "PREPARE", "COMMIT", "VIEW-CHANGE", "NEW-VIEW", "STRANGE"];
    const looks = kinds.map((kind) => {
      const svg = draw([send(1, 1, 0, 1, `${kind} h1`), at(2, { kind: "arrive", process: 1, letter: 1 })]);
      assertWellFormed(svg);
      const [, colour, width, dashes] =
        /arrives[^<]*<\/title><line [^>]*stroke="([^"]*)" stroke-width="([^"]*)"(?: stroke-dasharray="([^"]*)")?/.exec(
          svg,
        ) ?? [];
      assert.ok(colour, kind);
      return `${width} ${dashes}`;
    });
    assert.equal(new Set(looks).size, kinds.length, looks.join(", "));
  });

  it("says what broke, in the end", () => {
    const broken = { check: "agreement", message: "two blocks at height 1\n  at a place" };
    const svg = draw(SMALL, { broken });
    assertWellFormed(svg);
    assert.ok(
      /Broken here: agreement\. two blocks at height 1</.test(svg),
      String(/Broken here: agreement\. two blocks at height 1</),
    );
    const part = draw(SMALL, { broken, wanted: { kind: "between", fromUs: 0, toUs: 1_600 } });
    assert.ok(!part.includes("Broken here"), "it did not break there");
  });

  it("leaves out what is only said again, and all of it is there when a time is asked for", () => {
    const again = [1, 2, 3].flatMap((round) => [
      send(round * 1_000, round * 10, 0, 1, "COMMIT h1 v0 0123abcd"),
      at(round * 1_000, { kind: round === 1 ? "lose" : "arrive", process: 1, letter: round * 10 }),
      send(round * 1_000 + 1, round * 10 + 1, 0, 1, "STATUS h1 v0 0123abcd"),
      at(round * 1_000 + 1, { kind: "arrive", process: 1, letter: round * 10 + 1 }),
    ]);
    const count = (svg: string): number => [...svg.matchAll(/<title>[A-Z]+ h1/g)].length;
    assert.equal(count(draw(again)), 2, "the first, which is lost, and the first that arrives");
    assert.ok(/Left out: /.test(draw(again)));
    const wanted = { kind: "between", fromUs: 0, toUs: 10_000 } as const;
    assert.equal(count(draw(again, { wanted })), 6);
    // Who has crashed meanwhile needs it again.
    const crash = at(2_500, { kind: "suffer", process: 1, mark: "crash", what: "crashes" });
    assert.equal(count(draw(again.toSpliced(8, 0, crash))), 3);
  });

  it("is of a size that can be looked at, whatever the world", async () => {
    for (const seed of [5, 44]) {
      const world = makeWorld({ protocol: "pbft", level: "engines", wishes: { members: 7 } }, seed);
      const recording = new Recording();
      const { broken } = await world.run(recording);
      assert.equal(broken, undefined);
      assert.ok(recording.all.length > 5_000);
      const options = { title: `seed ${seed}`, actors: world.actors, happenings: recording.all, broken };
      for (const wanted of [{ kind: "beginning" }, { kind: "end" }] as const) {
        const svg = drawDiagram({ ...options, wanted });
        assertWellFormed(svg);
        assert.equal(svg, drawDiagram({ ...options, wanted }), "the same bytes");
        assert.ok(heightOf(svg) > 300 && heightOf(svg) < 12_000, `${heightOf(svg)} high`);
        assert.ok([...svg.matchAll(/<g><title>[^<]*: p\d+ to p\d+/g)].length <= 3 * LETTERS_MAX);
        assert.ok(svg.includes("This is a part:"));
      }
    }
  }).timeout(60_000);

  it("shows a specimen whole", async () => {
    const found = SPECIMENS["pbft"]?.["no-pre-prepare"]?.find({ seeds: 20, from: 1 });
    assert.ok(found);
    const recording = new Recording();
    const world = worldOfSpecimen(found);
    const { broken, decisions } = await world.run(recording);
    assert.equal(broken?.check, "agreement");
    assert.ok(decisions > 0);
    const svg = drawDiagram({
      title: "no-pre-prepare",
      actors: world.actors,
      happenings: recording.all,
      broken,
    });
    assertWellFormed(svg);
    assert.ok(!svg.includes("This is a part"));
    assert.ok(/Broken here: agreement/.test(svg), String(/Broken here: agreement/));
  }).timeout(240_000);

  it("writes nothing over what is written before, nor over the head of an arrow, and no time twice", () => {
    const what = "HOLDS nothing at all in operation 2, and more";
    const svg = draw([
      at(10, { kind: "do", process: 0, mark: "begin", what: "is to read" }),
      send(20, 1, 0, 1, "READ in operation 2"),
      send(20, 2, 0, 2, "READ in operation 2"),
      at(20, { kind: "lose", process: 2, letter: 2 }),
      at(21, { kind: "arrive", process: 1, letter: 1 }),
      send(21, 3, 1, 0, what),
      at(40, { kind: "arrive", process: 0, letter: 3 }),
      ...[50, 60, 70, 80, 90].map((atUs) =>
        at(atUs, { kind: "do", process: 0, mark: "done", what: `has read at ${atUs}` }),
      ),
      at(300, { kind: "do", process: 0, mark: "done", what: "has read the last" }),
    ]);
    const texts = textsOf(svg);
    const y = (wanted: string): number => texts.find(({ text }) => text === wanted)?.y ?? Number.NaN;
    const [first = "", ...rest] = texts.map(({ text }) => text).filter((text) => what.includes(text));
    assert.ok(rest.length > 0, `the words take several lines: ${first}`);
    // A letter is 9 px high. The cross is between the second process and the third, as these words are.
    assert.ok(y(first) - 9 >= y("to v2"), `the words at ${y(first)}, and below "to v2" at ${y("to v2")}`);
    const [, head = ""] = /v0 to v1,[^<]*<\/title><line [^>]* y2="([\d.]+)"/.exec(svg) ?? [];
    assert.ok(y(first) - 9 > Number(head), `the words at ${y(first)}, below the arrow that ends at ${head}`);
    const times = texts.map(({ text }) => text).filter((text) => /^\d+\.\d{4} s$/.test(text));
    assert.deepEqual(times, ["0.0000 s", "0.0003 s"]);
  });

  it("of a world in which nothing happens is empty, and whole", () => {
    assertWellFormed(draw([]));
  });

  for (const name of ["all-must-agree", "majority-of-2f+1"])
    it(`shows ${name} in its own words: no blocks, no other messages`, async () => {
      const found = SPECIMENS["pbft"]?.[name]?.find({ seeds: 10, from: 1 });
      assert.ok(found);
      const world = worldOfSpecimen(found);
      const recording = new Recording();
      await world.run(recording);
      const { actors } = world;
      const svg = drawDiagram({ title: name, actors, happenings: recording.all, broken: undefined });
      for (const words of ["WRITE", "WRITTEN, the answer", "a client begins something"])
        assert.ok(svg.includes(`>${words}<`), words);
      for (const words of ["other", "decides a block", "says something, and sends it to nobody"])
        assert.ok(!svg.includes(`>${words}<`), words);
      // Beside where a message is lost stands for whom it was, clear of the lines of processes, 170 or 200 apart.
      const apart = actors.length > 4 ? 170 : 200;
      for (const [, x = "", to = ""] of svg.matchAll(/<text x="([\d.]+)"[^>]*>(to server \d)</g)) {
        const behind = (Number(x) - 114) % apart;
        assert.ok(behind + to.length * 4.6 < apart, `${to} at ${x}`);
      }
    });
});
