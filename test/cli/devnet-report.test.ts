// What a devnet says of nodes in each mode, and which options of it and of the bench make no network: nothing is started.
import assert from "node:assert/strict";
import type { DevnetPlace, NodeDeath, Turnout } from "@witan/lab";
import { jsonReport, shortage, textReport } from "../../packages/cli/src/devnet-report.ts";
import { lastJson, witan } from "./run.ts";

const place = (name: string, role: DevnetPlace["role"]): DevnetPlace => {
  return { name, role, home: `dev/${name}`, rpc: "http://127.0.0.1:1" };
};
const ACCEPTOR = place("a2", "acceptor");
const VALIDATOR = place("v2", "validator");
const DEATH: NodeDeath = {
  ...{ name: "a2", pid: 7, exit: { code: null, signal: "SIGKILL" }, how: "was ended by SIGKILL", log: [] },
};

function said(kind: typeof textReport, tell: (report: ReturnType<typeof textReport>) => void): string {
  let all = "";
  const hear = (text: string): void => {
    all += text;
  };
  tell(kind({ out: hear, err: hear }));
  return all;
}

describe("what a devnet says", () => {
  const turnouts: readonly (readonly [Turnout, RegExp, boolean])[] = [
    [{ running: 2, quorum: 3 }, /^2 validators left, .* until another one runs\. Nothing/, false],
    [{ running: 3, quorum: 3 }, /^3 validators take part, 3 are needed/, true],
    [
      { running: 2, quorum: 3, proposers: 1 },
      /^2 acceptors left, .* until another one runs\. Nothing/,
      false,
    ],
    [
      { running: 1, quorum: 3, proposers: 0 },
      /^1 acceptor left, .* until 2 more run, and a proposer\./,
      false,
    ],
    [{ running: 4, quorum: 3, proposers: 0 }, /^No proposer is left: no block is made until one runs/, false],
    [{ running: 4, quorum: 3, proposers: 2 }, /^4 acceptors and 2 proposers take part, 3 are needed/, true],
  ];
  for (const [turnout, words, reached] of turnouts)
    it(`of ${JSON.stringify(turnout)}`, () => {
      const text = said(textReport, (report) => report.quorum(turnout, [ACCEPTOR]));
      assert.match(text, words);
      assert.equal(text.includes("npx witan node --home dev/a2"), !reached);
      const line = JSON.parse(said(jsonReport, (report) => report.quorum(turnout, [ACCEPTOR])));
      assert.deepEqual(line, { event: "quorum", reached, ...turnout, missing: ["a2"] });
    });

  it("why a transfer can't be final", () => {
    assert.equal(
      shortage({ running: 1, quorum: 2 }),
      "1 validator is left and 2 are needed to decide anything",
    );
    assert.match(shortage({ running: 4, quorum: 3, proposers: 0 }), /^no proposer is left/);
    assert.match(
      shortage({ running: 1, quorum: 3, proposers: 0 }),
      /1 acceptor .*, and no proposer is left$/,
    );
  });

  it("of a node that ended names it by what it is", () => {
    const line = (node: DevnetPlace) => JSON.parse(said(jsonReport, (report) => report.death(DEATH, node)));
    const { node, role, validator } = line(ACCEPTOR);
    assert.deepEqual([node, role, validator], ["a2", "acceptor", undefined]);
    assert.deepEqual([line(VALIDATOR).validator, line(VALIDATOR).node], ["v2", undefined]);
  });

  it("of ports that others have taken", () => {
    const change = { node: "a2", what: "p2p", was: 1, now: 2 } as const;
    const text = (role: DevnetPlace["role"]) =>
      said(textReport, (report) => report.moved([{ ...change, role }]));
    assert.match(text("acceptor"), /a2 listens for other nodes on 2 from now on/);
    assert.match(text("validator"), /a2 listens for other validators on 2/);
  });
});

describe("options that make no network", () => {
  const refusals: readonly (readonly [readonly string[], RegExp])[] = [
    [["--consensus", "raft"], /expected pbft or bp-fast-paxos/],
    [["--consensus", "pow", "--proposers", "2"], /expected pbft or bp-fast-paxos$|says how many miners/],
    [["--validators", "4", "--proposers", "2"], /a network is of one mode/],
    [["--consensus", "pbft", "--acceptors", "4"], /a network is of one mode/],
    [["--consensus", "bp-fast-paxos", "--validators", "4"], /--validators is for --consensus pbft/],
    [["--proposers", "9", "--acceptors", "9"], /18 nodes, and at most 16 run on one machine/],
    [["--acceptors", "0"], /--acceptors 0/],
    [["--consensus", "bp-fast-paxos", "--proposers", "x"], /--proposers x/],
  ];
  for (const command of ["devnet", "bench"])
    for (const [argv, message] of refusals)
      it(`${command} ${argv.join(" ")}`, async () => {
        const ran = await witan(command, "--json", ...argv);
        assert.equal(ran.code, 2, ran.out);
        assert.match(String((lastJson(ran)["error"] as { message: string }).message), message);
      });
});
