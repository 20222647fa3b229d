// Liars that single specimens need beside the conducts of all worlds.
import type { ConductMaker } from "../pbft/conduct.ts";
import { instead } from "../pbft/conducts/saying.ts";

/** As primary shows everybody two blocks for one height: who takes only one is not harmed. */
export const allProposals: ConductMaker = () => ({
  name: "all-proposals",
  sends: (outgoing, liar) => {
    const { message } = outgoing.signed;
    if (message.kind !== "prePrepare" || !liar.isOwn(outgoing.signed)) return [outgoing];
    const rival = liar.conspiracy.rivalOf(message.blockHash, liar.ground);
    liar.keepBody(rival.hash);
    return [outgoing, instead(outgoing, { ...message, blockHash: rival.hash }, liar)];
  },
});

/** Takes part for some time, then never says anything again. */
export const fallsSilent: ConductMaker = (random) => {
  const untilUs = random.between(1, 5) * 1_000_000;
  return { name: "falls-silent", sends: (outgoing, liar) => (liar.nowUs < untilUs ? [outgoing] : []) };
};
