// What proof of work pays (docs/formats.md, section 11). Targets and work are in primitives, for the engine needs them too.
import type { ProofOfWorkParameters } from "./genesis.ts";

export {
  blockWork,
  compactOfTarget,
  type HeaderHistory,
  medianTimestamp,
  meetsTarget,
  nextTarget,
  targetOfCompact,
} from "@witan/primitives";

/** What a block at a height (from 1) may create. */
export function subsidyAt(parameters: ProofOfWorkParameters, height: number): bigint {
  return parameters.subsidy >> BigInt(Math.floor((height - 1) / parameters.halvingInterval));
}
