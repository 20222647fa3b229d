// Which records account for what a guard has noted last, and which do not.
import assert from "node:assert/strict";
import type { BpfpRecord } from "@witan/consensus";
import { type BlockHash, type Height, sha256Hex, type View } from "@witan/primitives";
import { unaccounted } from "../../../packages/node/src/consensus/bp-fast-paxos/accounts.ts";
import { BPFP_STEPS } from "../../../packages/node/src/consensus/bp-fast-paxos/slots.ts";

const { promise, vote } = BPFP_STEPS;
const HASH = sha256Hex(new Uint8Array(1)) as BlockHash;
const membership = 1 as Height;

function progress(round: number, voted?: { readonly round: number; readonly height?: number }): BpfpRecord {
  const kept = voted && {
    ...{ height: (voted.height ?? 7) as Height, round: voted.round as View },
    ...{ blockHash: HASH, signature: [] },
  };
  return { kind: "progress", membership, round: round as View, vote: kept };
}

function proof(round: number): BpfpRecord {
  return { kind: "proof", membership, round: round as View, promises: [] };
}

type Slot = readonly [round: number, step: number];

/** What the records lack for slots of a height, while height 7 is to be decided. */
function lacks(
  height: number,
  slots: readonly Slot[],
  records: readonly BpfpRecord[],
  isProposer = false,
): string | undefined {
  const noted = slots.map(([view, step]) => ({ view: view as View, step }));
  return unaccounted({ height: height as Height, slots: noted }, records, {
    height: 7 as Height,
    ...{ membership, isProposer },
  });
}

type Case = readonly [string, number, readonly Slot[], readonly BpfpRecord[]];

const ACCOUNTED: readonly Case[] = [
  ["a vote for what is decided, and no records", 6, [[3, vote]], []],
  ["a vote, and its record", 7, [[0, vote]], [progress(0, { round: 0 })]],
  ["a promise, and the record of its round", 7, [[2, promise]], [progress(2)]],
  ["a promise, and the record of a later round", 7, [[2, promise]], [progress(4)]],
  [
    "votes of two rounds, and the record of the later",
    7,
    [
      [0, vote],
      [1, promise],
      [1, vote],
    ],
    [progress(1, { round: 1 })],
  ],
  [
    "a vote and a promise behind it, and both records",
    7,
    [
      [0, vote],
      [1, promise],
    ],
    [progress(1, { round: 0 })],
  ],
  ["a promise, and the proof of its round", 7, [[2, promise]], [progress(1), proof(2)]],
];

const LACKING: readonly (readonly [...Case, RegExp])[] = [
  [
    "a vote for a height that is not reached",
    8,
    [[0, vote]],
    [progress(0)],
    /height 8, and the chain ends at 6/,
  ],
  ["a vote, and nothing", 7, [[0, vote]], [], /voted for a block in round 0/],
  ["a vote, and a record from before it", 7, [[0, vote]], [progress(0)], /voted for a block in round 0/],
  [
    "a vote, and the record of one for another height",
    7,
    [[0, vote]],
    [progress(0, { round: 0, height: 6 })],
    /voted/,
  ],
  [
    "a promise, and the record of a round below",
    7,
    [[2, promise]],
    [progress(1)],
    /round 2, .* end in round 1/,
  ],
  [
    "votes of two rounds, and the record of the earlier",
    7,
    [
      [0, vote],
      [1, vote],
    ],
    [progress(1, { round: 0 })],
    /voted for a block in round 1/,
  ],
  [
    "a vote, and the record of its later round without it",
    7,
    [
      [0, vote],
      [1, promise],
    ],
    [progress(1)],
    /voted for a block in round 0/,
  ],
  ["a proposal, and nothing", 7, [[2, vote]], [], /round 2, and the records end in round 0/],
  [
    "a vote, and a record among other members",
    7,
    [[0, vote]],
    [{ ...progress(0, { round: 0 }), membership: 2 as Height }],
    /voted/,
  ],
];

describe("the records of a member of BP Fast Paxos", () => {
  for (const [what, height, slots, records] of ACCOUNTED)
    it(`account for ${what}`, () => {
      assert.equal(lacks(height, slots, records), undefined);
    });

  for (const [what, height, slots, records, why] of LACKING)
    it(`do not account for ${what}`, () => {
      assert.match(lacks(height, slots, records) ?? "", why);
    });

  it("need not account for what a proposer proposed, unless its chain is older than that", () => {
    assert.equal(lacks(7, [[2, vote]], [], true), undefined);
    assert.match(lacks(8, [[0, vote]], [], true) ?? "", /height 8, and the chain ends at 6/);
  });
});
