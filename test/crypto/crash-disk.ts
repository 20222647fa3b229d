// A disk that crashes where it is told to: before or after any operation, and within a write at any byte. What was
// written and not synced is lost, kept in part, or kept whole after a crash, as the test says.
import type { GuardFile, GuardFiles } from "@witan/crypto/node";

/** Thrown where the disk crashes. From then on nothing works until `restart`. */
export class Crash extends Error {}

/** What becomes of bytes that were written and not synced: none, all, or the first so many. */
export type Fate = "lost" | "kept" | number;

export class CrashDisk {
  #durable: Uint8Array | undefined;
  #seen: Uint8Array | undefined;
  #unsynced: { bytes: Uint8Array; position: number } | undefined;
  #crashed = false;
  /** Operations that still succeed before the crash; undefined: all. The one that crashes has no effect. */
  crashAfter: number | undefined;
  /** Operations so far, and the lengths of all writes. */
  operations = 0;
  readonly writes: number[] = [];
  /** Whether the next operation fails without a crash, as a full or broken disk does. */
  failNext: "write" | "dataSync" | undefined;

  readonly files: GuardFiles = {
    create: async (_path, bytes) => {
      if (this.#durable !== undefined) return false;
      this.#step();
      this.#durable = bytes.slice();
      this.#seen = bytes.slice();
      return true;
    },
    open: async () => {
      this.#step();
      return this.#seen === undefined ? undefined : this.#open();
    },
  };

  /** Comes back after a crash. @param garbage written where a torn write ended, as a dying disk may */
  restart(fate: Fate, garbage = false): void {
    const pending = this.#unsynced;
    if (pending !== undefined && this.#durable !== undefined && fate !== "lost") {
      const kept = fate === "kept" ? pending.bytes.length : Math.min(fate, pending.bytes.length);
      this.#durable.set(pending.bytes.subarray(0, kept), pending.position);
      if (garbage) this.#durable.fill(0xa5, pending.position + kept, pending.position + pending.bytes.length);
    }
    this.#unsynced = undefined;
    this.#seen = this.#durable?.slice();
    this.#crashed = false;
    this.crashAfter = undefined;
  }

  /** Only the process dies: what was written stays seen, and stays unsynced. */
  killProcess(): void {
    this.#crashed = false;
    this.crashAfter = undefined;
  }

  bytes(): Uint8Array {
    return (this.#durable ?? new Uint8Array(0)).slice();
  }

  overwrite(bytes: Uint8Array): void {
    this.#durable = bytes.slice();
    this.#seen = bytes.slice();
  }

  #open(): GuardFile {
    return {
      read: async (bytesMax) => {
        this.#step();
        return (this.#seen as Uint8Array).slice(0, bytesMax);
      },
      write: async (bytes, position) => {
        this.#step();
        this.writes.push(bytes.length);
        // On top of a write that was never synced: the older one may be the one that is lost, so it is.
        this.#unsynced = { bytes: bytes.slice(), position };
        if (this.failNext === "write") {
          this.failNext = undefined;
          throw new Error("EIO");
        }
        this.#seen?.set(bytes, position);
      },
      dataSync: async () => {
        this.#step();
        if (this.failNext === "dataSync") {
          this.failNext = undefined;
          throw new Error("EIO");
        }
        const pending = this.#unsynced;
        if (pending !== undefined) this.#durable?.set(pending.bytes, pending.position);
        this.#unsynced = undefined;
      },
      close: async () => {},
    };
  }

  #step(): void {
    if (this.#crashed) throw new Crash("the disk is down");
    this.operations++;
    if (this.crashAfter === undefined || this.crashAfter-- > 0) return;
    this.#crashed = true;
    throw new Crash("crash");
  }
}
