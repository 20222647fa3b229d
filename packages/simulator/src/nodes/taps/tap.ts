// Between a lying node and the wire: the node is a real one, and a tap changes what leaves it, what it hears and what it
// is asked. A tap knows what its node sends and hears, what is public, and the secrets of its own node; no others'.
import type { PrePrepare } from "@witan/consensus";
import type { SealedTransaction } from "@witan/ledger";
import type { BlockHash, Channel, Hash, PeerId, PublicKey, Signature } from "@witan/primitives";
import type { Random } from "../../random.ts";
import type { NodeCast } from "../cast.ts";

/** A message on its way. */
export interface Parcel {
  readonly channel: Channel;
  readonly bytes: Uint8Array;
}

/** In place of an answer: "refused", or nothing at all until the asker gives up. */
export type NoAnswer = "refused" | "never";

/** A way to lie. Every part is asked only if it is there. */
export interface Tap {
  /** What leaves in the place of a message: none, one or several. */
  send?(to: PeerId, parcel: Parcel): readonly Parcel[];
  /** What is said unasked, a few times a second. */
  speaks?(to: PeerId): readonly Parcel[];
  /** What its own node asks, as it leaves. */
  asks?(to: PeerId, bytes: Uint8Array): Uint8Array;
  answer?(to: PeerId, request: Uint8Array, honest: Uint8Array | NoAnswer): Uint8Array | NoAnswer;
  /** What its own node hears of a message; undefined: nothing. */
  hears?(from: PeerId, parcel: Parcel): Uint8Array | undefined;
  /** False: whoever hands this transaction in here is not answered. */
  serves?(transaction: SealedTransaction): boolean;
}

/** What the two processes of one liar have said. */
export interface Sayings {
  readonly all: { readonly place: number; readonly bytes: Uint8Array }[];
  gone: number;
}

/** What several taps of one world share: liars know of each other. */
export interface Conspiracy {
  /** Blocks that break a rule, or whose time no correct validator may vote for, with what is wrong with them. */
  readonly bad: Map<BlockHash, string>;
  /** Their bytes, the last ones. */
  readonly bodies: Map<BlockHash, Uint8Array>;
  /** What they were proposed for, where a liar heard of it. */
  readonly ballots: Map<BlockHash, PrePrepare>;
  /** By node: what its twins have said, the last of it, and how much more there was before. */
  readonly sayings: Map<number, Sayings>;
}

/** What a tap is made with. */
export interface Liar {
  readonly node: number;
  readonly place: number;
  readonly random: Random;
  readonly cast: NodeCast;
  readonly conspiracy: Conspiracy;
  /** The height of its node's tip. */
  readonly height: number;
  /** What clients know to be final. */
  readonly finals: readonly SealedTransaction[];
  /** The keys of its own node. */
  readonly keys: readonly PublicKey[];
  /** Signs by a key of its own. */
  sign(digest: Hash, key: PublicKey): Signature;
  /** Something was done: for what is counted and told. */
  did(what: string): void;
}

/** Makes a way to lie for one process. */
export type TapMaker = (liar: Liar) => Tap;

/** Several ways at once, one after the other. */
export function tapOf(makers: readonly TapMaker[], liar: Liar): Tap {
  const taps = makers.map((make) => make(liar));
  return {
    send: (to, parcel) =>
      taps.reduce<readonly Parcel[]>(
        (all, tap) => (tap.send ? all.flatMap((one) => tap.send?.(to, one) ?? [one]) : all),
        [parcel],
      ),
    speaks: (to) => taps.flatMap((tap) => tap.speaks?.(to) ?? []),
    asks: (to, bytes) => taps.reduce((asked, tap) => tap.asks?.(to, asked) ?? asked, bytes),
    answer: (to, request, honest) =>
      taps.reduce((answer, tap) => tap.answer?.(to, request, answer) ?? answer, honest),
    hears: (from, { channel, bytes }) =>
      taps.reduce<Uint8Array | undefined>(
        (heard, tap) =>
          heard !== undefined && tap.hears ? tap.hears(from, { channel, bytes: heard }) : heard,
        bytes,
      ),
    serves: (transaction) => taps.every((tap) => tap.serves?.(transaction) ?? true),
  };
}
