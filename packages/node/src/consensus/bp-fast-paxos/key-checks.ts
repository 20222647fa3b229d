// Whether acceptors that are connected share one key: each shows it to the others at once. Otherwise nobody would notice
// until a proposer has to be replaced, and then no round could begin. Says so, and changes nothing.
import { bpfpFrameCodec, keyCheckDigest } from "@witan/consensus";
import type { Height, PeerId } from "@witan/primitives";
import type { ConsensusParts } from "../consensus-parts.ts";
import { acceptorWith, isHeard } from "./own-word.ts";

/** What acceptors show each other of their key. */
export class KeyChecks {
  readonly #parts: ConsensusParts;
  /** Acceptors that have another key, as far as they are connected or were. */
  readonly #strange = new Set<PeerId>();
  /** The members to whom this node has shown its key. */
  #shownTo: Height;

  constructor(parts: ConsensusParts) {
    this.#parts = parts;
    this.#shownTo = parts.chain.governance.membership.from;
  }

  /** Shows an acceptor that was just connected that this node has the key, if it is one, too. */
  connected(peer: PeerId): void {
    const { chain, ports } = this.#parts;
    const { membership } = chain.governance;
    const own = acceptorWith(membership, ports.signer.publicKeys);
    const isAcceptor = membership.members.some(({ peerId, role }) => peerId === peer && role === "acceptor");
    if (own === undefined || ports.promiseSealer === undefined || !isAcceptor) return;
    if (!isHeard(membership, ports)) return;
    const shown = { membership: membership.from, acceptor: own.me };
    const mac = ports.promiseSealer.seal(keyCheckDigest(chain.chain.chainId, shown));
    const message = bpfpFrameCodec.encode({ kind: "keyCheck", membership: membership.from, mac });
    ports.network.send(peer, "consensus", message);
  }

  /** A block was applied: with other members it is shown anew to all that are connected. */
  applied(): void {
    const { from } = this.#parts.chain.governance.membership;
    if (from === this.#shownTo) return;
    this.#shownTo = from;
    for (const peer of this.#parts.connected()) this.connected(peer);
  }

  /** An acceptor has shown its key. */
  heard(peer: PeerId, holds: boolean): void {
    const { chain, ports } = this.#parts;
    const member = chain.governance.membership.members.find(({ peerId }) => peerId === peer)?.name ?? peer;
    if (holds && this.#strange.delete(peer))
      ports.log.info({ member }, `${member} has the same acceptors' key as this node now`);
    if (holds || this.#strange.has(peer)) return;
    this.#strange.add(peer);
    ports.log.error(
      { member },
      `${member} has another acceptors' key than this node: neither believes what the other promises, so that a proposer may not be replaced when it has to be. Compare \`witan keys show keys/acceptors.json\` on both machines, and give all acceptors the same key (docs/operations.md)`,
    );
  }
}
