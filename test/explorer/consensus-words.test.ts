// What the page says of consensus: the steps, votes and turns of each mode, and none of the other's.
import assert from "node:assert/strict";
import { consensusWords, finalText, type MiningStatus } from "../../packages/explorer/src/consensus-words.ts";

type Status = Parameters<typeof consensusWords>[0];

const PBFT: Status = {
  ...{ mode: "pbft", membership: 1, height: 5, view: 0, phase: "prepared", primary: "v1", me: "v2" },
  ...{ quorum: 3, timeoutMs: 900, prepares: ["v1", "v2"], commits: ["v2"], viewChanges: [] },
};
const FAST: Status = {
  ...{ mode: "bp-fast-paxos", membership: 1, height: 5, round: 1, phase: "voted", proposer: "p2", me: "a1" },
  ...{ part: "acceptor", quorum: 3, timeoutMs: 900, learns: ["a1", "a2"], suspicions: [], promises: [] },
  uncertified: 0,
};

describe("explorer: consensus in words", () => {
  it("says of proof of work when a transaction counts as final, and against whom, or that it never does", () => {
    const at = { height: 7, hash: "ab".repeat(32), work: "123" };
    const status: MiningStatus = {
      ...{
        mode: "pow",
        me: null,
        quorum: 0,
        ...at,
        phase: "settled",
        best: at,
        target: "00".repeat(32),
        branches: 0,
        orphans: 0,
      },
      ...{
        mining: true,
        hashRate: 10,
        assumedAttackerShare: 0.1,
        reversalRisk: 0.001,
        finalConfirmations: 6,
      },
    };
    assert.equal(
      finalText(status),
      "after 6 confirmations: against an attacker with 10\u00a0% of all hash power the chance to be undone is at most 0.1\u00a0%",
    );
    const never = finalText({ ...status, assumedAttackerShare: 0.5, finalConfirmations: null });
    assert.match(
      never,
      /^never: against an attacker with 50\u00a0% of all hash power no number of confirmations/,
    );
  });

  it("has PBFT prepare and commit in views", () => {
    const { turn, votes, next, isChanging, phases } = consensusWords(PBFT);
    assert.deepEqual([turn, next, isChanging], ["view", ["Next view", []], false]);
    assert.deepEqual(votes, [
      ["Prepare", ["v1", "v2"]],
      ["Commit", ["v2"]],
    ]);
    assert.deepEqual(
      phases.map(([phase]) => phase),
      ["idle", "proposed", "prepared", "deciding"],
    );
    const changing = consensusWords({ ...PBFT, phase: "changingView" });
    assert.deepEqual([changing.isChanging, changing.phases.at(-1)?.[0]], [true, "changingView"]);
  });

  it("has acceptors vote in rounds, and suspect their proposer", () => {
    const { turn, votes, phases, isChanging } = consensusWords(FAST);
    assert.deepEqual([turn, votes, isChanging], ["round", [["Voted", ["a1", "a2"]]], false]);
    assert.deepEqual(
      phases.map(([phase]) => phase),
      ["idle", "proposed", "voted", "deciding"],
    );
    const suspected = consensusWords({ ...FAST, suspicions: ["a3"] });
    assert.deepEqual([suspected.isChanging, suspected.next], [true, ["Suspects the proposer", ["a3"]]]);
    const proposing = consensusWords({ ...FAST, phase: "changingTrust", promises: ["a1"] });
    assert.deepEqual(
      proposing.phases.map(([phase]) => phase),
      ["idle", "proposed", "voted", "deciding", "changingTrust"],
    );
    assert.deepEqual(proposing.votes.at(-1), ["Promised", ["a1"]]);
  });

  it("names the phase that there is, in both modes", () => {
    for (const phase of ["idle", "proposed", "prepared", "deciding", "changingView"] as const)
      assert.ok(
        consensusWords({ ...PBFT, phase }).phases.some(([name]) => name === phase),
        phase,
      );
    for (const phase of ["idle", "proposed", "voted", "deciding", "changingTrust"] as const)
      assert.ok(
        consensusWords({ ...FAST, phase }).phases.some(([name]) => name === phase),
        phase,
      );
  });
});
