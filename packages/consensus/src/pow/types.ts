// What the proof-of-work engine takes in, gives out, and keeps on disk. To it a block is what `ChainHeader` holds: bodies,
// states and hashing are the host's.
import type { BlockHash, Height, PeerId, TargetParameters, Timestamp } from "@witan/primitives";

/** Of a header, what fork choice needs. The host computes `hash` from the header's bytes: it vouches that they belong together. */
export interface ChainHeader {
  readonly hash: BlockHash;
  readonly height: Height;
  readonly parent: BlockHash;
  readonly timestamp: Timestamp;
  /** Compact. */
  readonly target: number;
}

/** So many headers are in one message at most, and an answer of so many says that there are more. */
export const HEADERS_MAX = 2_000;

/** What the engine is told. */
export type PowInput =
  /** Time has passed: one tick, and what the clock of this host says. */
  | { readonly kind: "tick"; readonly now: Timestamp }
  | { readonly kind: "connected"; readonly peer: PeerId }
  | { readonly kind: "disconnected"; readonly peer: PeerId }
  /** Headers of a peer, ascending, without bodies: an announcement, or the answer to `requestHeaders`, which may be empty. */
  | { readonly kind: "headers"; readonly from: PeerId; readonly headers: readonly ChainHeader[] }
  /** A peer asks for what follows the first of these that is on the chain here. */
  | { readonly kind: "headersAsked"; readonly from: PeerId; readonly locator: readonly BlockHash[] }
  /**
   * A block of a peer, or one that was on the disk still: its body is at hand, and is what the header says. Whether it is
   * valid nobody knows yet.
   */
  | { readonly kind: "block"; readonly from: PeerId | undefined; readonly header: ChainHeader }
  /** This host found a block: its body is at hand. */
  | { readonly kind: "mined"; readonly header: ChainHeader }
  /** The answer to `switchTip`: there is exactly one to each. */
  | {
      readonly kind: "switched";
      /** Where the chain stands now, durably: one of `apply`, or as before. */
      readonly tip: BlockHash;
      /** The block of `apply` that broke a rule, if one did: the one after `tip`, or any if the chain stands as before. */
      readonly invalid: BlockHash | undefined;
    };

/** What the host is to do, in order. Nothing behind a `persist` happens before it is durable. */
export type PowEffect =
  /** Keep this record in the place of the one of its kind. */
  | { readonly kind: "persist"; readonly record: PowRecord }
  /**
   * Undo these, the tip first, and apply those, each after the one before; their bodies are at hand. All of it becomes
   * durable in one batch: a crash leaves the chain as it was or as it is then, with more work. If one of `apply` breaks a
   * rule, nothing is changed; if nothing is to be undone, what was applied before it may stay. Undone transactions that
   * still hold go back into the mempool. Bodies of undone blocks stay until `forgetBodies`.
   */
  | {
      readonly kind: "switchTip";
      readonly undo: readonly BlockHash[];
      readonly apply: readonly BlockHash[];
    }
  /** Build blocks on this one and try nonces, until `stopMining` or the next `mine`; answer by `mined`, each time. */
  | {
      readonly kind: "mine";
      readonly parent: BlockHash;
      readonly height: Height;
      readonly target: number;
      /** The block's timestamp must be later. */
      readonly laterThan: Timestamp;
    }
  /** A better tip is there: what is being mined is worth nothing. */
  | { readonly kind: "stopMining" }
  /** Send this header, the tip's, to all peers: as `headers`, or whole as `block` if it was mined here. */
  | { readonly kind: "announce"; readonly hash: BlockHash }
  /** Send these headers to a peer, none too. */
  | { readonly kind: "sendHeaders"; readonly to: PeerId; readonly hashes: readonly BlockHash[] }
  /** Ask a peer for headers: a `headersAsked` there, answered by `headers`. */
  | { readonly kind: "requestHeaders"; readonly to: PeerId; readonly locator: readonly BlockHash[] }
  /** Get a block: from the disk if it is there still, from one of these, who said to have it, or from anyone. Answered by `block`. */
  | { readonly kind: "fetchBody"; readonly hash: BlockHash; readonly from: readonly PeerId[] }
  /** These bodies may be deleted: they are on no branch that is likely to win. */
  | { readonly kind: "forgetBodies"; readonly hashes: readonly BlockHash[] }
  /** A peer sent what is wrong for everyone. */
  | {
      readonly kind: "reportPeer";
      readonly peer: PeerId;
      readonly code: PowFault;
      readonly hash: BlockHash;
    };

