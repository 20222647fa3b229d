// Where consensus stands at a node, as rows of a name and a text for people: in the words of each protocol.
import type { ResultOf } from "@witan/rpc";

type Consensus = ResultOf<"consensus_status">;
type Pbft = Extract<Consensus, { readonly mode: "pbft" }>;
type FastPaxos = Extract<Consensus, { readonly mode: "bp-fast-paxos" }>;
type ProofOfWork = Extract<Consensus, { readonly mode: "pow" }>;
type Row = readonly [string, string];

/** What is being decided, who has voted, and when who leads is given up. */
export function consensusRows(consensus: Consensus): readonly Row[] {
  switch (consensus.mode) {
    case "pbft":
      return pbftRows(consensus);
    case "bp-fast-paxos":
      return fastPaxosRows(consensus);
    case "pow":
      return powRows(consensus);
  }
}

const VIEW_PHASES: Readonly<Record<Pbft["phase"], string>> = {
  idle: "waits for something to propose",
  proposed: "has a proposal, gathers PREPAREs",
  prepared: "is prepared, gathers COMMITs",
  deciding: "has decided, applies the block",
  changingView: "changes the view",
};

function pbftRows(consensus: Pbft): readonly Row[] {
  const { height, view, primary, quorum, phase } = consensus;
  return [
    ["deciding", `height ${height}, view ${view}, primary ${primary}: ${VIEW_PHASES[phase]}`],
    ...votes(quorum, [
      ["prepared", preparedBy(consensus)],
      ["committed", consensus.commits],
      ["gave the view up", consensus.viewChanges],
    ]),
    ["view ends", viewEnd(consensus)],
  ];
}

function votes(quorum: number, steps: readonly (readonly [string, readonly string[]])[]): readonly Row[] {
  return steps
    .filter(([, names]) => names.length > 0)
    .map(([what, names]) => [what, `${names.join(", ")} (${names.length} of the ${quorum} needed)`]);
}

/** The timer of a view that members ask for begins when a quorum does. */
function viewEnd({ phase, timeoutMs, view, viewChanges, quorum }: Pbft): string {
  if (timeoutMs !== null) return `in ${timeoutMs} ms without a decision`;
  if (phase !== "changingView") return "nothing is waited for";
  return `not before it begins: waits for ${quorum} members to ask for view ${view}, ${viewChanges.length} do`;
}

/** Who has prepared: the proposal itself stands for the vote of its primary, which sends no other. */
function preparedBy({ primary, prepares, phase }: Pbft): readonly string[] {
  const isProposed = phase === "proposed" || phase === "prepared" || phase === "deciding";
  return isProposed ? [...new Set([primary, ...prepares])] : prepares;
}

const ROUND_PHASES: Readonly<Record<FastPaxos["phase"], string>> = {
  idle: "waits for a proposal",
  proposed: "has a proposal, which acceptors judge",
  voted: "has voted, gathers LEARNs",
  deciding: "has decided, applies the block",
  changingTrust: "turns to another proposer",
};

function fastPaxosRows(consensus: FastPaxos): readonly Row[] {
  const { height, round, proposer, quorum, phase, learns, suspicions, promises, uncertified } = consensus;
  return [
    ["deciding", `height ${height}, round ${round}, proposer ${proposer}: ${ROUND_PHASES[phase]}`],
    ...votes(quorum, [
      ["voted", learns],
      ["promised", promises],
    ]),
    // Fewer than a quorum move the others (docs/consensus-bp-fast-paxos.md): how many depends on why they ask.
    ...(suspicions.length === 0 ? [] : [["suspect the proposer", suspicions.join(", ")] as const]),
    ["round ends", roundEnd(consensus)],
    ...(uncertified === 0
      ? []
      : [
          [
            "certificates",
            `being gathered for ${uncertified} final ${uncertified === 1 ? "block" : "blocks"}`,
          ] as const,
        ]),
  ];
}

function roundEnd({ part, timeoutMs }: FastPaxos): string {
  if (timeoutMs !== null) return `in ${timeoutMs} ms without a decision`;
  return part === "acceptor" ? "nothing is waited for" : "when acceptors say so: this node has no vote";
}

const WORK_PHASES: Readonly<Record<ProofOfWork["phase"], string>> = {
  settled: "stands on the branch with the most work that it knows",
  fetching: "gets the blocks of a branch with more work",
  switching: "goes over to a branch with more work",
};

function powRows(consensus: ProofOfWork): readonly Row[] {
  const { height, phase, work, best, branches, orphans, mining, hashRate } = consensus;
  const { finalConfirmations, assumedAttackerShare, reversalRisk } = consensus;
  const ahead = best.work === work ? "" : `; the most work that is known is at height ${best.height}`;
  const against = `an attacker with ${assumedAttackerShare} of all hash power`;
  return [
    ["chain", `height ${height}, ${work} hashes of work: ${WORK_PHASES[phase]}${ahead}`],
    ["beside it", `branches ${branches}, blocks without a parent ${orphans}`],
    ["mines", mining ? `yes, ${hashRate} hashes a second` : "no"],
    [
      "final",
      finalConfirmations === null
        ? `never: no number of confirmations is enough against ${against}`
        : `after ${finalConfirmations} confirmations: ${against} undoes it with a probability of at most ${reversalRisk}`,
    ],
  ];
}
