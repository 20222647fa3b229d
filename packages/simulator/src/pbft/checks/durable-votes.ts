// A vote leaves only when what it rests on is on the disk: else a crash would take back what others rely on.
import type { PbftMessage } from "@witan/consensus";
import { Violation } from "../../world/violation.ts";
import type { CheckMaker } from "../check.ts";
import type { Progress } from "../disk.ts";
import type { Process } from "../process.ts";
import { wordsOf } from "../words.ts";

/** The record of where a process stands says at least what it signs. */
export const durableVotes: CheckMaker = () => ({
  name: "durable-votes",
  signed: (at, signed) => {
    if (at.lies) return;
    const lacking = lackingFor(signed.message, at);
    if (lacking !== undefined)
      throw new Violation("durable-votes", `p${at.place} says ${wordsOf(signed)}, and ${lacking}`);
  },
});

function lackingFor(message: PbftMessage, { disk, bodies }: Process): string | undefined {
  if (message.kind === "checkpoint" || message.kind === "status") return undefined;
  const { progress } = disk;
  if (progress?.membership !== message.membership || progress.view < message.view)
    return "its disk does not say that it is in this view";
  const isKept =
    message.kind === "viewChange" || message.kind === "newView" || disk.hasBody(message.blockHash);
  if (!isKept) return `the body is ${bodies.has(message.blockHash) ? "in memory only" : "not there"}`;
  return holds(message, progress) ? undefined : "its disk does not hold what this rests on";
}

function holds(message: PbftMessage, { view, accepted, prepared, announced }: Progress): boolean {
  switch (message.kind) {
    case "prePrepare":
    case "prepare":
      return accepted?.message.height === message.height && accepted.message.blockHash === message.blockHash;
    case "commit":
      return (
        prepared?.view === message.view &&
        prepared.height === message.height &&
        prepared.blockHash === message.blockHash
      );
    case "viewChange": {
      const [shown] = message.prepared;
      return shown === undefined || (prepared?.view === shown.view && prepared.blockHash === shown.blockHash);
    }
    case "newView":
      return view > message.view || announced?.view === message.view;
    default:
      return true;
  }
}
