// Votes too early: for what it never got and did not look at, and COMMITs without what they stand on.
import { ballotMessage } from "@witan/consensus";
import type { ConductMaker } from "../conduct.ts";
import { instead, isVote, postAll } from "./saying.ts";

/**
 * So many ballots of a height. Were they forgotten meanwhile, two that vote so, or one and its twin, would answer each other
 * for ever where somebody floods (seed 922).
 */
const BALLOTS_MAX = 64;

/** PREPARE and COMMIT for every ballot that it hears of. */
export const blindVotes: ConductMaker = () => {
  const done = new Set<string>();
  let height = 0;
  return {
    name: "blind-votes",
    hears: ({ message }, _from, liar) => {
      if (!isVote(message)) return true;
      if (liar.ground.height > height) done.clear();
      height = liar.ground.height;
      const name = `${message.membership} ${message.view} ${message.blockHash}`;
      if (done.has(name) || done.size >= BALLOTS_MAX) return true;
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
