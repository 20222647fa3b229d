// The bytes of the signer guard's file: two records, written in turn, each with a sequence number and a checksum.
// Whatever a crash does to the one being written, the other stays whole. Knows nothing of files.
//
// A record, integers big-endian; lanes in the order of SIGNING_LANES:
//   8 magic "WITANSG2" | 33 public key | 32 chain id | 8 sequence | for each lane (8 height | 1 count) |
//   for each lane count × (8 view | 1 step | 32 digest | 64 signature) | 32 SHA-256 of all before
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

/** What is signed in an order of its own. The order of this list is the order in the file. */
export const SIGNING_LANES = ["vote", "certificate", "checkpoint"] as const;

/**
 * One of the orders in which a key signs. `vote`: the votes on blocks, in step with the engine. `certificate`: what a
 * fast path signs for a height that the votes may have left already. `checkpoint`: votes for checkpoints.
 */
export type SigningLane = (typeof SIGNING_LANES)[number];

/** A signature that was given out, or is about to be, within the height of its lane. */
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

/** What is remembered of a lane: signatures of one height, ascending by view and step. */
export interface LaneRecord {
  /** The height of the entries; 0 while there are none. */
  readonly height: Height;
  /** At most ENTRIES_MAX. */
  readonly entries: readonly SignedEntry[];
}

/** All that the guard remembers. */
export interface SignerRecord extends GuardIdentity {
  /** Counts records; the greater one of two is the newer. */
  readonly sequence: number;
  readonly lanes: Readonly<Record<SigningLane, LaneRecord>>;
}

/** Signatures of a lane remembered at most, the newest: more views than a height ever takes, and soon written. */
export const ENTRIES_MAX = 64;
/**
 * The room of one record, three full lanes in 20,300 bytes: whole pages of 4,096 bytes, so that writing one never
 * touches a page of the other.
 */
export const RECORD_ROOM_BYTES = 20_480;
/** The size of a guard's file, from its creation on. */
export const GUARD_FILE_BYTES = 2 * RECORD_ROOM_BYTES;

const MAGIC = hexToBytes("574954414e534732");
const LANES_AT = 8 + 33 + 32 + 8;
const LANE_BYTES = 8 + 1;
const HEADER_BYTES = LANES_AT + SIGNING_LANES.length * LANE_BYTES;
const ENTRY_BYTES = 8 + 1 + 32 + 64;
const CHECKSUM_BYTES = 32;

/** Where in the file a record lies. */
export function positionOf(sequence: number): number {
  return (sequence % 2) * RECORD_ROOM_BYTES;
}

/** The bytes of a record. */
export function encodeRecord(record: SignerRecord): Uint8Array {
  const lanes = SIGNING_LANES.map((lane) => record.lanes[lane]);
  const entries = lanes.flatMap((lane) => lane.entries);
  const body = HEADER_BYTES + entries.length * ENTRY_BYTES;
  const bytes = new Uint8Array(body + CHECKSUM_BYTES);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC, 0);
  bytes.set(hexToBytes(record.publicKey), 8);
  bytes.set(hexToBytes(record.chainId), 41);
  view.setBigUint64(73, BigInt(record.sequence));
  lanes.forEach((lane, index) => {
    assert(lane.entries.length <= ENTRIES_MAX, `${lane.entries.length} entries in a lane`);
    const at = LANES_AT + index * LANE_BYTES;
    view.setBigUint64(at, BigInt(lane.height));
    view.setUint8(at + 8, lane.entries.length);
  });
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
  const empty: LaneRecord = { height: 0 as Height, entries: [] };
  for (const sequence of [0, 1]) {
    const lanes = { vote: empty, certificate: empty, checkpoint: empty };
    bytes.set(encodeRecord({ ...identity, sequence, lanes }), positionOf(sequence));
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
  const counts = SIGNING_LANES.map((_, index) => view.getUint8(LANES_AT + index * LANE_BYTES + 8));
  if (counts.some((count) => count > ENTRIES_MAX)) return undefined;
  const body = HEADER_BYTES + counts.reduce((sum, count) => sum + count, 0) * ENTRY_BYTES;
  const checksum = bytesToHex(room.subarray(body, body + CHECKSUM_BYTES));
  if (bytesToHex(sha256(room.subarray(0, body))) !== checksum) return undefined;
  if (bytesToHex(room.subarray(0, 8)) !== bytesToHex(MAGIC)) return undefined;
  let at = HEADER_BYTES;
  const lanes = SIGNING_LANES.map((lane, index): [SigningLane, LaneRecord] => {
    const entries = Array.from({ length: counts[index] ?? 0 }, () => {
      const entry = decodeEntry(room, view, at);
      at += ENTRY_BYTES;
      return entry;
    });
    return [lane, { height: Number(view.getBigUint64(LANES_AT + index * LANE_BYTES)) as Height, entries }];
  });
  return {
    publicKey: bytesToHex(room.subarray(8, 41)) as PublicKey,
    chainId: bytesToHex(room.subarray(41, 73)) as ChainId,
    sequence: Number(view.getBigUint64(73)),
    lanes: Object.fromEntries(lanes) as Record<SigningLane, LaneRecord>,
  };
}

function decodeEntry(room: Uint8Array, view: DataView, at: number): SignedEntry {
  return {
    view: Number(view.getBigUint64(at)) as View,
    step: view.getUint8(at + 8),
    digest: bytesToHex(room.subarray(at + 9, at + 41)) as Hash,
    signature: bytesToHex(room.subarray(at + 41, at + 105)) as Signature,
  };
}
