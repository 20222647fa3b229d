// Which records account for what a guard has signed last, and which do not.
import assert from "node:assert/strict";
import { asVerified, type PbftRecord, VOTE_STEPS } from "@witan/consensus";
import type { Height, MemberIndex, Signature, View } from "@witan/primitives";
import { type Progress, unaccounted } from "../../../packages/node/src/consensus/pbft/accounts.ts";
import { A, ballot, newView, prepared } from "../../consensus/probe.ts";

const { viewChange, newView: begins, prepare, commit } = VOTE_STEPS;

function progress(view: number, more: Partial<Progress> = {}): Progress {
  const nothing = { changing: false, accepted: undefined, prepared: undefined, announced: undefined };
  return { kind: "progress", membership: 1 as Height, view: view as View, ...nothing, ...more };
}

function votedIn(view: number, height = 7): Pick<Progress, "accepted"> {
  const message = ballot("prePrepare", A, view, height);
  return { accepted: asVerified(0 as MemberIndex, message, "" as Signature) };
}

function preparedIn(view: number, height = 7): Pick<Progress, "prepared"> {
  return { prepared: prepared(A, view, height)[0] };
}

const announced = (view: number) => ({ announced: newView(view) });

type Slot = readonly [view: number, step: number];

/** What the records lack for votes at a height, while height 7 is to be decided. */
function lacks(height: number, slots: readonly Slot[], records: readonly PbftRecord[]): string | undefined {
  const votes = slots.map(([view, step]) => ({ view: view as View, step }));
  const next = { height: 7 as Height, membership: 1 as Height };
  return unaccounted({ height: height as Height, slots: votes }, records, next);
}

const ACCOUNTED: readonly (readonly [string, number, readonly Slot[], readonly PbftRecord[]])[] = [
  ["votes for what is decided, and no records", 6, [[3, commit]], []],
  ["a PREPARE, and what was accepted", 7, [[0, prepare]], [progress(0, votedIn(0))]],
  [
    "a COMMIT, and what was prepared",
    7,
    [
      [0, prepare],
      [0, commit],
    ],
    [progress(0, { ...votedIn(0), ...preparedIn(0) })],
  ],
  [
    "a view that was left, with what was prepared there",
    7,
    [
      [0, prepare],
      [0, commit],
      [1, viewChange],
    ],
    [progress(1, { changing: true, ...preparedIn(0) })],
  ],
  [
    "a COMMIT, and what was prepared later",
    7,
    [[0, commit]],
    [progress(2, { changing: true, ...preparedIn(1) })],
  ],
  [
    "a PREPARE in a view that was left",
    7,
    [
      [0, prepare],
      [1, viewChange],
    ],
    [progress(1, { changing: true })],
  ],
  ["a record that is ahead of the guard", 7, [[0, prepare]], [progress(1, { changing: true })]],
  [
    "a view that this validator begins",
    7,
    [
      [1, viewChange],
      [1, begins],
    ],
    [progress(1, announced(1))],
  ],
  [
    "a view that this validator began, and left",
    7,
    [
      [1, begins],
      [2, viewChange],
    ],
    [progress(2, { changing: true })],
  ],
];

const LACKING: readonly (readonly [string, number, readonly Slot[], readonly PbftRecord[], RegExp])[] = [
  ["a height that the chain has not", 9, [[0, prepare]], [progress(0, votedIn(0))], /height 9.*ends at 6/],
  ["no records", 7, [[0, prepare]], [], /accepted a block in view 0/],
  ["no records of a view", 7, [[1, viewChange]], [], /view 1, and the records end in view 0/],
  ["records of other members", 7, [[1, viewChange]], [progress(1, { membership: 5 as Height })], /in view 0/],
  ["an older view", 7, [[2, viewChange]], [progress(1, { changing: true })], /view 2.*end in view 1/],
  ["nothing accepted", 7, [[1, prepare]], [progress(1)], /accepted a block in view 1/],
  ["what was accepted a height before", 7, [[1, prepare]], [progress(1, votedIn(1, 6))], /accepted a block/],
  ["nothing prepared", 7, [[0, commit]], [progress(0, votedIn(0))], /prepared in view 0/],
  [
    "what was prepared a height before",
    7,
    [[0, commit]],
    [progress(0, { ...votedIn(0), ...preparedIn(0, 6) })],
    /prepared in view 0/,
  ],
  [
    "what was prepared in an older view",
    7,
    [[1, commit]],
    [progress(1, { ...votedIn(1), ...preparedIn(0) })],
    /prepared in view 1/,
  ],
  [
    "the view of an observer, who was never prepared",
    7,
    [
      [0, commit],
      [1, viewChange],
    ],
    [progress(4)],
    /prepared in view 0/,
  ],
  ["nothing announced", 7, [[1, begins]], [progress(1)], /announced.* in view 1/],
  ["what was announced before", 7, [[5, begins]], [progress(5, announced(1))], /announced.* in view 5/],
];

describe("records account", () => {
  for (const [what, height, slots, records] of ACCOUNTED)
    it(`for ${what}`, () => assert.equal(lacks(height, slots, records), undefined));
});

describe("records do not account for a guard that has seen more:", () => {
  for (const [what, height, slots, records, why] of LACKING)
    it(what, () => assert.match(lacks(height, slots, records) ?? "", why));
});
