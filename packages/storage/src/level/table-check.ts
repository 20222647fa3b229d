// LevelDB's table files, checked by their own checksums, which LevelDB writes and never looks at. It matters most for
// index and filter: a flipped bit there hides records, so that they seem never to have been, and no seal of a value can
// tell. Format: data blocks, filter, an index of where they are, a footer of 48 bytes; each block has type and checksum
// behind it.
import { type FileHandle, open } from "node:fs/promises";
import { maskedChecksum } from "./checksum.ts";

const FOOTER_BYTES = 48;
const MAGIC = [0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb];
/** Type and checksum. */
const TRAILER_BYTES = 5;
/** What LevelDB puts behind a key inside its files: sequence and kind. */
const KEY_TAIL_BYTES = 8;

/** What is wrong with a table file. */
export interface TableDamage {
  readonly detail: string;
  /** Where it is one data block: no record in it is behind this key. */
  readonly lastKey: Uint8Array | undefined;
  /**
   * Whether LevelDB can read the file all the same: the block is built as it must be, and only bytes of keys or values
   * are wrong, which seals tell. Otherwise it may hide records, or end the process by an assertion of its own.
   */
  readonly isReadable: boolean;
}

/** Which blocks are checked: those by which records are found (1 to 2 bytes in a hundred), or the data too. */
export type TableCheck = "indexes" | "all";

/** Where a block is, without its trailer. */
interface BlockHandle {
  readonly offset: number;
  readonly size: number;
}

/** Bytes that are not what the format says. */
class Malformed extends Error {}

/** Everything that is wrong with a table file. @throws what the file system says */
export async function* checkTable(
  path: string,
  size: number,
  check: TableCheck,
): AsyncGenerator<TableDamage, void, undefined> {
  const file = await open(path, "r");
  try {
    const found = (await file.stat()).size;
    if (found !== size) {
      yield { detail: `${found} bytes, expected ${size}`, lastKey: undefined, isReadable: false };
      return;
    }
    let entries: readonly IndexEntry[];
    try {
      entries = await readIndex(file, size);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      yield { detail: error.message, lastKey: undefined, isReadable: false };
      return;
    }
    if (check === "all") yield* checkData(file, entries);
  } finally {
    await file.close();
  }
}

async function* checkData(
  file: FileHandle,
  entries: readonly IndexEntry[],
): AsyncGenerator<TableDamage, void, undefined> {
  for (const { lastKey, handle } of entries) {
    try {
      const { block, isSound } = await readBlock(file, handle, "data");
      if (isSound) continue;
      const detail = wrongChecksum("data", handle);
      yield { detail, lastKey, isReadable: isWellBuilt(block) };
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      yield { detail: error.message, lastKey, isReadable: false };
    }
  }
}

/** Whether the entries of a block lie as LevelDB's code assumes: it asserts some of it, and checks less. */
function isWellBuilt(block: Uint8Array): boolean {
  const view = new DataView(block.buffer, block.byteOffset, block.length);
  const starts = block.length < 4 ? 0 : view.getUint32(block.length - 4, true);
  const end = block.length - 4 * (starts + 1);
  if (starts === 0 || end < 0) return false;
  const cursor = new Cursor(block.subarray(0, end));
  const whole = new Set<number>();
  let length = 0;
  try {
    while (cursor.at < end) {
      const at = cursor.at;
      const shared = cursor.integer();
      const own = cursor.integer();
      const value = cursor.integer();
      if (shared > length || shared + own < KEY_TAIL_BYTES) return false;
      if (shared === 0) whole.add(at);
      length = shared + own;
      cursor.take(own + value);
    }
  } catch (error) {
    if (error instanceof Malformed) return false;
    throw error;
  }
  for (let at = 0; at < starts; at++) if (!whole.has(view.getUint32(end + 4 * at, true))) return false;
  return true;
}

interface IndexEntry {
  readonly lastKey: Uint8Array;
  readonly handle: BlockHandle;
}

