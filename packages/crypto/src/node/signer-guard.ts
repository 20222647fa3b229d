// The signer that refuses: beside the consensus engine and independent of it, a record on disk of what was signed,
// so that no bug, crash or restart makes a voting key contradict itself. Every signature of the key goes through one
// guard, and is durable here before anybody sees it. After a failed write it refuses everything: what the disk holds
// is then unknown. (The idea is CometBFT's privval file.)
//
// What it can't do: guard a key that is in use in two places, or whose file was restored from a backup; and one
// guard's file must be open in one process at a time, which the lock of the node's directory sees to.
import {
  assert,
  type ChainId,
  type Hash,
  type Height,
  INTEGER_MAX,
  isHex,
  ok,
  type PublicKey,
  type Result,
  refuse,
  type Signature,
  type View,
} from "@witan/primitives";
import { publicKeyShape } from "../shape.ts";
import { type GuardFile, type GuardFiles, NODE_GUARD_FILES } from "./guard-files.ts";
import {
  decodeFile,
  ENTRIES_MAX,
  encodeNewFile,
  encodeRecord,
  GUARD_FILE_BYTES,
  type LaneRecord,
  positionOf,
  SIGNING_LANES,
  type SignedEntry,
  type SignerRecord,
  type SigningLane,
} from "./signer-record.ts";

/**
 * What a signature is for. Within a lane ordered by height, then view, then step; slots of different lanes are
 * different slots and have no order, so a lane must be a function of what is signed.
 */
export interface SigningSlot {
  readonly lane: SigningLane;
  readonly height: Height;
  readonly view: View;
  /** The engine's: the order of its steps within a view. 0 to 255. */
  readonly step: number;
}

/** What a lane remembers: slots of its greatest height that were signed, ascending by view and step, the newest ones. */
export interface SignedSlots {
  readonly height: Height;
  readonly slots: readonly Pick<SigningSlot, "view" | "step">[];
}

/** What the record has in the place of a signature, where only a channel vouches. No signature: its halves are never zero. */
const NOTED = "00".repeat(64) as Signature;

/** Makes the signature of a digest. Called at most once for a slot that is new; never for one that is refused. */
export type SignDigest = (digest: Hash) => Signature | Promise<Signature>;

/** How a guard is opened. */
export interface SignerGuardOptions {
  readonly file: string;
  /** The voting key that the file is bound to. */
  readonly publicKey: PublicKey;
  /** The chain that the file is bound to. */
  readonly chainId: ChainId;
  /**
   * True only when the key is new: makes the file, and refuses if there is one. False: refuses if there is none. A
   * missing file is never made anew by itself, since that would forget what the key has signed.
   */
  readonly create: boolean;
  /** The file layer; the real one by default. */
  readonly files?: GuardFiles;
}

/** Why a guard does not open. */
export type SignerGuardFault = "missing" | "exists" | "damaged" | "other-key" | "other-chain";

/** The guard can't be used any more. */
export class SignerGuardError extends Error {
  override readonly name = "SignerGuardError";
  /** `poisoned`: a write failed before (it is the `cause`); `closed`: by its owner. */
  readonly code: "poisoned" | "closed";

  constructor(code: "poisoned" | "closed", message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/** A guard over one voting key on one chain. Made by `SignerGuard.open`. */
export class SignerGuard {
  readonly #file: GuardFile;
  #record: SignerRecord;
  #failure: SignerGuardError | undefined;
  /** The last call; each waits for the one before, so that decisions and writes have one order. */
  #tail: Promise<unknown> = Promise.resolve();

  private constructor(file: GuardFile, record: SignerRecord) {
    this.#file = file;
    this.#record = record;
  }

  /**
   * Opens the guard of a key.
   * Codes: `missing` (no file, and `create` is false), `exists` (a file, and `create` is true), `damaged` (neither
   * record is whole: the key must not vote again), `other-key` and `other-chain` (the file is bound to another).
   * @throws {FileError} if the file system fails
   */
  static async open(options: SignerGuardOptions): Promise<Result<SignerGuard, SignerGuardFault>> {
    const { file: path, publicKey, chainId, create, files = NODE_GUARD_FILES } = options;
    assert(publicKeyShape(publicKey) && isHex(chainId, 32), "a guard for no key or no chain");
    if (create && !(await files.create(path, encodeNewFile({ publicKey, chainId })))) {
      return refuse("exists", `${path} exists: a key that has signed before must be opened with its record`);
    }
    const file = await files.open(path);
    if (file === undefined) {
      const advice =
        "restore it, or replace the voting key: without it nobody knows what this key has signed";
      return refuse("missing", `${path} does not exist: ${advice}`);
    }
    try {
      const record = decodeFile(await file.read(GUARD_FILE_BYTES + 1));
      const fault = faultOf(path, record, { publicKey, chainId });
      if (record === undefined || fault !== undefined) {
        await file.close();
        return fault as Exclude<typeof fault, undefined>;
      }
      const guard = new SignerGuard(file, record);
      await guard.#settle();
      return ok(guard);
    } catch (error) {
      await file.close().catch(() => {});
      throw error;
    }
  }

  /**
   * Signs a digest for a slot, unless that contradicts or regresses. When it answers, the signature is on the disk.
   * A slot signed before gives the old signature for the same digest, while it is remembered: of each lane the
   * greatest height, its 64 newest slots. Calls are answered in order.
   * Codes: `contradicts` (another digest was signed for the slot), `regresses` (a later slot of the lane was signed,
   * and this one is not remembered).
   * @throws {FileError} if the disk fails; from then on {SignerGuardError} with code `poisoned`, always
   * @throws {AssertionError} for a slot or digest out of range
   * @throws what `signDigest` throws; nothing is then recorded
   */
  sign(
    slot: SigningSlot,
    digest: Hash,
    signDigest: SignDigest,
  ): Promise<Result<Signature, "contradicts" | "regresses">> {
    return this.#inTurn(async () => {
      const signed = await this.#sign(slot, digest, signDigest);
      assert(!signed.ok || signed.value !== NOTED, `${shown(slot)} was noted: it is never signed`);
      return signed;
    });
  }

