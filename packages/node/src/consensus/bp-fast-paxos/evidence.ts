// What evidence is in BP Fast Paxos, and what it says in words. Most of it rests on what channels vouch for: it convinces
// whoever saw it.
import { type BpfpEvidence, bpfpMessageCodec, type Memberships } from "@witan/consensus";
import { bytesToHex } from "@witan/primitives";
import type { EvidenceView } from "../consensus-host.ts";
import type { EvidenceForm } from "../evidence-log.ts";
import { accusedIn, messagesOf, putEvidence, readEvidence } from "./records.ts";

/** How evidence is kept. @param memberships of every height that evidence may be about */
export function bpfpEvidence(memberships: Memberships): EvidenceForm<BpfpEvidence> {
  return {
    read: readEvidence,
    put: putEvidence,
    nameOf: (evidence) => {
      const [first] = messagesOf(evidence);
      return `${evidence.kind} ${accusedIn(evidence)} ${first?.membership} ${placeOf(evidence).height}`;
    },
    keyOf: (evidence) => memberOf(evidence, memberships)?.votingKey,
    viewOf: (evidence) => evidenceView(evidence, memberships),
  };
}

/** Evidence for those who look; undefined: its members are not known. */
export function evidenceView(evidence: BpfpEvidence, memberships: Memberships): EvidenceView | undefined {
  const member = memberOf(evidence, memberships);
  if (member === undefined) return undefined;
  const { name, votingKey } = member;
  const { height, round } = placeOf(evidence);
  return {
    ...{ votingKey, height },
    told: {
      ...{ member: name, votingKey, kind: NAMES[evidence.kind], height },
      round: round ?? null,
      says: sayingOf(evidence, name),
      messages: messagesOf(evidence).map((message) => bytesToHex(bpfpMessageCodec.encode(message))),
    },
  };
}

const NAMES = {
  twoBlocks: "two-blocks",
  badAccept: "bad-accept",
  invalidBlock: "invalid-block",
  falseLearn: "false-learn",
  twoLearns: "two-learns",
  falsePromise: "false-promise",
  otherDecision: "other-decision",
} as const;

/** What a member did, in words. */
export function sayingOf(evidence: BpfpEvidence, name: string): string {
  const { height, round } = placeOf(evidence);
  const where = `in round ${round} at height ${height}`;
  switch (evidence.kind) {
    case "twoBlocks":
      return `${name} proposed two blocks ${where}`;
    case "badAccept":
      return evidence.fault === "promise-mac"
        ? `${name} proposed ${where} with a promise whose MAC does not hold: it made it up, or an acceptor has another key than the rest`
        : `${name} proposed ${where} what it may not (${evidence.fault})`;
    case "invalidBlock":
      return `${name} proposed a block that breaks the rules ${where}`;
    case "falseLearn":
      return `${name} told of a vote for a block that the proposer never signed, ${where}`;
    case "twoLearns":
      return `${name} told of votes for two blocks ${where}`;
    case "falsePromise":
      return `${name} promised as if it had not voted ${where}`;
    case "otherDecision":
      return `${name} signed that another block than is final here was decided at height ${height}`;
  }
}

function placeOf(evidence: BpfpEvidence) {
  const [first] = messagesOf(evidence);
  if (first?.kind === "learn") return { height: first.height, round: first.round };
  const height = evidence.kind === "otherDecision" ? evidence.message.height : (0 as never);
  return { height, round: undefined };
}

function memberOf(evidence: BpfpEvidence, memberships: Memberships) {
  const [first] = messagesOf(evidence);
  return first && memberships(first.membership)?.members[accusedIn(evidence)];
}
