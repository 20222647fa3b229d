// The bytes of the signer guard's file: two records, written in turn, each with a sequence number and a checksum.
// Whatever a crash does to the one being written, the other stays whole. Knows nothing of files.
//
// A record, integers big-endian:
//   8 magic "WITANSG1" | 33 public key | 32 chain id | 8 sequence | 8 height | 1 count |
//   count × (8 view | 1 step | 32 digest | 64 signature) | 32 SHA-256 of all before
// A record lies at the even or the odd place as its sequence is even or odd; what lies behind it is not read.
import {
  assert,
  bytesToHex,
  type ChainId,
  type Hash,
  type Height,
  hexToBytes,
  type PublicKey,
  type Signature,
  sha256,
  type View,
} from "@witan/primitives";

/** A signature that was given out, or is about to be, within the height of its record. */
export interface SignedEntry {
  readonly view: View;
  readonly step: number;
  readonly digest: Hash;
  readonly signature: Signature;
}

/** Whose signatures a file guards. */
export interface GuardIdentity {
  readonly publicKey: PublicKey;
  readonly chainId: ChainId;
}

/** All that the guard remembers: signatures of one height, ascending by view and step. */
export interface SignerRecord extends GuardIdentity {
  /** Counts records; the greater one of two is the newer. */
  readonly sequence: number;
  /** The height of the entries; 0 while there are none. */
  readonly height: Height;
  /** At most ENTRIES_MAX. */
  readonly entries: readonly SignedEntry[];
}

/** Signatures remembered at most, the newest: more views than a height ever takes, in little enough to write at once. */
export const ENTRIES_MAX = 64;
/** The room of one record: whole pages of 4,096 bytes, so that writing one never touches a page of the other. */
export const RECORD_ROOM_BYTES = 8_192;
/** The size of a guard's file, from its creation on. */
export const GUARD_FILE_BYTES = 2 * RECORD_ROOM_BYTES;

const MAGIC = hexToBytes("574954414e534731");
const HEADER_BYTES = 8 + 33 + 32 + 8 + 8 + 1;
const ENTRY_BYTES = 8 + 1 + 32 + 64;
const CHECKSUM_BYTES = 32;

/** Where in the file a record lies. */
export function positionOf(sequence: number): number {
  return (sequence % 2) * RECORD_ROOM_BYTES;
}

/** The bytes of a record. */
export function encodeRecord(record: SignerRecord): Uint8Array {
  const { entries } = record;
  assert(entries.length <= ENTRIES_MAX, `${entries.length} entries in a record`);
  const body = HEADER_BYTES + entries.length * ENTRY_BYTES;
  const bytes = new Uint8Array(body + CHECKSUM_BYTES);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC, 0);
  bytes.set(hexToBytes(record.publicKey), 8);
  bytes.set(hexToBytes(record.chainId), 41);
  view.setBigUint64(73, BigInt(record.sequence));
  view.setBigUint64(81, BigInt(record.height));
  view.setUint8(89, entries.length);
  entries.forEach((entry, index) => {
    const at = HEADER_BYTES + index * ENTRY_BYTES;
    view.setBigUint64(at, BigInt(entry.view));
    view.setUint8(at + 8, entry.step);
    bytes.set(hexToBytes(entry.digest), at + 9);
    bytes.set(hexToBytes(entry.signature), at + 41);
  });
  bytes.set(sha256(bytes.subarray(0, body)), body);
  return bytes;
}

/**
 * The file of a guard that has signed nothing: two records without entries.
 */
export function encodeNewFile(identity: GuardIdentity): Uint8Array {
  const bytes = new Uint8Array(GUARD_FILE_BYTES);
  for (const sequence of [0, 1]) {
    const record = { ...identity, sequence, height: 0 as Height, entries: [] };
    bytes.set(encodeRecord(record), positionOf(sequence));
  }
  return bytes;
}

/** The newest whole record of a file, or undefined if it has none: then nobody knows what was signed. */
export function decodeFile(file: Uint8Array): SignerRecord | undefined {
  if (file.length !== GUARD_FILE_BYTES) return undefined;
  let newest: SignerRecord | undefined;
  for (const position of [0, RECORD_ROOM_BYTES]) {
    const record = decodeRecord(file.subarray(position, position + RECORD_ROOM_BYTES));
    if (record === undefined || positionOf(record.sequence) !== position) continue;
    if (newest === undefined || record.sequence > newest.sequence) newest = record;
  }
  return newest;
}

function decodeRecord(room: Uint8Array): SignerRecord | undefined {
  const view = new DataView(room.buffer, room.byteOffset, room.length);
  const count = view.getUint8(89);
  const body = HEADER_BYTES + count * ENTRY_BYTES;
  if (count > ENTRIES_MAX) return undefined;
  const checksum = bytesToHex(room.subarray(body, body + CHECKSUM_BYTES));
  if (bytesToHex(sha256(room.subarray(0, body))) !== checksum) return undefined;
  if (bytesToHex(room.subarray(0, 8)) !== bytesToHex(MAGIC)) return undefined;
  const entries = Array.from({ length: count }, (_, index) => {
    const at = HEADER_BYTES + index * ENTRY_BYTES;
    return {
      view: Number(view.getBigUint64(at)) as View,
      step: view.getUint8(at + 8),
      digest: bytesToHex(room.subarray(at + 9, at + 41)) as Hash,
      signature: bytesToHex(room.subarray(at + 41, at + 105)) as Signature,
    };
  });
  return {
    publicKey: bytesToHex(room.subarray(8, 41)) as PublicKey,
    chainId: bytesToHex(room.subarray(41, 73)) as ChainId,
    sequence: Number(view.getBigUint64(73)),
    height: Number(view.getBigUint64(81)) as Height,
    entries,
  };
}
