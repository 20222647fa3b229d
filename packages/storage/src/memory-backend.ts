// The store in memory: for simulations, tests, and nodes that shall forget. The same promises as LevelDB's, but that
// everything is gone with the process.
import type { StoreChange, StoreRange } from "@witan/primitives";
import type { Backend, BackendReader, PreparedWrite, SealedEntry } from "./backend.ts";
import { bytesOf, textOf } from "./byte-text.ts";
import { SortedMap } from "./sorted-map.ts";

const PIECE_ENTRIES = 1_000;

/** What the store holds now; a snapshot has a cell of its own. */
interface Cell {
  contents: SortedMap<Uint8Array>;
}

class MemoryReader implements BackendReader {
  protected readonly cell: Cell;

  constructor(cell: Cell) {
    this.cell = cell;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    // A copy, as from a disk: whoever gets it may write on it.
    return this.cell.contents.get(textOf(key))?.slice();
  }

  async fetchMany(keys: readonly Uint8Array[]): Promise<readonly (Uint8Array | undefined)[]> {
    return keys.map((key) => this.get(key));
  }

  async *pieces(range: StoreRange): AsyncGenerator<readonly SealedEntry[], void, undefined> {
    const { from, to, reverse = false, limit = Number.POSITIVE_INFINITY } = range;
    const first = from === undefined ? "" : textOf(from);
    const behind = to === undefined ? undefined : textOf(to);
    let piece: SealedEntry[] = [];
    let left = limit;
    for (const [key, sealed] of this.cell.contents.range(first, behind, reverse)) {
      if (left-- <= 0) break;
      piece.push([bytesOf(key), sealed.slice()]);
      if (piece.length < PIECE_ENTRIES) continue;
      yield piece;
      piece = [];
    }
    if (piece.length > 0) yield piece;
  }
}

class MemoryBackend extends MemoryReader implements Backend {
  async write(changes: Iterable<StoreChange>): Promise<void> {
    const prepared = await this.prepare(changes);
    await prepared.write(true);
  }

  async prepare(changes: Iterable<StoreChange>): Promise<PreparedWrite> {
    const texts: (readonly [string, Uint8Array | undefined])[] = [];
    for (const change of changes)
      texts.push([textOf(change.key), change.kind === "put" ? change.value.slice() : undefined]);
    return {
      write: async () => {
        this.cell.contents = this.cell.contents.with(texts);
      },
    };
  }

  async *fileDamages(): AsyncGenerator<never, void, undefined> {}

  snapshot(): BackendReader & { close(): Promise<void> } {
    return Object.assign(new MemoryReader({ ...this.cell }), { close: async () => {} });
  }

  async close(): Promise<void> {}
}

/** An empty store in memory. */
export function openMemoryBackend(): Backend {
  return new MemoryBackend({ contents: new SortedMap() });
}
