// The disk of one node: a database that outlives processes, and keeps apart what was synced. A process that dies leaves
// what it wrote; when the power goes, of what was not synced a part is left: whole batches, the oldest first, as LevelDB's
// log promises, and a torn one is as if it had never been. The real CheckedStore stands on it.
import type { StoreChange } from "@witan/primitives";
import { type Backend, type CheckedStore, openMemoryBackend, openStoreOn } from "@witan/storage";
import type { Random } from "../random.ts";
import { type Life, never } from "./life.ts";

type Batch = readonly StoreChange[];

/** What a database holds, to put back later. */
export type DataCopy = Batch;

/** What reading many records costs at most. */
const READ_US = 300;
/** The points that a process comes to before it writes. */
export const SYNCED_POINT = "store write";
export const UNSYNCED_POINT = "store write without sync";
/** What a write without sync costs: it goes to memory. */
const UNSYNCED_US = 20;

/** What a write that fails says, as Node's own errors do. */
const FAILURES = {
  next: ["EIO", "i/o error"],
  all: ["ENOSPC", "no space left on device"],
} as const;

/** What a disk is made with. */
export interface DiskOptions {
  readonly random: Random;
  /** How long a synced write takes: from, to. */
  readonly writeUs: readonly [number, number];
}

/** A bit that flipped. */
interface Flip {
  readonly key: Uint8Array;
  readonly bytes: Uint8Array;
}

/** A disk. */
export class NodeDisk {
  readonly #options: DiskOptions;
  /** What reads see. */
  #seen = openMemoryBackend();
  /** What would be left if the power went now. */
  #durable = openMemoryBackend();
  #unsynced: Batch[] = [];
  /** The write under way. */
  #writing: { readonly batch: Batch; readonly sync: boolean } | undefined;
  #flip: Flip | undefined;
  /** How often all that was there has been replaced. */
  replaced = 0;
  /** Beside what a write takes anyway. */
  perWriteUs = 0;
  /** Which writes fail: the next by a fault of the device, or all for want of room. */
  fails: "none" | "next" | "all" = "none";

  constructor(options: DiskOptions) {
    this.#options = options;
  }

