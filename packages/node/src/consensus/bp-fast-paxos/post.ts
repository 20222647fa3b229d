// Who is meant by the members of an effect, and what is sent to them at most. Decides nothing.
import { type BlockHash, type MemberIndex, type Membership, type PeerId, voters } from "@witan/primitives";
import { bulkMessageCodec } from "../../wire.ts";
import type { ConsensusParts } from "../consensus-parts.ts";

/** Sends to members. */
export class Post {
  readonly #parts: ConsensusParts;
  /** When each peer was last helped; as many as there were members. */
  readonly #helpedAtMs = new Map<PeerId, number>();
  /** The body that was sent last, and to whom: what is proposed again goes without it, and who lacks it asks. */
  #sent: { readonly hash: BlockHash; readonly to: Set<PeerId> } | undefined;

  constructor(parts: ConsensusParts) {
    this.#parts = parts;
  }

  /** The peers of members, oneself aside. */
  peersOf({ members }: Membership, positions: readonly MemberIndex[]): readonly PeerId[] {
    const { self } = this.#parts.ports.network;
    const peers = positions.map((position) => members[position]?.peerId);
    return peers.filter((peer): peer is PeerId => peer !== undefined && peer !== self);
  }

  /** The peers of the acceptors, oneself aside. */
  acceptorsOf(membership: Membership): readonly PeerId[] {
    return this.peersOf(membership, voters(membership));
  }

  /** Sends a body to those who were not sent it. */
  body(hash: BlockHash, block: Uint8Array, to: readonly PeerId[]): void {
    if (this.#sent?.hash !== hash) this.#sent = { hash, to: new Set() };
    const left = to.filter((peer) => this.#sent?.to.has(peer) === false);
    if (left.length === 0) return;
    const message = bulkMessageCodec.encode({ kind: "proposal", block });
    for (const peer of left)
      if (this.#parts.ports.network.send(peer, "bulk", message)) this.#sent.to.add(peer);
  }

  /** Sends a message of the protocol. */
  send(to: readonly PeerId[], bytes: Uint8Array): void {
    for (const peer of to) this.#parts.ports.network.send(peer, "consensus", bytes);
  }

  /** Whether a peer may be sent what it lacks: unless it was just now. */
  mayHelp(peer: PeerId): boolean {
    const { ports, helpPauseMs } = this.#parts;
    if (!ports.network.isConnected(peer)) return false;
    const now = ports.clock.monotonicMs();
    const before = this.#helpedAtMs.get(peer);
    if (before !== undefined && now - before < helpPauseMs) return false;
    this.#helpedAtMs.set(peer, now);
    return true;
  }
}
