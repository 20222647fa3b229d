// Who may come in, as libp2p asks it: strangers are stopped as soon as Noise has proven who they are, and connections
// that prove nothing are few at a time, in all and from one address, and end soon.
import type { ConnectionGater, MultiaddrConnection } from "@libp2p/interface";
import type { Door } from "../wire.ts";
import { formatMultiaddr, hostPortOf } from "./multiaddrs.ts";
import { fromLibp2p } from "./peer-ids.ts";

/** Connections that have not proven who they are, at a time: as many as a large network that starts at once. */
export const UNPROVEN_AT_ONCE = 128;
/** The same from one address: a flood from one machine leaves room for the others. */
export const UNPROVEN_PER_HOST = 32;
/** New connections of one address in a second. */
export const CONNECTIONS_PER_SECOND = 256;
/** TCP's open to Noise's end. */
export const HANDSHAKE_MS = 5_000;

/** The gate of one libp2p host, closed until there is a door. */
export class Gate {
  #door: Door | undefined;
  readonly #unproven = new Map<MultiaddrConnection, string>();
  readonly #perHost = new Map<string, number>();

  open(door: Door): void {
    this.#door = door;
  }

  /** What libp2p asks. True denies. */
  readonly gater: ConnectionGater = {
    denyInboundConnection: (connection) => this.#denyUnproven(connection),
    denyInboundEncryptedConnection: (peerId, connection) => {
      this.#forget(connection);
      return this.#door?.mayEnter(fromLibp2p(peerId), formatMultiaddr(connection.remoteAddr)) !== true;
    },
    denyOutboundEncryptedConnection: (peerId, connection) =>
      this.#door?.mayEnter(fromLibp2p(peerId), formatMultiaddr(connection.remoteAddr)) !== true,
  };

  #denyUnproven(connection: MultiaddrConnection): boolean {
    const host = hostPortOf(connection.remoteAddr)?.host ?? "";
    const count = this.#perHost.get(host) ?? 0;
    if (count >= UNPROVEN_PER_HOST) {
      this.#refused(connection, "too-many-connections");
      return true;
    }
    const since = performance.now();
    this.#unproven.set(connection, host);
    this.#perHost.set(host, count + 1);
    connection.addEventListener(
      "close",
      () => {
        if (!this.#forget(connection)) return;
        const isLate = performance.now() - since >= HANDSHAKE_MS * 0.9;
        this.#refused(connection, isLate ? "handshake-timeout" : "handshake-failed");
      },
      { once: true },
    );
    return false;
  }

  /** True: it was unproven until now. */
  #forget(connection: MultiaddrConnection): boolean {
    const host = this.#unproven.get(connection);
    if (host === undefined) return false;
    this.#unproven.delete(connection);
    const count = (this.#perHost.get(host) ?? 1) - 1;
    if (count > 0) this.#perHost.set(host, count);
    else this.#perHost.delete(host);
    return true;
  }

  #refused(connection: MultiaddrConnection, code: string): void {
    this.#door?.refused({ id: undefined, address: formatMultiaddr(connection.remoteAddr) }, code);
  }
}
