// Votes as they come from the wire: decoded, held against the protocol's checks, their signatures asked. Alone makes
// `Verified`. Blame is for what is wrong for everyone, never for what this node may lack.
import {
  asVerified,
  type Memberships,
  type PbftMessage,
  pbftChecks,
  signedMessageCodec,
  type Verified,
} from "@witan/consensus";
import type { ChainId, Height } from "@witan/primitives";
import type { CheckedSignatures, SignaturesAnswer } from "../checked-signatures.ts";

/** What became of a message. */
export type Reading =
  | { readonly kind: "verified"; readonly message: Verified<PbftMessage> }
  /** Wrong for everyone: whoever sent it is to blame. */
  | { readonly kind: "fault"; readonly code: string }
  /** It rests on the membership of a height that is not known here. */
  | { readonly kind: "notYet"; readonly height: Height }
  /** Nobody could tell; it will be sent again. */
  | { readonly kind: "unknown" };

/** What an inbox is made with. */
export interface InboxOptions {
  readonly chainId: ChainId;
  readonly memberships: Memberships;
  readonly signatures: CheckedSignatures;
}

/** Reads what other nodes send on the channel `consensus`. */
export class Inbox {
  readonly #options: InboxOptions;

  constructor(options: InboxOptions) {
    this.#options = options;
  }

  /** Reads one message; the answer is at hand unless many signatures are to be checked. */
  read(bytes: Uint8Array): Reading | Promise<Reading> {
    const decoded = signedMessageCodec.decode(bytes);
    if (!decoded.ok) return { kind: "fault", code: "consensus-encoding" };
    const { sender, message, signature } = decoded.value;
    const { chainId, memberships, signatures } = this.#options;
    const asked = pbftChecks(chainId, sender, message, signature, memberships);
    if (asked.kind !== "checks") return asked;
    const conclude = (answer: SignaturesAnswer): Reading => {
      if (answer === "unknown") return { kind: "unknown" };
      if (answer === "broken") return { kind: "fault", code: "consensus-signature" };
      return { kind: "verified", message: asVerified(sender, message, signature) };
    };
    const answer = signatures.check(asked.checks);
    return typeof answer === "string" ? conclude(answer) : answer.then(conclude);
  }
}
