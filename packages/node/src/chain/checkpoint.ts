// Hashing the set of outputs at a checkpoint (docs/formats.md, section 14), from a snapshot of the store and in small
// slices: a million outputs take two seconds, and a vote must not wait for that.
import {
  assert,
  type BlockHash,
  type ChainId,
  container,
  type Hash,
  type Height,
  hexVector,
  LIMITS,
  list,
  type StoreReader,
  type StoreSnapshot,
  TAGS,
  TaggedHasher,
  uint53,
} from "@witan/primitives";
import { OUTPUT_KEY_BYTES, rangeOf } from "@witan/storage";
import type { Checkpoint } from "./types.ts";

/** Bytes of an entry: id, index, coin. */
const ENTRY_BYTES = 87;
const PIECE_ENTRIES = Math.floor(LIMITS.checkpointPieceBytes / ENTRY_BYTES);
/** Outputs read before others have their turn: 1 to 3 ms. */
const SLICE_ENTRIES = 500;

interface CheckpointContents {
  readonly height: Height;
  readonly blockHash: BlockHash;
  readonly governanceRoot: Hash;
  readonly pieces: readonly Hash[];
}

const checkpointCodec = container<CheckpointContents>({
  height: uint53(),
  blockHash: hexVector(32),
  governanceRoot: hexVector(32),
  pieces: list(hexVector<Hash>(32), LIMITS.checkpointPieces),
});

/** The block of a checkpoint. */
export type CheckpointBlock = Omit<CheckpointContents, "pieces">;

/** What hashing needs. */
export interface HashingOptions {
  readonly chainId: ChainId;
  readonly yieldNow: () => Promise<void>;
  /** Asked between slices. */
  readonly isCancelled: () => boolean;
}

/** The digest of a checkpoint whose outputs `store` holds, flushed; undefined if it was cancelled. */
export async function checkpointDigest(
  store: StoreReader,
  block: CheckpointBlock,
  { chainId, yieldNow, isCancelled }: HashingOptions,
): Promise<Hash | undefined> {
  const hasher = new TaggedHasher(TAGS.checkpointPiece, chainId);
  const pieces: Hash[] = [];
  const piece = new Uint8Array(PIECE_ENTRIES * ENTRY_BYTES);
  let length = 0;
  let read = 0;
  for await (const { key, value } of store.range(rangeOf("output"))) {
    assert(key.length - 1 + value.length === ENTRY_BYTES, "an output of another size");
    piece.set(key.subarray(1), length);
    piece.set(value, length + OUTPUT_KEY_BYTES - 1);
    length += ENTRY_BYTES;
    if (length === piece.length) {
      pieces.push(hasher.hash(piece));
      length = 0;
    }
    if (++read % SLICE_ENTRIES !== 0) continue;
    await yieldNow();
    if (isCancelled()) return undefined;
  }
  if (length > 0) pieces.push(hasher.hash(piece.subarray(0, length)));
  return checkpointCodec.root({ ...block, pieces });
}

/** A checkpoint to be hashed. */
interface Job {
  readonly block: CheckpointBlock;
  readonly snapshot: StoreSnapshot;
}

/** What becomes of checkpoints. */
export interface CheckpointHasherOptions {
  readonly chainId: ChainId;
  readonly yieldNow: () => Promise<void>;
  readonly onCheckpoint: (checkpoint: Checkpoint) => void;
  readonly onFailure: (error: unknown) => void;
}

/**
 * Hashes checkpoints one after another. At most one waits: should hashing ever be slower than the chain, older ones are
 * left out, since the newest is what counts, and snapshots hold disk space.
 */
export class CheckpointHasher {
  readonly #options: CheckpointHasherOptions;
  #working: Promise<void> | undefined;
  #waiting: Job | undefined;
  #isClosed = false;

  constructor(options: CheckpointHasherOptions) {
    this.#options = options;
  }

  /** Takes over a snapshot that holds the outputs after a block. */
  add(block: CheckpointBlock, snapshot: StoreSnapshot): void {
    const left = this.#waiting;
    this.#waiting = { block, snapshot };
    left?.snapshot.close().catch(this.#options.onFailure);
    this.#working ??= this.#work().catch(this.#options.onFailure);
  }

  /** Stops, and lets go of snapshots. What is not hashed yet is not told. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#working;
  }

  async #work(): Promise<void> {
    for (let job = this.#next(); job !== undefined; job = this.#next()) {
      const { block, snapshot } = job;
      const digest = await checkpointDigest(snapshot, block, {
        ...this.#options,
        isCancelled: () => this.#isClosed,
      }).finally(() => snapshot.close());
      if (digest !== undefined) this.#options.onCheckpoint({ height: block.height, digest });
    }
    this.#working = undefined;
  }

  #next(): Job | undefined {
    const job = this.#waiting;
    this.#waiting = undefined;
    return job;
  }
}
