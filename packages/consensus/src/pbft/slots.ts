// Which slot of the signer guard a message is signed for (packages/crypto, signer-guard.ts). The guard refuses what
// contradicts or regresses, so the order here must be the order in which a correct validator speaks, whatever crashes
// and resends: docs/consensus-pbft.md says why it is.
import type { Height, View } from "@witan/primitives";
import type { PbftMessage } from "./messages.ts";

/** A slot of the signer guard: within a lane by height, then view, then step. */
export interface MessageSlot {
  readonly lane: "vote" | "checkpoint";
  readonly height: Height;
  readonly view: View;
  /** One of VOTE_STEPS; 0 in the lane of checkpoints. */
  readonly step: number;
}

/** The order of votes within a view. PRE-PREPARE and PREPARE are one step: the first is the primary's PREPARE. */
export const VOTE_STEPS = Object.freeze({ viewChange: 0, newView: 1, prepare: 2, commit: 3 });

/**
 * The slot that a message is signed for; undefined: it is no vote, and is signed without the guard (STATUS).
 * @param decidedHeight the sender's last decided height when it made the message. A NEW-VIEW does not say it: its
 * VIEW-CHANGEs may be older than what its sender has said since.
 */
export function slotOf(message: PbftMessage, decidedHeight: Height): MessageSlot | undefined {
  switch (message.kind) {
    case "viewChange":
      return vote(message.decidedHeight + 1, message.view, VOTE_STEPS.viewChange);
    case "newView":
      return vote(decidedHeight + 1, message.view, VOTE_STEPS.newView);
    case "prePrepare":
    case "prepare":
      return vote(message.height, message.view, VOTE_STEPS.prepare);
    case "commit":
      return vote(message.height, message.view, VOTE_STEPS.commit);
    case "checkpoint":
      return { lane: "checkpoint", height: message.height, view: 0 as View, step: 0 };
    case "status":
      return undefined;
  }
}

function vote(height: number, view: View, step: number): MessageSlot {
  return { lane: "vote", height: height as Height, view, step };
}
