// Messages in few words, for traces and diagrams.
import type { SignedMessage } from "@witan/consensus";

const NAMES = {
  prePrepare: "PRE-PREPARE",
  prepare: "PREPARE",
  commit: "COMMIT",
  viewChange: "VIEW-CHANGE",
  newView: "NEW-VIEW",
  checkpoint: "CHECKPOINT",
  status: "STATUS",
} as const;

/** A message: its kind, height, view and the beginning of its block's hash. */
export function wordsOf({ message }: SignedMessage): string {
  const name = NAMES[message.kind];
  switch (message.kind) {
    case "viewChange": {
      const [prepared] = message.prepared;
      const holds = prepared ? ` prepared ${prepared.blockHash.slice(0, 8)} v${prepared.view}` : "";
      return `${name} v${message.view} after ${message.decidedHeight}${holds}`;
    }
    case "newView":
      return `${name} v${message.view} by ${message.viewChanges.map(({ sender }) => sender).join(" ")}`;
    case "checkpoint":
      return `${name} h${message.height} ${message.digest.slice(0, 8)}`;
    default:
      return `${name} h${message.height} v${message.view} ${message.blockHash.slice(0, 8)}`;
  }
}
