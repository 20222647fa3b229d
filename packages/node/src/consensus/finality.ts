// What shows a block final that a peer sends, by the protocol of a chain. Asks nobody: whoever fetches checks the
// signatures.
import type { ChecksAnswer } from "@witan/consensus";
import type { Certificate, Height, PeerId } from "@witan/primitives";

/** How final blocks are recognized. */
export interface Finality {
  /** Whether what this peer says of its height is worth something. */
  readonly isWitness: (peer: PeerId) => boolean;
  /** How many witnesses may say what they like. */
  readonly liarsMax: () => number;
  /** What must hold of a certificate that came over the channel of a peer. */
  readonly checks: (certificate: Certificate, from: PeerId) => ChecksAnswer;
  /** What this node shows a block final by; undefined: it can't. */
  readonly shown: (height: Height) => Certificate | undefined;
}