/** Reads, and so checks, everything by which records are found. */
async function readIndex(file: FileHandle, size: number): Promise<readonly IndexEntry[]> {
  if (size < FOOTER_BYTES) throw new Malformed("too short for a table");
  const footer = await readBytes(file, size - FOOTER_BYTES, FOOTER_BYTES);
  if (MAGIC.some((byte, at) => footer[FOOTER_BYTES - MAGIC.length + at] !== byte))
    throw new Malformed("no footer of a table");
  const reader = new Cursor(footer);
  const metaIndex = reader.handle();
  const index = reader.handle();
  for (const { handle } of entriesOf(await readSound(file, metaIndex, "meta index")))
    await readSound(file, handle, "filter");
  return entriesOf(await readSound(file, index, "index")).map(({ key, handle }) => ({
    lastKey: key.slice(0, Math.max(0, key.length - KEY_TAIL_BYTES)),
    handle,
  }));
}

async function readBytes(file: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  const { bytesRead } = await file.read(bytes, 0, length, offset);
  if (bytesRead < length) throw new Malformed(`the file ends within the block at ${offset}`);
  return bytes;
}

const BLOCK_BYTES_MAX = 2 ** 30;

interface ReadBlock {
  readonly block: Uint8Array;
  /** Whether its checksum fits. */
  readonly isSound: boolean;
}

async function readBlock(file: FileHandle, { offset, size }: BlockHandle, what: string): Promise<ReadBlock> {
  if (size > BLOCK_BYTES_MAX) throw new Malformed(`a ${what} block of ${size} bytes`);
  const block = await readBytes(file, offset, size + TRAILER_BYTES);
  if (block[size] !== 0) throw new Malformed(`the ${what} block at byte ${offset} has an unknown type`);
  const stored = new DataView(block.buffer).getUint32(size + 1, true);
  return { block: block.subarray(0, size), isSound: maskedChecksum(block, 0, size + 1) === stored };
}

function wrongChecksum(what: string, { offset }: BlockHandle): string {
  return `the checksum of the ${what} block at byte ${offset} is wrong`;
}

/** A block whose checksum must fit. */
async function readSound(file: FileHandle, handle: BlockHandle, what: string): Promise<Uint8Array> {
  const { block, isSound } = await readBlock(file, handle, what);
  if (!isSound) throw new Malformed(wrongChecksum(what, handle));
  return block;
}

/** The entries of an index: keys share their beginnings, values are handles. At the end are places to start from. */
function entriesOf(block: Uint8Array): readonly { readonly key: Uint8Array; readonly handle: BlockHandle }[] {
  const starts = new DataView(block.buffer, block.byteOffset, block.length).getUint32(block.length - 4, true);
  const end = block.length - 4 * (starts + 1);
  const cursor = new Cursor(block);
  const entries: { key: Uint8Array; handle: BlockHandle }[] = [];
  let key: Uint8Array = new Uint8Array(0);
  while (cursor.at < end) {
    const shared = cursor.integer();
    const own = cursor.integer();
    cursor.integer();
    const next = new Uint8Array(shared + own);
    next.set(key.subarray(0, shared), 0);
    next.set(cursor.take(own), shared);
    key = next;
    entries.push({ key, handle: cursor.handle() });
  }
  return entries;
}

/** Reads LevelDB's integers of variable length. */
class Cursor {
  readonly #bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  integer(): number {
    let value = 0;
    for (let factor = 1; factor <= 2 ** 49; factor *= 128) {
      const byte = this.#bytes[this.at++];
      if (byte === undefined) break;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
    throw new Malformed("an integer without an end");
  }

  take(length: number): Uint8Array {
    if (this.at + length > this.#bytes.length) throw new Malformed("a key without an end");
    this.at += length;
    return this.#bytes.subarray(this.at - length, this.at);
  }

  handle(): BlockHandle {
    return { offset: this.integer(), size: this.integer() };
  }
}
