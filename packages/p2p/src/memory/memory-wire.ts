// Two ends of a wire in one process: lanes with windows, delivered in order, a turn of the event loop later, never at
// once (a sender must not be called back while it sends).
import { type PeerId, present } from "@witan/primitives";
import { LANES, type Lane, type Wire, type WireListener } from "../wire.ts";

/** What may be on its way on one lane, as on a real line. */
const WINDOW_BYTES = 256 * 1024;

/** What is on its way to one end, on one lane. */
interface Way {
  chunks: Uint8Array[];
  bytes: number;
  isPaused: boolean;
}

/** One end. */
export class MemoryWire implements Wire {
  readonly id: PeerId;
  readonly direction: "in" | "out";
  readonly address: string;
  readonly pieceBytes = WINDOW_BYTES;
  readonly #ways: ReadonlyMap<Lane, Way> = new Map(
    LANES.map((lane) => [lane, { chunks: [], bytes: 0, isPaused: false }]),
  );
  #other: MemoryWire | undefined;
  #listener: WireListener | undefined;
  #delivery: NodeJS.Immediate | undefined;
  #isOver = false;
  /** The other end is gone: what came before is still delivered. */
  #endCode: string | undefined;

  private constructor(end: { id: PeerId; direction: "in" | "out"; address: string }) {
    this.id = end.id;
    this.direction = end.direction;
    this.address = end.address;
  }

  /** The two ends of a new wire: the dialler's, and the other's. */
  static pair(
    dialler: { readonly id: PeerId; readonly address: string },
    listener: { readonly id: PeerId; readonly address: string },
  ): readonly [MemoryWire, MemoryWire] {
    const out = new MemoryWire({ ...listener, direction: "out" });
    const into = new MemoryWire({ ...dialler, direction: "in" });
    out.#other = into;
    into.#other = out;
    return [out, into];
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  listen(listener: WireListener): void {
    this.#listener = listener;
    this.#wake();
  }

  /** Lanes are there from the beginning. */
  openLanes(): void {}

  canWrite(lane: Lane): boolean {
    const other = present(this.#other, "the other end");
    return (
      !this.#isOver && !other.#isOver && this.#endCode === undefined && other.#way(lane).bytes < WINDOW_BYTES
    );
  }

  write(lane: Lane, bytes: Uint8Array): void {
    const other = present(this.#other, "the other end");
    if (this.#isOver || other.#isOver) return;
    const way = other.#way(lane);
    way.chunks.push(bytes);
    way.bytes += bytes.length;
    other.#wake();
  }

  pause(lane: Lane): void {
    this.#way(lane).isPaused = true;
  }

  resume(lane: Lane): void {
    this.#way(lane).isPaused = false;
    this.#wake();
  }

  end(): void {
    this.#leave("lane-closed");
  }

  abort(): void {
    this.#leave("connection-lost");
  }

  /** The line breaks: both ends are told. */
  cut(): void {
    for (const end of [this, present(this.#other, "the other end")]) {
      if (end.#isOver) continue;
      end.#stop();
      end.#listener?.closed("connection-lost");
    }
  }

  #leave(code: string): void {
    const other = present(this.#other, "the other end");
    this.#stop();
    if (other.#isOver) return;
    other.#endCode ??= code;
    other.#wake();
  }

  #stop(): void {
    this.#isOver = true;
    if (this.#delivery !== undefined) clearImmediate(this.#delivery);
  }

  #way(lane: Lane): Way {
    return present(this.#ways.get(lane), "the lane");
  }

  #wake(): void {
    if (this.#isOver || this.#listener === undefined) return;
    this.#delivery ??= setImmediate(() => {
      this.#delivery = undefined;
      for (const lane of LANES) this.#deliver(lane);
      if (this.#endCode === undefined || this.#isOver) return;
      this.#stop();
      this.#listener?.closed(this.#endCode);
    });
  }

  #deliver(lane: Lane): void {
    const way = this.#way(lane);
    const wasFull = way.bytes >= WINDOW_BYTES;
    while (!way.isPaused && !this.#isOver) {
      const chunk = way.chunks.shift();
      if (chunk === undefined) break;
      way.bytes -= chunk.length;
      this.#listener?.received(lane, chunk);
    }
    const other = present(this.#other, "the other end");
    if (wasFull && way.bytes < WINDOW_BYTES && !other.#isOver) other.#listener?.writable(lane);
  }
}