/** What a peer may send that is wrong for everyone. */
export type PowFault =
  | "header-height"
  /** Not the target that is prescribed there. */
  | "header-target"
  /** Not later than the median of the 11 before. */
  | "header-timestamp"
  /** The hash is above the target. */
  | "header-work"
  /** A block that breaks a rule, or that is built on one. */
  | "invalid-block";

/** What must survive a crash. */
export interface PowRecord {
  readonly kind: "invalid";
  /** Blocks that broke a rule, or were built on one that did; the newest last. */
  readonly hashes: readonly BlockHash[];
}

/** What a chain fixes, as its genesis says. */
export interface PowParameters extends TargetParameters {
  /** How far ahead of its clock a node takes a header; no part of validity. */
  readonly maxFutureDriftMs: number;
}

/** How the engine is set up. */
export interface PowConfig {
  readonly parameters: PowParameters;
  /** Whether this host mines. */
  readonly mines: boolean;
  /** After so many ticks what was not answered is asked again, and the tip announced again. */
  readonly resendTicks: number;
  /** Blocks asked for at the same time. */
  readonly fetchMax: number;
  /** Blocks whose parent is unknown, or that came too early: so many of each are kept. */
  readonly waitingMax: number;
  /** Headers that are not on the chain. No branch can be followed that leaves it farther back. */
  readonly sideHeadersMax: number;
  /**
   * Bodies at hand that are on no branch with more work than the chain. While there is such a branch there may be two times
   * as many.
   */
  readonly sideBodiesMax: number;
  /** Invalid blocks that are remembered. */
  readonly invalidMax: number;
}

/** What a host uses unless it knows better. */
export const POW_LIMITS = {
  resendTicks: 100,
  fetchMax: 64,
  waitingMax: 256,
  // A side header is some 700 bytes: 70 MB at most, each of them paid for with work.
  sideHeadersMax: 100_000,
  sideBodiesMax: 128,
  // 32 KiB in the record. To make it forget one, an attacker must find a thousand blocks.
  invalidMax: 1_024,
} as const;

/** What the engine starts from. */
export interface PowStart {
  /** The chain as it is applied, from block 0 to its tip. */
  readonly headers: readonly ChainHeader[];
  /** As persisted; none on a new node. */
  readonly records: readonly PowRecord[];
  readonly now: Timestamp;
}

/** Where the engine stands. */
export interface PowStatus {
  readonly mode: "pow";
  /** Of the tip. */
  readonly height: Height;
  readonly hash: BlockHash;
  /** Of the chain, all blocks together. */
  readonly work: bigint;
  readonly phase: "settled" | "fetching" | "switching";
  /** The header with the most work, whether its block is at hand or not. */
  readonly best: { readonly height: Height; readonly hash: BlockHash; readonly work: bigint };
  /** Compact: of the block after the tip. */
  readonly nextTarget: number;
  /** Whether a block is being looked for right now; not while the chain is switched. */
  readonly searching: boolean;
  /** Branches beside the chain. */
  readonly branches: number;
  /** Blocks whose parent is unknown. */
  readonly orphans: number;
}

/** How many of each the engine keeps in memory: for metrics, and for checkers, which hold the limits against it. */
export interface PowKept {
  readonly sideHeaders: number;
  readonly sideBodies: number;
  readonly orphans: number;
  /** Blocks from the future. */
  readonly early: number;
  readonly invalid: number;
  /** Blocks that were asked for. */
  readonly asked: number;
  readonly peers: number;
}
