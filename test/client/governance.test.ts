// A change of governance from proposal to block: written down, approved by operators apart, put together, and taken.
import assert from "node:assert/strict";
import {
  type ApprovalStatus,
  approvalStatus,
  approveChange,
  assembleChange,
  type Proposal,
  proposeChange,
} from "@witan/client";
import { type Change, type KeySignature, toJson } from "@witan/ledger";
import type { ConsensusMode } from "@witan/primitives";
import { GENESIS_TIME, keyOfName, memberOf, TestLedger, testGenesis } from "../ledger/build.ts";
import { walletOf } from "./ledger-coins.ts";

const REMOVE: Change = { kind: "removeMember", name: "d" };
const operatorOf = (name: string) => walletOf(`${name} operator`);

function proposalOn(ledger: TestLedger, change: Change = REMOVE): Proposal {
  const { sequence } = ledger.state.governance.state;
  const validUntil = ledger.nextTime + 60_000;
  const proposal = proposeChange({ chain: ledger.chain, sequence, change, validUntil });
  assert.ok(proposal.ok, proposal.ok ? "" : `${proposal.code}: ${proposal.detail}`);
  return proposal.value;
}

function statusOf(
  ledger: TestLedger,
  proposal: Proposal,
  approvals: readonly KeySignature[],
): ApprovalStatus {
  const status = approvalStatus(proposal, approvals, ledger.state.governance.state.members);
  assert.ok(status.ok);
  return status.value;
}

function codeOf(change: Change, mode: ConsensusMode = "pbft", more = {}): string {
  const { chain } = new TestLedger(testGenesis(mode));
  const result = proposeChange({ chain, sequence: 0, change, validUntil: GENESIS_TIME, ...more });
  return result.ok ? "ok" : result.code;
}

