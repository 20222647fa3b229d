// Votes too early: for what it never got and did not look at, and COMMITs without what they stand on.
import { ballotMessage } from "@witan/consensus";
import type { ConductMaker } from "../conduct.ts";
import { instead, isVote, postAll } from "./saying.ts";

const REMEMBERED = 64;

/** PREPARE and COMMIT for every ballot that it hears of. */
export const blindVotes: ConductMaker = () => {
  const done = new Set<string>();
  return {
    name: "blind-votes",
    hears: ({ message }, _from, liar) => {
      if (!isVote(message)) return true;
      const name = `${message.membership} ${message.view} ${message.blockHash}`;
      if (done.has(name)) return true;
      if (done.size >= REMEMBERED) done.clear();
      done.add(name);
      postAll(liar, liar.sign(ballotMessage("prepare", message)));
      postAll(liar, liar.sign(ballotMessage("commit", message)));
      return true;
    },
  };
};

/** COMMIT together with its first vote: nobody has prepared yet. */
export const prematureCommits: ConductMaker = () => ({
  name: "premature-commits",
  sends: (outgoing, liar) => {
    const { message } = outgoing.signed;
    if (!isVote(message) || message.kind === "commit" || !liar.isOwn(outgoing.signed)) return [outgoing];
    return [outgoing, instead(outgoing, ballotMessage("commit", message), liar)];
  },
});
