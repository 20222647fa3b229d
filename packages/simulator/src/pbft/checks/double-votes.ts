// What a correct process signs never contradicts what it signed before, whatever crashes lie between. Knows nothing of
// the signer guard: it is held against what left, key by key.
import { digestOf, type PbftMessage, type SignedMessage } from "@witan/consensus";
import type { Membership } from "@witan/primitives";
import { Violation } from "../../world/violation.ts";
import { CHAIN } from "../cast.ts";
import type { CheckMaker } from "../check.ts";
import type { Process } from "../process.ts";
import { wordsOf } from "../words.ts";

/** One statement for each slot; no vote below a view that was asked for; nothing that the guard refuses. */
export const doubleVotes: CheckMaker = () => {
  /** By key and slot: what was said. */
  const said = new Map<string, string>();
  /** By key and membership: the highest view that was asked for. */
  const asked = new Map<string, number>();

  const checkSlot = (at: Process, key: string, signed: SignedMessage) => {
    const slot = slotNameOf(signed.message);
    if (slot === undefined) return;
    const name = `${key} ${slot}`;
    const what = statementOf(signed.message);
    const before = said.get(name);
    if (before === undefined) said.set(name, what);
    else if (before !== what)
      throw new Violation("double-votes", `p${at.place} contradicts itself: ${wordsOf(signed)} (${slot})`);
  };

  const checkView = (at: Process, key: string, signed: SignedMessage) => {
    const { message } = signed;
    if (message.kind === "checkpoint" || message.kind === "status") return;
    const name = `${key} ${message.membership}`;
    const left = asked.get(name) ?? 0;
    if (message.view < left)
      throw new Violation(
        "double-votes",
        `p${at.place} asked for view ${left}, and goes back behind it: ${wordsOf(signed)}`,
      );
    if (message.kind === "viewChange") asked.set(name, message.view);
  };

  return {
    name: "double-votes",
    signed: (at, signed) => {
      if (at.lies) return;
      const { members } = at.membershipAt(signed.message.membership) as Membership;
      const key = members[signed.sender]?.votingKey ?? "";
      checkSlot(at, key, signed);
      checkView(at, key, signed);
    },
    refused: (at, { kind }, why) => {
      if (at.lies) return;
      throw new Violation("double-votes", `the signer guard refused a ${kind} of p${at.place}: ${why}`);
    },
  };
};

/** What there is one of; undefined: it may be said otherwise later. */
function slotNameOf(message: PbftMessage): string | undefined {
  switch (message.kind) {
    // Whatever is voted for in a view is the one block that was accepted there.
    case "prePrepare":
    case "prepare":
    case "commit":
      return `vote ${message.membership} ${message.height} ${message.view}`;
    case "viewChange":
      return `viewChange ${message.membership} ${message.decidedHeight} ${message.view}`;
    case "newView":
      return `newView ${message.membership} ${message.view}`;
    case "checkpoint":
      return `checkpoint ${message.height}`;
    case "status":
      return undefined;
  }
}

function statementOf(message: PbftMessage): string {
  if (message.kind === "viewChange" || message.kind === "newView") return digestOf(CHAIN, message);
  return message.kind === "checkpoint" ? message.digest : message.blockHash;
}
