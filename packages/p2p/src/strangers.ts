// Those who have no business here. A few at a time are told why before they are cut off; the last ones are remembered
// for status pages. Bounded, whoever comes.
import type { PeerId, PeerStatus } from "@witan/primitives";
import type { Link } from "./link.ts";

/** Strangers that are told why at a time; more are cut off without a word. */
const TOLD_AT_ONCE = 8;
const REMEMBERED = 32;

interface Refused {
  readonly address: string;
  readonly code: string;
}

/** Links and memories of strangers. */
export class Strangers {
  readonly #links = new Set<Link>();
  readonly #refused = new Map<PeerId, Refused>();

  get hasRoom(): boolean {
    for (const link of this.#links) if (link.isOver) this.#links.delete(link);
    return this.#links.size < TOLD_AT_ONCE;
  }

  add(link: Link): void {
    this.#links.add(link);
  }

  /** Remembers why somebody was refused. */
  note(id: PeerId, address: string, code: string): void {
    this.#refused.delete(id);
    this.#refused.set(id, { address, code });
    if (this.#refused.size > REMEMBERED)
      for (const oldest of [...this.#refused.keys()].slice(0, 1)) this.#refused.delete(oldest);
  }

  ended(link: Link, code: string): void {
    this.note(link.id, link.wire.address, code);
  }

  /** Ends all links. */
  cut(): void {
    for (const link of this.#links) link.wire.abort();
    this.#links.clear();
  }

  statuses(): readonly PeerStatus[] {
    return [...this.#refused].map(([id, { address, code }]) => ({
      id,
      name: "",
      connected: false,
      direction: undefined,
      address,
      since: undefined,
      bytesSent: 0,
      bytesReceived: 0,
      dropped: 0,
      lastFailure: code,
      bannedUntil: undefined,
    }));
  }
}
