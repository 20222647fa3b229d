// Questions at a terminal: who stops there writes nothing, and what is typed is not shown.
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { CommandFailure } from "../../packages/cli/src/exit.ts";
import { chosenPassphrase, wishedPassphrase } from "../../packages/cli/src/passphrase.ts";
import { askSecret } from "../../packages/cli/src/prompt.ts";
import { inFolder } from "./run.ts";
import { type Answer, HAS_TERMINAL, witanAtTerminal } from "./terminal.ts";

const SECRET = "01".repeat(32);

/** Asks at a made-up terminal; types keys once a text stands there. */
async function asked(answers: readonly Answer[], check?: (answer: string) => true | string): Promise<string> {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const waiting = [...answers];
  output.on("data", (part) => {
    const [question, keys] = waiting[0] ?? [];
    if (question === undefined || !String(part).includes(question)) return;
    waiting.shift();
    // The prompt listens once it has drawn itself.
    setImmediate(() => (keys === "end" ? input.end() : input.write(keys)));
  });
  return askSecret("Word:", check, { input, output });
}

function aborted(error: unknown): boolean {
  assert.ok(error instanceof CommandFailure);
  assert.deepEqual([error.reason, error.exitCode], ["aborted", 2]);
  assert.match(error.message, /nothing was written/);
  return true;
}

describe("questions", () => {
  it("take an answer", async () => {
    assert.equal(await asked([["Word:", "open sesame\r"]]), "open sesame");
  });

  for (const [name, keys] of [
    ["Ctrl-C", "\x03"],
    ["Ctrl-D", "\x04"],
    ["the end of input", "end"],
  ] as const)
    it(`end with ${name}, and say that nothing was written`, () =>
      assert.rejects(asked([["Word:", keys]]), aborted));

  it("are asked until the answer will do", async () => {
    const check = (answer: string) => answer === "b" || "not that";
    assert.equal(
      await asked(
        [
          ["Word:", "\r"],
          ["not that", "b\r"],
        ],
        check,
      ),
      "b",
    );
  });
});

describe("a new passphrase", () => {
  const answers = (...given: readonly string[]) => {
    const left = [...given];
    return async (_message: string, check: (answer: string) => true | string = () => true) => {
      const answer = left.shift() ?? "";
      assert.equal(check(answer), true);
      return answer;
    };
  };

  it("is asked for twice", async () => {
    assert.equal(await chosenPassphrase("a", answers("x", "x")), "x");
    await assert.rejects(chosenPassphrase("a", answers("x", "y")), /differ; nothing was written/);
  });

  it("is refused at once if it is empty", async () => {
    await assert.rejects(chosenPassphrase("a", answers("", "")), /an empty passphrase protects nothing/);
  });

  it("is none for a home whose keys shall not be encrypted", async () => {
    assert.equal(await wishedPassphrase("a", answers("")), undefined);
    assert.equal(await wishedPassphrase("a", answers("x", "x")), "x");
    await assert.rejects(wishedPassphrase("a", answers("x", "")), /differ; nothing was written/);
  });
});

/** What is typed, the exit code, what the screen shows, and whether there is a key afterwards. */
const AT_TERMINAL: readonly (readonly [
  string,
  readonly string[],
  readonly Answer[],
  number,
  RegExp,
  boolean,
])[] = [
  ["keys new, Ctrl-C", ["keys", "new"], [["New passphrase", "\x03"]], 2, /nothing was written/, false],
  ["keys new, Ctrl-D", ["keys", "new"], [["New passphrase", "\x04"]], 2, /nothing was written/, false],
  [
    "keys new, an empty passphrase",
    ["keys", "new"],
    [
      ["New passphrase", "\r"],
      ["protects nothing", "\x03"],
    ],
    2,
    /nothing was written/,
    false,
  ],
  [
    "keys import --plain",
    ["keys", "import", "--plain"],
    [["Secret key in hex:", `${SECRET}\r`]],
    0,
    /031b84c5567b126440995d3ed5aaba0565d71e1834604819ff9c17f5e9d5dd078f/,
    true,
  ],
  [
    "keys import, Ctrl-C",
    ["keys", "import"],
    [["Secret key in hex:", "\x03"]],
    2,
    /nothing was written/,
    false,
  ],
];

if (HAS_TERMINAL)
  describe("witan at a terminal", () => {
    for (const [name, argv, answers, code, shows, writes] of AT_TERMINAL)
      it(name, () =>
        inFolder(async (folder) => {
          const ran = await witanAtTerminal(argv, answers, folder);
          assert.equal(ran.code, code, ran.screen);
          assert.match(ran.screen, shows);
          assert.doesNotMatch(ran.screen, /^ +at |unsettled|bug of witan/m);
          assert.ok(!ran.screen.includes(SECRET));
          assert.deepEqual(await readdir(folder), writes ? ["witan-key.json"] : []);
          if (writes)
            assert.match(await readFile(join(folder, "witan-key.json"), "utf8"), new RegExp(SECRET));
        }),
      );
  });
