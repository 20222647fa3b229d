// The real engine of proof of work, as worlds begin it.
import { type PowConfig, type PowStart, ProofOfWork } from "@witan/consensus";

/** Begins one. */
export function realEngine(config: PowConfig, start: PowStart): ProofOfWork {
  return new ProofOfWork(config, start);
}
