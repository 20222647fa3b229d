// What liars share: each other's keys, all that any of them has heard, rival blocks and forgeries. Bounded: the newest of
// each kind. Gives nobody the signature of a node that keeps the rules.
import { type PbftMessage, type SignedMessage, signedMessageCodec } from "@witan/consensus";
import {
  assert,
  type BlockHash,
  type MemberIndex,
  type Membership,
  type PbftCertificate,
  type PublicKey,
  type Signature,
} from "@witan/primitives";
import type { Blocks, Ground, ModelBlock } from "../engines/blocks.ts";
import { Rivals } from "../engines/rivals.ts";
import type { Cast } from "./cast.ts";

/** Messages of one kind that are remembered. */
const REMEMBERED = 256;
/** Forged certificates that are remembered. */
const FORGERIES = 16;

/** The liars of a world. */
export class Conspiracy {
  readonly blocks: Blocks;
  readonly #cast: Cast;
  readonly #keys = new Set<PublicKey>();
  /** By kind and signature: whoever heard it, and however often. */
  readonly #heard = new Map<PbftMessage["kind"], Map<Signature, SignedMessage>>();
  readonly #rivals: Rivals;
  readonly #forgeries: PbftCertificate[] = [];
  readonly #memberships: ((height: number) => Membership | undefined)[] = [];

  constructor(cast: Cast, blocks: Blocks) {
    this.#cast = cast;
    this.blocks = blocks;
    this.#rivals = new Rivals(blocks);
  }

  /** A liar joins. */
  join(keys: readonly PublicKey[], memberships: (height: number) => Membership | undefined): void {
    for (const key of keys) this.#keys.add(key);
    this.#memberships.push(memberships);
  }

  /** Who decides a height, if any liar knows it. */
  membershipAt(height: number): Membership | undefined {
    for (const membershipAt of this.#memberships) {
      const known = membershipAt(height);
      if (known !== undefined) return known;
    }
    return undefined;
  }

  hear(signed: SignedMessage): void {
    const { kind } = signed.message;
    const kept = this.#heard.get(kind) ?? new Map<Signature, SignedMessage>();
    this.#heard.set(kind, kept);
    kept.delete(signed.signature);
    kept.set(signed.signature, signed);
    if (kept.size <= REMEMBERED) return;
    for (const oldest of kept.keys()) {
      kept.delete(oldest);
      return;
    }
  }

  /** What was heard of a kind, oldest first. */
  heard(kind: PbftMessage["kind"]): readonly SignedMessage[] {
    return [...(this.#heard.get(kind)?.values() ?? [])];
  }

  /** Signs for any liar; undefined: it is none of them. @param sender position in the membership of the message */
  sign(membership: Membership, sender: number, message: PbftMessage): SignedMessage | undefined {
    const key = membership.members[sender]?.votingKey;
    return key !== undefined && this.#keys.has(key) ? this.#cast.sign(key, sender, message) : undefined;
  }

  /** A message with a signature that is taken from somewhere: it goes through its bytes, as all that travels. */
  forge(sender: number, signature: Signature, message: PbftMessage): SignedMessage {
    const decoded = signedMessageCodec.decode(
      signedMessageCodec.encode({ sender: sender as MemberIndex, signature, message }),
    );
    assert(decoded.ok, `a forged ${message.kind} does not decode`);
    return decoded.value;
  }

  /** Positions of liars among members. */
  liarsOf(membership: Membership): readonly number[] {
    return membership.members.flatMap(({ votingKey }, at) => (this.#keys.has(votingKey) ? [at] : []));
  }

  /** The block that liars set against another: valid too, and the same for all. @param on what both stand on */
  rivalOf(hash: BlockHash, on: Ground): ModelBlock {
    return this.#rivals.of(hash, on);
  }

  /** A forged certificate for the others. */
  share(forgery: PbftCertificate): void {
    this.#forgeries.push(forgery);
    if (this.#forgeries.length > FORGERIES) this.#forgeries.shift();
  }

  /** What liars have forged, oldest first. */
  get forgeries(): readonly PbftCertificate[] {
    return this.#forgeries;
  }
}
