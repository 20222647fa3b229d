// Who may connect, and who is connected: the members of the height in progress, and those that the configuration lists.
import type { AdmittedPeer, Membership, Network, PeerId } from "@witan/primitives";

/** The peers of a node. */
export class Peers {
  readonly #network: Network;
  #listed: readonly AdmittedPeer[];
  #membership: Membership;
  readonly #connected = new Set<PeerId>();

  constructor(network: Network, listed: readonly AdmittedPeer[], membership: Membership) {
    this.#network = network;
    this.#listed = listed;
    this.#membership = membership;
  }

  /** Those that are connected. */
  readonly connected = (): readonly PeerId[] => [...this.#connected];

  /** A connection began. */
  add(id: PeerId): void {
    this.#connected.add(id);
  }

  /** A connection ended. */
  remove(id: PeerId): void {
    this.#connected.delete(id);
  }

  /** What the configuration lists, in place of what it listed before. */
  list(listed: readonly AdmittedPeer[]): void {
    this.#listed = listed;
    this.admit();
  }

  /** Other members decide from now on. */
  membersAre(membership: Membership): void {
    if (membership.from === this.#membership.from) return;
    this.#membership = membership;
    this.admit();
  }

  /** Tells the network who may connect. */
  admit(): void {
    const admitted = new Map<PeerId, AdmittedPeer>(this.#listed.map((peer) => [peer.id, peer]));
    for (const { peerId: id, name } of this.#membership.members)
      admitted.set(id, { id, name, address: admitted.get(id)?.address });
    this.#network.admit([...admitted.values()]);
  }
}
