// Verdicts and notices as short texts that two pools can be compared by.
import type { AdmissionVerdict, MempoolRefusal, Notice, PrecheckVerdict } from "@witan/mempool";
import { nameOf } from "./naive-lists.ts";

/** The code, and what the code carries. */
export function describeRefusal(refusal: MempoolRefusal): string {
  switch (refusal.code) {
    case "conflict":
      return `conflict ${refusal.with}`;
    case "known-otherwise":
      return `known-otherwise ${refusal.witnessHash}`;
    case "mempool-full":
      return `mempool-full ${refusal.feeRateNeeded}`;
    case "ancestor-dropped":
      return `ancestor-dropped ${refusal.ancestor} ${refusal.cause}`;
    default:
      return refusal.code;
  }
}

/** The status, and why. */
export function describeVerdict(verdict: AdmissionVerdict | PrecheckVerdict): string {
  return verdict.status === "refused" ? `refused ${describeRefusal(verdict.refusal)}` : verdict.status;
}

/** What happened, to which bytes, and why. */
export function describeNotice(notice: Notice): string {
  const name = nameOf(notice.transaction);
  return `${notice.kind} ${name} ${notice.kind === "admitted" ? notice.from : describeRefusal(notice.refusal)}`;
}
