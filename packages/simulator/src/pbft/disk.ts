// What a crash leaves of a process: what was synced, and of the write that was under way all or nothing.
import type { Equivocation, MessageSlot, PbftRecord, SignedMessage } from "@witan/consensus";
import { pbftRecordCodec } from "@witan/consensus";
import type { BlockHash, Hash, Membership, PbftCertificate, PublicKey } from "@witan/primitives";
import { SlotGuard } from "./slot-guard.ts";

/** A decided block as it is kept. */
export interface Decided {
  readonly hash: BlockHash;
  readonly certificate: PbftCertificate;
}

/** The record of where an engine stands. */
export type Progress = Extract<PbftRecord, { kind: "progress" }>;

/** The disk of one process. */
export class Disk {
  readonly chain: Decided[] = [];
  readonly memberships: Membership[];
  /** Bodies of votes for heights that are not decided. */
  readonly bodies = new Set<BlockHash>();
  readonly #decided = new Set<BlockHash>();
  /** Transactions in the chain. */
  readonly held = new Set<number>();
  /** What shows who lied, should two blocks ever be decided at one height: the NEW-VIEWs of views it voted in. */
  readonly newViews: SignedMessage[] = [];
  readonly evidence: Equivocation[] = [];
  readonly #records = new Map<PbftRecord["kind"], Uint8Array>();
  readonly #latest = new Map<PbftRecord["kind"], PbftRecord>();
  readonly #guards = new Map<PublicKey, SlotGuard>();

  constructor(first: Membership) {
    this.memberships = [first];
  }

  append(block: Decided): void {
    this.chain.push(block);
    this.#decided.add(block.hash);
  }

  /** Whether the body of a block is here: as a vote's, or as part of the chain. */
  hasBody(hash: BlockHash): boolean {
    return this.bodies.has(hash) || this.#decided.has(hash);
  }

  put(record: PbftRecord): void {
    this.#records.set(record.kind, pbftRecordCodec.encode(record));
    this.#latest.set(record.kind, record);
    if (record.kind === "progress" && record.accepted !== undefined) this.#keepNewView(record);
  }

  /** How the view began stays, once there is a vote in it. */
  #keepNewView({ membership, view }: Progress): void {
    const begun = this.#latest.get("newView");
    if (begun?.kind !== "newView") return;
    const { sender, signature, message } = begun.message;
    if (message.view !== view || message.membership !== membership) return;
    const last = this.newViews.at(-1)?.message;
    if (last?.kind === "newView" && last.view === view && last.membership === membership) return;
    this.newViews.push({ sender, signature, message });
  }

  /** Where the engine stood when it last said so. */
  get progress(): Progress | undefined {
    const latest = this.#latest.get("progress");
    return latest?.kind === "progress" ? latest : undefined;
  }

  /** What the engine begins from. @throws {RangeError} what it wrote does not read: a bug of the codec */
  records(): readonly PbftRecord[] {
    return [...this.#records.values()].map((bytes) => {
      const decoded = pbftRecordCodec.decode(bytes);
      if (!decoded.ok) throw new RangeError(`a record does not decode: ${decoded.detail}`);
      return decoded.value;
    });
  }

  /** Loses the engine's records: only a liar's disk does. */
  forget(): void {
    this.#records.clear();
    this.#latest.clear();
  }

  /** Whether the signer guard lets a digest be signed; else why not. */
  refusal(key: PublicKey, slot: MessageSlot, digest: Hash): string | undefined {
    const guard = this.#guards.get(key) ?? new SlotGuard();
    this.#guards.set(key, guard);
    return guard.refusal(slot, digest);
  }

  /** What the signer guard has let be signed for the greatest height. */
  lastVotes(key: PublicKey): SlotGuard["lastVotes"] {
    return this.#guards.get(key)?.lastVotes;
  }
}
