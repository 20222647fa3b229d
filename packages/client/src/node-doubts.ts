// What a sender doubts of what it is told: a fee rate that a node may have made up, and its own clock where a node finds a time
// too far ahead. Asks nobody.
import { type Refusal, refuse } from "@witan/primitives";
import type { TransactionOutcome } from "@witan/rpc";
import type { ClientClock } from "./platform-clock.ts";
import type { TransferRequest } from "./transfer-request.ts";

/** How much more than at first a chain may ask for before its node is doubted; and what it may ask for whatever it did then. */
const FEE_RATE_TIMES = 10;
const FEE_RATE_BELIEVED = 10_000;

/** Refuses a rate that a node may have made up: whoever asks for more must be believed by someone. */
export function rateDoubted({ chain, fee }: TransferRequest): Refusal<"fee-too-high"> | undefined {
  const first = chain.genesis.parameters.feeRateMin;
  const believed = Math.max(FEE_RATE_TIMES * first, FEE_RATE_BELIEVED);
  if (fee.kind !== "rate" || fee.rate <= believed) return undefined;
  const detail =
    `the node asks for ${fee.rate} base units for 1,000 of weight, at most ${believed} is believed (the genesis says ` +
    `${first}): if it is true, say how much may be paid with fee or feeMax`;
  return refuse("fee-too-high", detail);
}

/** Says of a time that is too far ahead where it comes from: a node knows nothing of the sender's clock. */
export function doubtingClock(outcome: TransactionOutcome, clock: ClientClock): TransactionOutcome {
  if (!("code" in outcome) || outcome.code !== "valid-until-too-far") return outcome;
  const now = new Date(clock.now()).toISOString();
  const message =
    `${outcome.message} The time was counted from this machine's clock, which says ${now}: set it if it is ahead, or give ` +
    "a shorter validForMs.";
  return { ...outcome, message };
}
