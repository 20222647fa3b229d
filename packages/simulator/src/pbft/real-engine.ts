// What a process of a world runs where nothing else is asked for: the engine of the product.
import { Pbft } from "@witan/consensus";
import type { Begin } from "./world.ts";

/** The engine as it is. */
export const realEngine: Begin = ({ plan }, { keys }, start) => {
  const { viewTicks, viewTicksMax, resendTicks, bufferedMax } = plan;
  return new Pbft({ viewTicks, viewTicksMax, resendTicks, bufferedMax, votingKeys: keys }, start);
};
