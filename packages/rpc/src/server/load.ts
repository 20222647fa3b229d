// How much is being answered, and the bounds on it. Every call that enters leaves again, however it ends.
import type { ErrorReason } from "../errors.ts";
import type { CallSignal } from "./call-signal.ts";
import type { RpcLimits } from "./options.ts";

/** What is counted of the whole server, or of one connection. */
interface Counts {
  calls: number;
  waits: number;
}

/** What one connection has going, and what must end with it. */
export class Connection implements Counts {
  calls = 0;
  waits = 0;
  /** Bytes of answers that its caller has not fetched yet. */
  unreadBytes = 0;
  isClosed = false;
  /** Of its requests that are being answered: a caller may send several before it reads. */
  readonly signals = new Set<CallSignal>();
}

/** What a server has going. */
export class Load {
  readonly #limits: RpcLimits;
  readonly #all: Counts = { calls: 0, waits: 0 };
  #unreadBytes = 0;

  constructor(limits: RpcLimits) {
    this.#limits = limits;
  }

  /** Takes a call in, or says which bound it would break; then nothing has changed. */
  enter(connection: Connection, isWait: boolean): ErrorReason | undefined {
    const all = this.#all;
    const limits = this.#limits;
    if (isWait) {
      if (all.waits >= limits.waits || connection.waits >= limits.waitsPerConnection) return "waits-too-many";
      all.waits++;
      connection.waits++;
    } else {
      if (all.calls >= limits.calls || connection.calls >= limits.callsPerConnection) return "calls-too-many";
      all.calls++;
      connection.calls++;
    }
    return undefined;
  }

  /** A call that entered has been answered. */
  leave(connection: Connection, isWait: boolean): void {
    const field = isWait ? "waits" : "calls";
    this.#all[field]--;
    connection[field]--;
  }

  /** Whether callers leave so much unfetched that there may be no more large answers. */
  get isClogged(): boolean {
    return this.#unreadBytes >= this.#limits.unreadBytes;
  }

  /** An answer waits to be fetched. @returns what to call when it was */
  addUnread(connection: Connection, bytes: number): () => void {
    if (connection.isClosed) return () => undefined;
    this.#changeUnread(connection, bytes);
    return () => {
      if (!connection.isClosed) this.#changeUnread(connection, -bytes);
    };
  }

  /** A connection has ended: nobody waits for the rest. */
  closed(connection: Connection): void {
    this.#changeUnread(connection, -connection.unreadBytes);
    connection.isClosed = true;
    for (const signal of connection.signals) signal.abort();
  }

  #changeUnread(connection: Connection, bytes: number): void {
    connection.unreadBytes += bytes;
    this.#unreadBytes += bytes;
  }
}