  /** The database, for one life. @throws {StoreError} as the real one does */
  openStore(life: Life): Promise<CheckedStore> {
    return openStoreOn(this.#backendOf(life));
  }

  /** The database, for who looks it through while no process runs. @throws {StoreError} as the real one does */
  openForOperator(): Promise<CheckedStore> {
    const [seen, durable] = [this.#seen, this.#durable];
    const write = async (batch: Batch): Promise<void> => {
      await seen.write(batch, true);
      await durable.write(batch, true);
    };
    return openStoreOn({
      ...readerOf(seen),
      fetchMany: (keys) => seen.fetchMany(keys),
      write: (changes) => write(copiesOf(changes)),
      prepare: async (changes) => {
        const batch = copiesOf(changes);
        return { write: () => write(batch) };
      },
      close: async () => {},
    });
  }

  /** How long the next synced write takes. */
  writeUs(): number {
    const [least, most] = this.#options.writeUs;
    return this.#options.random.between(least, most) + this.perWriteUs;
  }

  /** A write is about to be made. @throws if it fails */
  maybeFail(): void {
    const { fails } = this;
    if (fails === "none") return;
    if (fails === "next") this.fails = "none";
    const [code, words] = FAILURES[fails];
    throw Object.assign(new DiskError(`${code}: ${words}, write`), { code });
  }

  // What befalls it.

  /** The process died. Of the write under way all was made or nothing. */
  crashed(): void {
    const { random } = this.#options;
    const writing = this.#writing;
    this.#writing = undefined;
    if (writing === undefined || !random.chance(500)) return;
    if (writing.sync && random.chance(500)) void this.#sync(writing.batch);
    else void this.#write(writing.batch);
  }

  /**
   * The power went, in the middle of whatever was being written: of that and of what was not synced before it the first
   * batches are left.
   * @returns how many batches that had been written were lost, and whether a synced write was cut short
   */
  powerCut(): { readonly lost: number; readonly cut: boolean } {
    const unsynced = this.#unsynced;
    const writing = this.#writing;
    this.#unsynced = [];
    this.#writing = undefined;
    const queued = writing === undefined ? unsynced : [...unsynced, writing.batch];
    const kept = this.#options.random.below(queued.length + 1);
    void this.#reviveWith(queued.slice(0, kept));
    return {
      lost: Math.max(0, unsynced.length - kept),
      cut: writing?.sync === true && kept < queued.length,
    };
  }

  async #reviveWith(kept: readonly Batch[]): Promise<void> {
    for (const batch of kept) await this.#durable.write(batch, true);
    const contents = await contentsOf(this.#durable);
    this.#seen = openMemoryBackend();
    await this.#seen.write(contents, true);
  }

  /** A bit of a record flips. @returns which record; undefined: there is none */
  async flipBit(): Promise<Uint8Array | undefined> {
    const { random } = this.#options;
    const records = await contentsOf(this.#seen);
    const record = records.length === 0 ? undefined : random.pick(records);
    if (record?.kind !== "put") return undefined;
    const bytes = record.value.slice();
    const at = random.below(bytes.length);
    bytes[at] = (bytes[at] as number) ^ (1 << random.below(8));
    this.#flip = { key: record.key, bytes };
    const batch: Batch = [{ kind: "put", key: record.key, value: bytes }];
    await this.#seen.write(batch, true);
    await this.#durable.write(batch, true);
    return record.key;
  }

  /** Whether a flipped bit is still there. */
  get isSpoilt(): boolean {
    if (this.#flip === undefined) return false;
    const { key, bytes } = this.#flip;
    const now = this.#seen.get(key);
    return now !== undefined && now.length === bytes.length && now.every((byte, at) => byte === bytes[at]);
  }

  /** What is there now. */
  copy(): Promise<DataCopy> {
    return contentsOf(this.#seen);
  }

  /** Something takes the place of all that is there; nothing, by default. */
  async replace(copy: DataCopy = []): Promise<void> {
    this.#flip = undefined;
    this.replaced++;
    this.#unsynced = [];
    this.#seen = openMemoryBackend();
    this.#durable = openMemoryBackend();
    await this.#seen.write(copy, true);
    await this.#durable.write(copy, true);
  }

  // What processes do with it.

  #backendOf(life: Life): Backend {
    const { random } = this.#options;
    const seen = this.#seen;
    const write = (batch: Batch, sync: boolean) => this.#writeFor(life, batch, sync);
    return {
      ...readerOf(seen),
      fetchMany: async (keys) => {
        const values = await seen.fetchMany(keys);
        if (random.chance(500)) await life.passed(random.below(READ_US));
        return life.alive ? values : never();
      },
      close: async () => {},
      write: (changes, sync) => write(copiesOf(changes), sync),
      prepare: async (changes) => {
        const batch = copiesOf(changes);
        return { write: (sync) => write(batch, sync) };
      },
    };
  }

  async #writeFor(life: Life, batch: Batch, sync: boolean): Promise<void> {
    if (!life.reach(sync ? SYNCED_POINT : UNSYNCED_POINT)) return never();
    // Perhaps it was made all the same, and only its end went wrong.
    if (this.fails !== "none" && this.#options.random.chance(300)) await this.#write(batch);
    this.maybeFail();
    this.#writing = { batch, sync };
    await life.passed(sync ? this.writeUs() : UNSYNCED_US);
    this.#writing = undefined;
    await (sync ? this.#sync(batch) : this.#write(batch));
    if (!life.reach("store written")) return never();
  }

  async #write(batch: Batch): Promise<void> {
    this.#unsynced.push(batch);
    await this.#seen.write(batch, true);
  }

  async #sync(batch: Batch): Promise<void> {
    // Another disk may take this one's place meanwhile.
    const [seen, durable, batches] = [this.#seen, this.#durable, [...this.#unsynced, batch]];
    this.#unsynced = [];
    await seen.write(batch, true);
    for (const one of batches) await durable.write(one, true);
  }
}

/** What a disk says that does not write. */
class DiskError extends Error {
  override readonly name = "DiskError";
}

function readerOf(seen: Backend): Pick<Backend, "get" | "pieces" | "fileDamages" | "snapshot"> {
  return {
    get: (key) => seen.get(key),
    pieces: (range) => seen.pieces(range),
    fileDamages: () => seen.fileDamages(),
    snapshot: () => seen.snapshot(),
  };
}

async function contentsOf(backend: Backend): Promise<Batch> {
  const found: StoreChange[] = [];
  for await (const piece of backend.pieces({}))
    for (const [key, value] of piece) found.push({ kind: "put", key: key.slice(), value: value.slice() });
  return found;
}

/** The changes, to keep: each is good only until the next is asked for. */
function copiesOf(changes: Iterable<StoreChange>): Batch {
  return Array.from(changes, (change) =>
    change.kind === "put"
      ? { kind: "put", key: change.key.slice(), value: change.value.slice() }
      : { kind: "delete", key: change.key.slice() },
  );
}
