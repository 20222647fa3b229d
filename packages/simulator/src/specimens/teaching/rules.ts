// The rules that a specimen may leave out, one switch each. With all of them on the teaching engine is PBFT.

/** What a teaching engine keeps to. */
export interface Rules {
  /** A proposal is voted for by PREPARE first, and COMMIT waits for a quorum of those. Off: the primary's word is enough for COMMIT. */
  readonly preparePhase: boolean;
  /** Who is prepared says so by COMMIT, and decides by a quorum of COMMITs. Off: decides when prepared. */
  readonly commitPhase: boolean;
  /** Of the primary's proposals for one view and height only the first is taken. Off: all. */
  readonly oneProposal: boolean;
  /** In a view that began at H, votes are for heights above H only. Off: who is behind votes as ever. */
  readonly aboveBase: boolean;
  /** New members begin in view 0, and views of other members mean nothing to them. Off: views run on. */
  readonly viewsOfMembers: boolean;
  /** A NEW-VIEW is owed when a quorum asks for the view. Off: its timer starts at once. */
  readonly owedByQuorum: boolean;
}

/** PBFT. */
export const ALL_RULES: Rules = Object.freeze({
  preparePhase: true,
  commitPhase: true,
  oneProposal: true,
  aboveBase: true,
  viewsOfMembers: true,
  owedByQuorum: true,
});
