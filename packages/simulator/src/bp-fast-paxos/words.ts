// Messages and evidence in few words, for traces and diagrams.
import { type BpfpEvidence, type BpfpMessage, type RoundVote, voteIn } from "@witan/consensus";

/** A message: its kind, height, round and the beginning of its block's hash. A STATUS that tells of a vote is VOTED. */
export function wordsOf(message: BpfpMessage): string {
  switch (message.kind) {
    case "accept": {
      const by = message.proof.map(({ acceptor }) => acceptor).join(" ");
      return `ACCEPT ${ballotWords(message)}${by === "" ? "" : ` proven by ${by}`}`;
    }
    case "learn":
      return `LEARN ${ballotWords(message)}`;
    case "promise":
      return `PROMISE r${message.round} after ${message.decidedHeight}${voteWords(message.vote)}`;
    case "trustChange":
      return `TRUSTCHANGE r${message.round} on ${message.reason}`;
    case "status": {
      const vote = voteIn(message);
      if (vote !== undefined) return `VOTED ${ballotWords(vote)}`;
      return `STATUS h${message.height} r${message.round} ${message.blockHash.slice(0, 8)}`;
    }
    case "decided":
      return `DECIDED h${message.height} ${message.blockHash.slice(0, 8)}`;
    case "checkpoint":
      return `CHECKPOINT h${message.height} ${message.digest.slice(0, 8)}`;
  }
}

function ballotWords(of: { height: number; round: number; blockHash: string }): string {
  return `h${of.height} r${of.round} ${of.blockHash.slice(0, 8)}`;
}

function voteWords([vote]: readonly RoundVote[]): string {
  return vote === undefined ? "" : ` vote ${vote.blockHash.slice(0, 8)} r${vote.round}`;
}

/** What somebody is accused of. @param name of a member, by its position */
export function evidenceWords(evidence: BpfpEvidence, name: (member: number) => string): string {
  switch (evidence.kind) {
    case "twoBlocks":
      return `two blocks in round ${evidence.first.round}, by ${name(evidence.proposer)}`;
    case "badAccept":
      return `a bad ACCEPT (${evidence.fault}) in round ${evidence.ballot.round}, by ${name(evidence.proposer)}`;
    case "invalidBlock":
      return `an invalid block in round ${evidence.ballot.round}, by ${name(evidence.proposer)}`;
    case "falseLearn":
      return `a LEARN of what was never proposed, by ${name(evidence.acceptor)}`;
    case "twoLearns":
      return `two LEARNs of round ${evidence.first.round}, by ${name(evidence.acceptor)}`;
    case "falsePromise":
      return `a promise against its LEARN, by ${name(evidence.acceptor)}`;
    case "otherDecision":
      return `another decision at ${evidence.message.height}, by ${name(evidence.acceptor)}`;
  }
}
