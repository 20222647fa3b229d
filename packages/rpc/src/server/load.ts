// How much is being answered and how much of the answers lies in memory, and the bounds on it. Every call that enters
// leaves again, however it ends; every byte that is held is fetched, or goes with its connection.
import { present } from "@witan/primitives";
import type { ErrorReason } from "../errors.ts";
import type { CallSignal } from "./call-signal.ts";
import type { RpcLimits } from "./options.ts";
import type { Source } from "./sources.ts";

/** What is counted of the whole server, or of one connection. */
interface Counts {
  calls: number;
  waits: number;
}

/** What one connection has going, and what must end with it. */
export class Connection implements Counts {
  readonly source: Source;
  /** Ends it at once. */
  readonly cut: () => void;
  calls = 0;
  waits = 0;
  /** Bytes of answers that were made and that its caller has not fetched yet. */
  heldBytes = 0;
  /** Waits for fewer of them: at most one body, as reads are answered in order. */
  onRoom: (() => void) | undefined;
  isClosed = false;
  /** Something that came over it was wrong, and it has not been kept waiting for that yet. */
  hasErred: boolean;
  /** Something was wrong once. */
  wasWrong = false;
  /** A large body came over it and was right, and nothing was wrong since. */
  isProven = false;
  /** Nothing has come over it yet, and it was not kept waiting for what its source owes. */
  isUntried: boolean;
  /** Requests of HTTP that came and are not answered yet. */
  requests = 0;
  /** Of its requests that are being answered: a caller may send several before it reads. */
  readonly signals = new Set<CallSignal>();
  #last: Promise<void> = Promise.resolve();

  constructor(source: Source, cut: () => void, isUntried = false) {
    this.source = source;
    this.cut = cut;
    this.hasErred = isUntried;
    this.isUntried = isUntried;
  }

  /** Something that came over it was wrong. */
  erred(): void {
    this.hasErred = true;
    this.wasWrong = true;
    this.isProven = false;
  }

  /** Does something when what was to be done before it has ended: of a connection one body's reads are answered at a time. */
  inOrder(work: () => Promise<void>): Promise<void> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }
}

/** What a server has going. */
export class Load {
  readonly #limits: RpcLimits;
  readonly #all: Counts = { calls: 0, waits: 0 };
  /** Connections with answers that are not fetched yet. */
  readonly #holders = new Set<Connection>();
  #heldBytes = 0;

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

  /** Bytes of answers that were made and not fetched yet. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Ends when the connection has fetched so much that more may be read for it, or is closed. */
  room(connection: Connection): Promise<void> {
    if (this.#hasRoom(connection)) return Promise.resolve();
    return new Promise((resolve) => {
      connection.onRoom = resolve;
    });
  }

  /** Bytes of an answer were made. With too many of them in all, whoever has most is cut off, and nobody else hindered. */
  hold(connection: Connection, bytes: number): void {
    if (connection.isClosed) return;
    this.#change(connection, bytes);
    while (this.#heldBytes > this.#limits.unreadBytes) {
      const most = this.#greatest();
      this.closed(most);
      most.cut();
    }
  }

  /** Bytes that were held were fetched. */
  release(connection: Connection, bytes: number): void {
    if (!connection.isClosed) this.#change(connection, -bytes);
  }

  /** A connection has ended: nobody waits for the rest. */
  closed(connection: Connection): void {
    if (connection.isClosed) return;
    connection.isClosed = true;
    this.#change(connection, -connection.heldBytes);
    for (const signal of connection.signals) signal.abort();
  }

  #change(connection: Connection, bytes: number): void {
    connection.heldBytes += bytes;
    this.#heldBytes += bytes;
    if (connection.heldBytes > 0) this.#holders.add(connection);
    else this.#holders.delete(connection);
    if (!this.#hasRoom(connection)) return;
    connection.onRoom?.();
    connection.onRoom = undefined;
  }

  #hasRoom({ isClosed, heldBytes }: Connection): boolean {
    return isClosed || heldBytes < this.#limits.batchAnswerBytes;
  }

  /** Of the source that has most, the connection that does. */
  #greatest(): Connection {
    const ofSource = new Map<Source, number>();
    for (const { source, heldBytes } of this.#holders)
      ofSource.set(source, (ofSource.get(source) ?? 0) + heldBytes);
    const rank = (one: Connection): readonly [number, number] => [
      ofSource.get(one.source) ?? 0,
      one.heldBytes,
    ];
    const [greatest] = [...this.#holders].sort((a, b) => {
      const [[ofA, aBytes], [ofB, bBytes]] = [rank(a), rank(b)];
      return ofB - ofA || bBytes - aBytes;
    });
    return present(greatest, "a connection with answers that are not fetched");
  }
}
