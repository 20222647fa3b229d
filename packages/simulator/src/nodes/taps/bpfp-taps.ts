// The ways to lie of proposers of BP Fast Paxos, in worlds of whole nodes: what any node can do on the wire, with blocks and
// with its chain, and what only a proposer can do. Acceptors only crash.
import {
  ACCEPTS,
  acceptorsWords,
  fallsMute,
  falseStatuses,
  farRounds,
  slowProposer,
  spoiltProofs,
  staleProofs,
} from "./accepts.ts";
import { rivalBlocks } from "./blocks.ts";
import { CHAIN_TAPS, flawTaps, type NamedTap, WIRE_TAPS } from "./taps.ts";

/** By the names that plans use; those that worlds of engines have too mean the same. */
export const BPFP_TAPS: Readonly<Record<string, NamedTap>> = {
  ...WIRE_TAPS,
  ...flawTaps(ACCEPTS),
  ...CHAIN_TAPS,
  "two-blocks": {
    says: "shows two blocks for one height, each to some, in any round",
    make: rivalBlocks("two-blocks", ACCEPTS),
  },
  "spoilt-proofs": {
    says: "proofs of too few promises, of one twice, without a vote, for another round, or with a wrong seal",
    make: spoiltProofs,
  },
  "stale-proofs": {
    says: "proofs of promises for an earlier round, as they are or renumbered",
    make: staleProofs,
  },
  "far-rounds": { says: "ACCEPTs in rounds of its own that nobody asked for, near and far", make: farRounds },
  "acceptors-words": { says: "says what only acceptors may say", make: acceptorsWords },
  "false-statuses": { says: "says that it stands elsewhere", make: falseStatuses },
  "falls-mute": { says: "takes part, and from some moment on says nothing any more", make: fallsMute },
  "slow-proposer": { says: "sends its ACCEPTs late, by up to T", make: slowProposer },
};
