// Where consensus stands at a node, as rows of a name and a text for people: in the words of each protocol.
import type { ResultOf } from "@witan/rpc";

type Consensus = ResultOf<"consensus_status">;
type Pbft = Extract<Consensus, { readonly mode: "pbft" }>;
type FastPaxos = Extract<Consensus, { readonly mode: "bp-fast-paxos" }>;
type Row = readonly [string, string];

/** What is being decided, who has voted, and when who leads is given up. */
export function consensusRows(consensus: Consensus): readonly Row[] {
  return consensus.mode === "pbft" ? pbftRows(consensus) : fastPaxosRows(consensus);
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
