// The write-ahead logs, checked before LevelDB reads them. LevelDB drops a record whose checksum is wrong and goes on
// with the next: a batch from the middle would be missing, and nobody told. Here a bad record with good ones behind it
// is damage. A bad one at the very end is what a crash leaves (a write that was never acknowledged), and no damage.
import { open } from "node:fs/promises";
import { maskedChecksum } from "./checksum.ts";

/** LevelDB's log format: blocks of 32 KiB; records of checksum (4), length (2), type (1), data, none across blocks. */
const BLOCK_BYTES = 32_768;
const HEADER_BYTES = 7;
const READ_BYTES = 32 * BLOCK_BYTES;

/** Where a log is damaged. */
export interface LogDamage {
  /** Bytes before the first bad record. */
  readonly offset: number;
}

/** The first bad record of a log that has a good one behind it; undefined: the log is whole, a torn end aside. */
export async function findLogDamage(path: string): Promise<LogDamage | undefined> {
  const file = await open(path, "r");
  try {
    const buffer = new Uint8Array(READ_BYTES);
    let bad: number | undefined;
    for (let position = 0; ; position += READ_BYTES) {
      const length = await readFully(file, buffer, position);
      for (let at = 0; at < length; at += BLOCK_BYTES) {
        const block = buffer.subarray(at, Math.min(at + BLOCK_BYTES, length));
        for (const record of recordsOf(block)) {
          if (!record.good) bad ??= position + at + record.offset;
          else if (bad !== undefined) return { offset: bad };
        }
      }
      if (length < READ_BYTES) return undefined;
    }
  } finally {
    await file.close();
  }
}

async function readFully(
  file: Awaited<ReturnType<typeof open>>,
  buffer: Uint8Array,
  position: number,
): Promise<number> {
  let length = 0;
  for (;;) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length, position + length);
    if (bytesRead === 0) return length;
    length += bytesRead;
  }
}

/** The length of the good record that begins at a place of a block, header included; undefined: none does. */
function goodRecordAt(block: Uint8Array, view: DataView, at: number): number | undefined {
  const type = block[at + 6] ?? 0;
  const end = at + HEADER_BYTES + view.getUint16(at + 4, true);
  if (type < 1 || type > 4 || end > block.length) return undefined;
  return view.getUint32(at, true) === maskedChecksum(block, at + 6, end) ? end - at : undefined;
}

/** The good records of one block, and the first bad one. Behind it every place is tried: the damage may be in its length. */
function* recordsOf(block: Uint8Array): Generator<{ readonly offset: number; readonly good: boolean }> {
  const view = new DataView(block.buffer, block.byteOffset, block.length);
  let isLost = false;
  for (let at = 0; at + HEADER_BYTES <= block.length; ) {
    const length = goodRecordAt(block, view, at);
    if (length !== undefined) {
      yield { offset: at, good: true };
      at += length;
      continue;
    }
    // Zeros: the file was made longer than what was written into it.
    const isBad = block.subarray(at, at + HEADER_BYTES).some((byte) => byte !== 0);
    if (!isLost && isBad) {
      isLost = true;
      yield { offset: at, good: false };
    }
    at++;
  }
}
