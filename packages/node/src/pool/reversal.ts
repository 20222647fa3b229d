// How likely it is that a block of proof of work is undone, and when a node calls it final: against an attacker of the
// share of all hash power that its operator assumes (Rosenfeld 2014, analysis of hashrate-based double spending).
import { confirmationsFor, rosenfeld } from "@witan/consensus";
import { POW_DEFAULTS, type ProofOfWorkSettings } from "../settings.ts";

/** What a transaction that lies so deep is called. */
export interface DepthView {
  /** Blocks from its own to the tip, both counted. */
  readonly confirmations: number;
  readonly reversalProbability: number;
}

/** When what is in a block counts as final. */
export class Reversal {
  readonly settings: ProofOfWorkSettings;
  /** So many confirmations make a block final; undefined: no number does. */
  readonly confirmations: number | undefined;

  constructor(settings: Partial<ProofOfWorkSettings> = {}) {
    this.settings = { ...POW_DEFAULTS, ...settings };
    const { assumedAttackerShare, reversalRisk } = this.settings;
    const needed = confirmationsFor(rosenfeld, assumedAttackerShare, reversalRisk);
    this.confirmations = needed === undefined ? undefined : Math.max(1, needed);
  }

  /** Of a block at a height, with the chain at another. */
  at(height: number, tip: number): DepthView & { readonly isFinal: boolean } {
    const confirmations = tip - height + 1;
    const { assumedAttackerShare } = this.settings;
    const reversalProbability = height === 0 ? 0 : rosenfeld(assumedAttackerShare, confirmations);
    const isFinal = height <= this.finalHeight(tip);
    return { confirmations, reversalProbability, isFinal };
  }

  /** The last block that is final, with the chain at a height. Block 0 is: nobody can undo it. */
  finalHeight(tip: number): number {
    return this.confirmations === undefined ? 0 : Math.max(0, tip - this.confirmations + 1);
  }
}