describe("governance by the client", () => {
  for (const mode of ["pbft", "bp-fast-paxos"] as const) {
    it(`a change that a quorum approved is made: ${mode}`, () => {
      const ledger = new TestLedger(testGenesis(mode));
      const proposal = proposalOn(ledger);
      const approvals = ["c", "a", "b"].map((name) => approveChange(proposal, operatorOf(name)));
      assert.ok(statusOf(ledger, proposal, approvals).isReached);
      const assembled = assembleChange(proposal, approvals);
      assert.ok(assembled.ok);
      assert.equal(assembled.value.id, proposal.id);
      ledger.grow(assembled.value);
      const { members, sequence } = ledger.state.governance.state;
      assert.ok(members.every((member) => member.name !== "d"));
      assert.equal(sequence, 1);
    });
  }

  it("several in a row: a fifth member, another voting key, a parameter", () => {
    const ledger = new TestLedger();
    const changes: Change[] = [
      { kind: "addMember", member: memberOf("e") },
      { kind: "replaceKey", name: "a", key: { kind: "voting", votingKey: keyOfName("new").publicKey } },
      { kind: "changeParameter", parameter: "feeRateMin", value: 3 },
    ];
    for (const change of changes) {
      const proposal = proposalOn(ledger, change);
      const approvals = ["a", "b", "c", "d"].map((name) => approveChange(proposal, operatorOf(name)));
      const assembled = assembleChange(proposal, approvals);
      assert.ok(assembled.ok);
      ledger.grow(assembled.value);
    }
    const { members, parameters } = ledger.state.governance.state;
    assert.deepEqual(
      [members.length, members[0]?.votingKey, parameters.feeRateMin],
      [5, keyOfName("new").publicKey, 3],
    );
  });

  it("says who has approved and who has not, whatever the order, and counts nobody twice", () => {
    const ledger = new TestLedger();
    const proposal = proposalOn(ledger);
    const approval = (name: string) => approveChange(proposal, operatorOf(name));
    assert.deepEqual(statusOf(ledger, proposal, []), {
      quorum: 3,
      approved: [],
      missing: ["a", "b", "c", "d"],
      strangers: [],
      invalid: [],
      isReached: false,
    });
    const two = statusOf(ledger, proposal, ["d", "a", "d", "a"].map(approval));
    assert.deepEqual([two.approved, two.missing, two.isReached], [["a", "d"], ["b", "c"], false]);
    assert.ok(statusOf(ledger, proposal, ["d", "a", "b"].map(approval)).isReached);
  });

  it("counts no strangers, no voting keys, and no signatures of something else", () => {
    const ledger = new TestLedger();
    const proposal = proposalOn(ledger);
    const stranger = approveChange(proposal, walletOf("stranger"));
    const voting = approveChange(proposal, walletOf("b voting"));
    const other = approveChange(proposalOn(ledger, { kind: "removeMember", name: "a" }), operatorOf("c"));
    const approvals = [approveChange(proposal, operatorOf("a")), stranger, voting, other];
    const status = statusOf(ledger, proposal, approvals);
    assert.deepEqual(status.approved, ["a"]);
    assert.ok(!status.isReached, "three signatures hold, one of them counts");
    assert.deepEqual([...status.strangers].sort(), [stranger.publicKey, voting.publicKey].sort());
    assert.deepEqual(status.invalid, [other.publicKey]);
    const assembled = assembleChange(proposal, approvals);
    assert.ok(!assembled.ok && assembled.code === "signature-invalid");
    assert.ok(assembled.detail?.includes(other.publicKey));
  });

  it("proposers have no say under BP Fast Paxos", () => {
    const ledger = new TestLedger(testGenesis("bp-fast-paxos"));
    const proposal = proposalOn(ledger);
    const status = statusOf(ledger, proposal, [approveChange(proposal, operatorOf("p"))]);
    assert.deepEqual([status.quorum, status.approved, status.strangers.length], [3, [], 1]);
  });

  it("takes members as the RPC answers them", () => {
    const ledger = new TestLedger();
    const proposal = proposalOn(ledger);
    const members = toJson(ledger.state.governance.state.members) as unknown as Parameters<
      typeof approvalStatus
    >[2];
    const status = approvalStatus(proposal, [approveChange(proposal, operatorOf("b"))], members);
    assert.ok(status.ok);
    assert.deepEqual(status.value.approved, ["b"]);
  });

  it("of too few approvals is refused by the chain, not by the one who puts it together", () => {
    const ledger = new TestLedger();
    const proposal = proposalOn(ledger);
    const assembled = assembleChange(proposal, [approveChange(proposal, operatorOf("a"))]);
    assert.ok(assembled.ok);
    const judged = ledger.judge(ledger.block([assembled.value]));
    assert.equal(judged.ok ? "ok" : judged.code, "approvals-too-few");
  });

  it("the same proposal has the same id everywhere, and any difference another one", () => {
    const ledger = new TestLedger();
    const { id } = proposalOn(ledger);
    assert.equal(proposalOn(new TestLedger()).id, id);
    assert.notEqual(proposalOn(ledger, { kind: "removeMember", name: "c" }).id, id);
    assert.notEqual(proposalOn(new TestLedger(testGenesis("pbft", { name: "other" }))).id, id);
  });

  it("refuses what no state would take, with its code", () => {
    const key = keyOfName("client").publicKey;
    assert.equal(codeOf(REMOVE), "ok");
    assert.equal(codeOf(REMOVE, "pow"), "governance-unavailable");
    assert.equal(codeOf({ kind: "removeMember", name: "No Name" }), "change-name");
    assert.equal(
      codeOf({ kind: "revokeClient", publicKey: `05${key.slice(2)}` as typeof key }),
      "change-key",
    );
    assert.equal(
      codeOf({ kind: "permitClient", publicKey: key, registerPrefixes: ["b", "a"] }),
      "change-prefixes",
    );
    assert.equal(codeOf({ kind: "revokeClient", publicKey: "" as typeof key }), "encoding");
    assert.equal(codeOf({ kind: "changeRules", rulesVersion: -1 }), "encoding");
    assert.equal(codeOf(REMOVE, "pbft", { sequence: -1 }), "encoding");
    assert.equal(codeOf(REMOVE, "pbft", { validUntil: 0.5 }), "encoding");
  });

  it("has nobody to ask where nobody votes", () => {
    const proposal = proposalOn(new TestLedger());
    const status = approvalStatus(proposal, [], []);
    assert.ok(!status.ok && status.code === "members-none");
  });
});
