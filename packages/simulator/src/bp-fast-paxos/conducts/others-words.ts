// What only acceptors may say, said by a proposer; where it stands, told falsely; and old words again.
import type { BpfpMessage } from "@witan/consensus";
import type { BlockHash, Hash, Height, MemberIndex, View } from "@witan/primitives";
import { inventedHash, moved } from "../../engines/conducts/made-up.ts";
import type { ConductMaker, Liar } from "../conduct.ts";
import { newHash, postTo } from "./saying.ts";

/** Of a thousand ticks so many. */
const OFTEN = 60;
const KEPT = 64;

/** LEARNs, promises, TRUSTCHANGEs, DECIDEDs and CHECKPOINTs: of no weight, since the channel says who sent them. */
export const acceptorsWords: ConductMaker = (random) => ({
  name: "acceptors-words",
  ticks: (liar) => {
    if (!random.chance(OFTEN)) return;
    const { height, head, membership } = liar.ground;
    const ballot = {
      ...{ membership: membership.from, round: liar.round as View, height: (height + 1) as Height },
      blockHash: newHash(liar),
    };
    const [promise] = liar.conspiracy.promises(membership.from).slice(-1);
    const messages: readonly BpfpMessage[] = [
      { kind: "learn", ...ballot, signature: [] },
      {
        ...{ kind: "trustChange", membership: membership.from, round: (liar.round + 1) as View },
        reason: random.pick(["evidence", "suspicion"]),
      },
      {
        ...{ kind: "decided", membership: membership.from, height: ballot.height },
        ...{
          blockHash: ballot.blockHash,
          signature: `${inventedHash(random)}${inventedHash(random)}` as never,
        },
      },
      {
        ...{ kind: "checkpoint", membership: membership.from, height: height as Height },
        digest: inventedHash<Hash>(random),
      },
      ...(promise ? [{ kind: "promise", ...promise, acceptor: (liar.me ?? 0) as MemberIndex } as const] : []),
      { kind: "learn", ...ballot, blockHash: head, signature: [] },
    ];
    postTo(liar, random.some(liar.others, 600), random.pick(messages));
  },
});

/** STATUSes of heights and rounds where it does not stand, and of votes that it has not. */
export const falseStatuses: ConductMaker = (random) => ({
  name: "false-statuses",
  sends: (outgoing) => {
    const { message } = outgoing;
    if (message.kind !== "status") return [outgoing];
    const by = random.pick([-5, -1, 1, 5, 1_000_000]);
    const other = random.pick([
      { ...message, height: moved(message.height, by) },
      { ...message, round: moved(message.round, by) },
      { ...message, vote: [inventedHash<BlockHash>(random)] },
    ]);
    return [{ ...outgoing, message: random.chance(300) ? { ...other, proven: "no" } : other }];
  },
});

/** Says again what it said long ago. */
export const replayedOwn: ConductMaker = (random) => {
  const said: BpfpMessage[] = [];
  return {
    name: "replayed-own",
    sends: (outgoing) => {
      if (said.at(-1) !== outgoing.message) {
        // Once full a random one makes room, so that some are of long ago.
        if (said.length === KEPT) said.splice(random.below(KEPT), 1);
        said.push(outgoing.message);
      }
      return [outgoing];
    },
    ticks: (liar) => {
      if (said.length > 0 && random.chance(OFTEN))
        again(liar, random.pick(said), random.some(liar.others, 500));
    },
  };
};

/** Passes on what acceptors said to it long ago: over its own channel. */
export const replayedOthers: ConductMaker = (random) => ({
  name: "replayed-others",
  ticks: (liar) => {
    if (!random.chance(OFTEN)) return;
    const heard = liar.conspiracy.heard(random.pick(["promise", "status", "decided", "accept"] as const));
    if (heard.length > 0) again(liar, random.pick(heard), random.some(liar.others, 500));
  },
});

function again(liar: Liar, message: BpfpMessage, places: readonly number[]): void {
  postTo(liar, places, message);
}

/** Stops at random times and comes back without its records: it proposes again, something else. */
export const amnesia: ConductMaker = (random) => {
  const permille = random.pick([2, 6, 20]);
  return {
    name: "amnesia",
    ticks: (liar) => {
      if (random.chance(permille)) liar.forget();
    },
  };
};
