// The ways to lie of whole nodes that plans name, each with what it is in a line. The strongest lie, two nodes with the same
// keys, needs none of these. Names that worlds of engines have too mean the same.
import { type BallotForm, badBlocks } from "./blocks.ts";
import {
  badDoubleSpend,
  badGovernance,
  badHeader,
  badMoney,
  badParent,
  badReward,
  badRoot,
  badSignature,
  badSize,
  badTime,
  badWitness,
  type Flaw,
} from "./flaws.ts";
import { accomplice, PBFT_BALLOTS } from "./pbft-ballots.ts";
import { farTips, forgedSync, wrongBodies } from "./sync.ts";
import type { TapMaker } from "./tap.ts";
import { brokenCopies, censorship } from "./transactions.ts";
import { bodiless, flips, flood, lossy, misanswers, noises, oversized, repeats, silence } from "./wire.ts";

/** A way to lie, and what it is. */
export interface NamedTap {
  readonly says: string;
  readonly make: TapMaker;
}

/** Flaws of blocks, by the names of the lies. */
export const FLAWS: Readonly<Record<string, { readonly says: string; readonly flaw: Flaw }>> = {
  "bad-signature": { says: "blocks with a wrong signature in them", flaw: badSignature },
  "bad-witness": {
    says: "blocks with a copy of a client's transaction whose witness does not hold",
    flaw: badWitness,
  },
  "bad-double-spend": { says: "blocks that spend what is spent", flaw: badDoubleSpend },
  "bad-root": { says: "blocks whose root is not that of their transactions, or members", flaw: badRoot },
  "bad-parent": { says: "blocks on a parent that nobody decided", flaw: badParent },
  "bad-size": { says: "blocks larger than allowed", flaw: badSize },
  "bad-reward": { says: "blocks that pay their proposer, or somebody, what is not due", flaw: badReward },
  "bad-governance": {
    says: "blocks with two changes of the members, or one that too few approved",
    flaw: badGovernance,
  },
  "bad-time": { says: "blocks of a time far from every clock", flaw: badTime },
  "bad-header": { says: "blocks of another version, height, proposer, target or nonce", flaw: badHeader },
  "bad-money": { says: "blocks that steal, or make money out of nothing", flaw: badMoney },
};

/** On the wire, of any bytes. */
export const WIRE_TAPS: Readonly<Record<string, NamedTap>> = {
  "wire-flips": { says: "flips bits in some of what it sends", make: flips },
  "wire-noise": { says: "sends random bytes in between", make: noises },
  "wire-oversized": { says: "sends more at once than anybody may", make: oversized },
  "wire-flood": { says: "sends one message hundreds of times at once", make: flood },
  "wire-lossy": { says: "leaves out a part of what it should send", make: lossy },
  "wire-silence": { says: "says nothing about votes to some, and everything to others", make: silence },
  "wire-bodiless": { says: "keeps the bodies of its blocks from some", make: bodiless },
  "wire-repeats": { says: "says again what it said before", make: repeats },
  "wire-answers": {
    says: "answers requests wrongly: never, with nothing, with noise, with another answer",
    make: misanswers,
  },
};

/** Lies about the chain and about transactions. */
export const CHAIN_TAPS: Readonly<Record<string, NamedTap>> = {
  "wrong-bodies": {
    says: "sends other bodies than it is asked for, or than its proposals mean",
    make: wrongBodies,
  },
  "forged-sync": {
    says: "decided blocks with a forged certificate, or another's, for who is behind",
    make: forgedSync,
  },
  "far-tips": { says: "claims blocks that it has not, and has no answer for who asks", make: farTips },
  "broken-copies": {
    says: "clients' transactions with a witness that does not hold: first, beside, instead",
    make: brokenCopies,
  },
  censorship: { says: "leaves out one client's transactions", make: censorship },
};

/** Proposes blocks with each flaw. */
export function flawTaps(form: BallotForm): Readonly<Record<string, NamedTap>> {
  return Object.fromEntries(
    Object.entries(FLAWS).map(([name, { says, flaw }]) => [
      name,
      { says, make: badBlocks(name, flaw, form) },
    ]),
  );
}

/** Of PBFT, by the names that plans use. */
export const TAPS: Readonly<Record<string, NamedTap>> = {
  ...WIRE_TAPS,
  ...flawTaps(PBFT_BALLOTS),
  accomplice: { says: "votes for every bad block that a liar proposes", make: accomplice },
  ...CHAIN_TAPS,
};
