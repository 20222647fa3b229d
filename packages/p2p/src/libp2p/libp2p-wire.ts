// A libp2p connection as a wire: one long-lived stream per lane, opened by the side that dialled.
import type { Connection, Stream } from "@libp2p/interface";
import type { PeerId } from "@witan/primitives";
import { NetworkError } from "../network-error.ts";
import { LANES, type Lane, type Wire, type WireListener } from "../wire.ts";
import { formatMultiaddr } from "./multiaddrs.ts";
import { fromLibp2p } from "./peer-ids.ts";
import { spareWindowUpdates } from "./window-updates.ts";

/** The protocol of each lane's stream. The number is that of the frames, not of what is in them. */
export function protocolOf(lane: Lane): string {
  return `/witan/1/${lane}`;
}

/** A Noise message carries 65,519 bytes, 12 of them Yamux's: a piece of this size needs one, a greater one two. */
const PIECE_BYTES = 65_507;
/** How long what was written may take to leave. */
const END_MS = 500;

/** A connection with its streams. */
export class Libp2pWire implements Wire {
  readonly id: PeerId;
  readonly direction: "in" | "out";
  readonly address: string;
  readonly pieceBytes = PIECE_BYTES;
  readonly #connection: Connection;
  readonly #streams = new Map<Lane, Stream>();
  /** Lanes whose stream sends what it kept before it takes more: `idle` tells when it is done. */
  readonly #keeping = new Set<Lane>();
  #listener: WireListener | undefined;
  #isOver = false;
  /** How it ended, if that was before anybody listened. */
  #endCode: string | undefined;
  #isEnding = false;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.id = fromLibp2p(connection.remotePeer);
    this.direction = connection.direction === "inbound" ? "in" : "out";
    this.address = formatMultiaddr(connection.remoteAddr);
    connection.addEventListener("close", () => this.#over("connection-lost"), { once: true });
  }

  listen(listener: WireListener): void {
    this.#listener = listener;
    for (const [lane, stream] of this.#streams) this.#hear(lane, stream);
    const code = this.#endCode;
    // Later: what came before the end is heard first, such as why we are not wanted.
    if (code !== undefined) setImmediate(() => listener.closed(code));
  }

  /** Takes a stream for a lane. False: there is one already. */
  attach(lane: Lane, stream: Stream): boolean {
    if (this.#streams.has(lane)) return false;
    this.#streams.set(lane, stream);
    spareWindowUpdates(stream);
    if (this.#listener !== undefined) this.#hear(lane, stream);
    return true;
  }

  /** Opens the stream of a lane. @throws what libp2p throws: the connection is of no use */
  async open(lane: Lane): Promise<void> {
    const stream = await this.#connection.newStream(protocolOf(lane));
    if (!this.attach(lane, stream)) stream.abort(new NetworkError("closed", "the lane is open already"));
  }

  openLanes(): void {
    if (this.direction === "in") return;
    for (const lane of LANES) {
      if (this.#streams.has(lane)) continue;
      this.open(lane).catch(() => {
        this.abort();
        this.#over("lane-refused");
      });
    }
  }

  canWrite(lane: Lane): boolean {
    const stream = this.#streams.get(lane);
    if (stream === undefined || this.#isOver || this.#isEnding) return false;
    if (stream.writeStatus !== "writable" || stream.writableNeedsDrain) return false;
    if (stream.writeBufferLength > 0) this.#keeping.add(lane);
    return stream.writeBufferLength === 0;
  }

  write(lane: Lane, bytes: Uint8Array): void {
    // A stream that just broke throws; the event that says so is on its way.
    try {
      this.#streams.get(lane)?.send(bytes);
    } catch {
      this.#connection.abort(new NetworkError("closed", "a stream broke"));
    }
  }

  pause(lane: Lane): void {
    const stream = this.#streams.get(lane);
    if (stream?.readStatus === "readable") stream.pause();
  }

  resume(lane: Lane): void {
    const stream = this.#streams.get(lane);
    if (stream?.readStatus === "paused") stream.resume();
  }

  end(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#connection.close({ signal: AbortSignal.timeout(END_MS) }).catch((error: unknown) => {
      this.#connection.abort(new NetworkError("failed", "it did not end in time", { cause: error }));
    });
  }

  abort(): void {
    this.#isOver = true;
    this.#connection.abort(new NetworkError("closed", "cut off"));
  }

  #hear(lane: Lane, stream: Stream): void {
    const listener = this.#listener;
    if (listener === undefined) return;
    stream.addEventListener("message", ({ data }) => {
      if (data instanceof Uint8Array) listener.received(lane, data);
      else for (const bytes of data) listener.received(lane, bytes);
    });
    stream.addEventListener("drain", () => listener.writable(lane));
    stream.addEventListener("idle", () => {
      if (!this.#keeping.delete(lane)) return;
      // Not within the event: the stream still counts as sending, and would keep what it is given for ever.
      queueMicrotask(() => listener.writable(lane));
    });
    stream.addEventListener("remoteCloseWrite", () => this.#lost());
    stream.addEventListener("close", () => this.#lost());
    listener.writable(lane);
  }

  /** A lane ended. Lanes live as long as the connection: so it ends too. */
  #lost(): void {
    if (this.#isOver) return;
    this.end();
    this.#over("lane-closed");
  }

  #over(code: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#listener === undefined) this.#endCode = code;
    else this.#listener.closed(code);
  }
}
