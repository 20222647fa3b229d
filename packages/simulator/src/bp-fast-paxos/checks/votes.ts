// What acceptors promise and vote, across crashes: one block in a round and height, never below what was promised, and
// nothing that is said is forgotten.
import { type RoundBallot, voteIn } from "@witan/consensus";
import { Violation } from "../../world/violation.ts";
import { AcceptorWords } from "../acceptor-words.ts";
import type { CheckMaker } from "../check.ts";
import type { Process } from "../process.ts";

/** No correct acceptor contradicts what it said before; what it says is on its disk. */
export const votes: CheckMaker = () => {
  const words = new AcceptorWords();
  return {
    name: "votes",
    said: (at, message) => {
      if (at.lies) return;
      const broken = words.take(at.place, message) ?? missing(at, message);
      if (broken !== undefined) throw new Violation("votes", `p${at.place} ${broken}`);
    },
  };
};

/** What it says and has not on its disk. */
function missing(at: Process, message: Parameters<AcceptorWords["take"]>[1]): string | undefined {
  const vote = voteIn(message);
  if (vote !== undefined) return missingVote(at, vote);
  if (message.kind !== "promise") return undefined;
  const { membership, round } = message;
  const { progress } = at.disk;
  const isKept = progress?.membership === membership && progress.round >= round;
  return isKept ? undefined : `promises round ${round}, which is not on its disk`;
}

function missingVote({ disk }: Process, { membership, round, height, blockHash }: RoundBallot) {
  const { progress } = disk;
  const { vote } = progress ?? {};
  const isKept =
    progress?.membership === membership &&
    vote?.height === height &&
    vote.round === round &&
    vote.blockHash === blockHash;
  if (!isKept) return `says a vote for ${blockHash.slice(0, 8)} that is not on its disk`;
  return disk.hasBody(blockHash) ? undefined : "votes for a block whose body is not on its disk";
}