  /**
   * Notes what is said for a slot without a signature, since only its channel vouches for it: refused where a signature
   * would be, and on the disk when it answers. Codes and exceptions as `sign`.
   */
  note(slot: SigningSlot, digest: Hash): Promise<Result<undefined, "contradicts" | "regresses">> {
    return this.#inTurn(async () => {
      const noted = await this.#sign(slot, digest, () => NOTED);
      return noted.ok ? ok(undefined) : noted;
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const answer = this.#tail.then(work);
    this.#tail = answer.catch(() => {});
    return answer;
  }

  /**
   * What was signed last in a lane; undefined: nothing ever. For holding other records against the guard's, before
   * anything is signed: what is being signed now may be missing.
   */
  signedLast(lane: SigningLane): SignedSlots | undefined {
    const { height, entries } = this.#record.lanes[lane];
    if (entries.length === 0) return undefined;
    return { height, slots: entries.map(({ view, step }) => ({ view, step })) };
  }

  /** Closes the file, after the calls before it. Later ones throw. */
  close(): Promise<void> {
    const closed = this.#tail.then(async () => {
      if (this.#failure?.code === "closed") return;
      this.#failure = new SignerGuardError("closed", "the signer guard was closed");
      await this.#file.close();
    });
    this.#tail = closed.catch(() => {});
    return closed;
  }

  async #sign(
    slot: SigningSlot,
    digest: Hash,
    signDigest: SignDigest,
  ): Promise<Result<Signature, "contradicts" | "regresses">> {
    assertSlot(slot);
    assert(isHex(digest, 32), "only digests of 32 bytes are signed");
    if (this.#failure !== undefined) throw this.#failure;
    const { height, entries } = this.#record.lanes[slot.lane];
    const newest = entries.at(-1);
    if (newest !== undefined) {
      const old = slot.height === height ? entries.find((entry) => compare(entry, slot) === 0) : undefined;
      if (old?.digest === digest) return ok(old.signature);
      if (old !== undefined) return refuse("contradicts", `${shown(slot)} was signed for ${old.digest}`);
      const late = slot.height < height || (slot.height === height && compare(slot, newest) < 0);
      if (late)
        return refuse(
          "regresses",
          `${shown(slot)} is before ${shown({ ...newest, lane: slot.lane, height })}`,
        );
    }
    const signature = await signDigest(digest);
    assert(isHex(signature, 64), "a signature is 64 bytes in hex");
    const kept = slot.height === height ? entries : [];
    const entry: SignedEntry = { view: slot.view, step: slot.step, digest, signature };
    const lane: LaneRecord = { height: slot.height, entries: [...kept, entry].slice(-ENTRIES_MAX) };
    await this.#write({ ...this.#record.lanes, [slot.lane]: lane });
    return ok(signature);
  }

  /** Writes the next record over the older one of the two. */
  async #write(lanes: SignerRecord["lanes"]): Promise<void> {
    const next: SignerRecord = { ...this.#record, sequence: this.#record.sequence + 1, lanes };
    try {
      await this.#file.write(encodeRecord(next), positionOf(next.sequence));
      await this.#file.dataSync();
    } catch (error) {
      const advice = "mend the disk and start again";
      this.#failure = new SignerGuardError(
        "poisoned",
        `a write of the signer guard failed: ${advice}`,
        error,
      );
      throw error;
    }
    this.#record = next;
  }

  /**
   * Makes sure that what was read at the opening is on the disk: a process that was killed between write and sync
   * leaves a record that can be read and can still be lost. The same state is written once more, over the older
   * record, so that the one just read is never at risk.
   */
  async #settle(): Promise<void> {
    await this.#file.dataSync();
    await this.#write(this.#record.lanes);
  }
}

function faultOf(
  path: string,
  record: SignerRecord | undefined,
  wanted: { readonly publicKey: PublicKey; readonly chainId: ChainId },
) {
  if (record === undefined) {
    const advice = "this key must not vote again: replace it by governance";
    return refuse(
      "damaged",
      `${path} holds no whole record, so nobody knows what its key has signed: ${advice}`,
    );
  }
  if (record.publicKey !== wanted.publicKey) {
    return refuse("other-key", `${path} guards ${record.publicKey}, expected ${wanted.publicKey}`);
  }
  if (record.chainId !== wanted.chainId) {
    return refuse(
      "other-chain",
      `${path} guards chain ${record.chainId}, expected ${wanted.chainId}: put the genesis back that the key was bound to; ` +
        "another chain needs a home of its own",
    );
  }
  return undefined;
}

type WithinHeight = Pick<SigningSlot, "view" | "step">;

function compare(a: WithinHeight, b: WithinHeight): number {
  return a.view === b.view ? a.step - b.step : a.view - b.view;
}

function shown({ lane, height, view, step }: SigningSlot): string {
  return `${lane} at height ${height}, view ${view}, step ${step}`;
}

function assertSlot({ lane, height, view, step }: SigningSlot): void {
  assert(SIGNING_LANES.includes(lane), `no signing lane is called ${lane}`);
  assert(Number.isInteger(height) && height >= 0 && height <= INTEGER_MAX, `height out of range: ${height}`);
  assert(Number.isInteger(view) && view >= 0 && view <= INTEGER_MAX, `view out of range: ${view}`);
  assert(Number.isInteger(step) && step >= 0 && step <= 255, `step out of range: ${step}`);
}
