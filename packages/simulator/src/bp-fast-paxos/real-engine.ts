// What a process of a world runs where nothing else is asked for: the engine of the product.
import { BpFastPaxos } from "@witan/consensus";
import type { Begin } from "./world.ts";

/** The engine as it is; with the rules of a specimen, where a world has them. */
export const realEngine: Begin = ({ plan, options }, { keys }, start) => {
  const { roundTicks, roundTicksMax, resendTicks, bufferedMax, detectByzantineAcceptors } = plan;
  const config = {
    ...{ roundTicks, roundTicksMax, resendTicks, bufferedMax, detectByzantineAcceptors },
    // A node measures it; these worlds have no throughput to speak of.
    ...{ minimumSharePermille: 0, votingKeys: keys },
  };
  const { corrections } = options;
  return corrections ? new BpFastPaxos(config, start, corrections) : new BpFastPaxos(config, start);
};
