// What a network knows of one peer: whether it may connect, its links, its dialling, its faults, its numbers.
import type { AdmittedPeer, PeerId, PeerStatus } from "@witan/primitives";
import type { Link } from "./link.ts";
import type { NetworkTimes } from "./settings.ts";
import { Standing } from "./standing.ts";

/** What is being done to reach a peer. */
export type Dialling =
  | { readonly kind: "idle" }
  | { readonly kind: "waiting"; readonly stop: () => void }
  | { readonly kind: "dialling"; readonly controller: AbortController };

/** One peer. */
export class PeerRecord {
  readonly id: PeerId;
  readonly standing: Standing;
  admitted: AdmittedPeer | undefined;
  /** The link that is in use. */
  link: Link | undefined;
  /** All that are not over, those that are being greeted too. */
  readonly links = new Set<Link>();
  dialling: Dialling = { kind: "idle" };
  /** Failed attempts in a row. */
  attempts = 0;
  /** When the link in use was ready: by the wall clock, and by the other. */
  since: number | undefined;
  readyAt = 0;
  bytesSent = 0;
  bytesReceived = 0;
  dropped = 0;
  lastFailure: string | undefined;

  constructor(id: PeerId, times: NetworkTimes) {
    this.id = id;
    this.standing = new Standing(times);
  }

  get name(): string {
    return this.admitted?.name ?? "";
  }

  /** Gives up waiting or dialling. */
  stopDialling(): void {
    const { dialling } = this;
    this.dialling = { kind: "idle" };
    if (dialling.kind === "waiting") dialling.stop();
    if (dialling.kind === "dialling") dialling.controller.abort();
  }

  /** For status pages; `wall` and `now` are the two clocks. */
  status(wall: number, now: number): PeerStatus {
    const banned = this.standing.bannedFor(now);
    return {
      id: this.id,
      name: this.name,
      connected: this.link !== undefined,
      direction: this.link?.wire.direction,
      address: this.admitted?.address ?? this.link?.wire.address,
      since: this.link === undefined ? undefined : this.since,
      bytesSent: this.bytesSent,
      bytesReceived: this.bytesReceived,
      dropped: this.dropped,
      // What failed before it was connected is over.
      lastFailure: this.link === undefined ? this.lastFailure : undefined,
      bannedUntil: banned > 0 ? Math.round(wall + banned) : undefined,
    };
  }
}
