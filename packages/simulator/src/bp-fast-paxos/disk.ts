// What a crash leaves of a process: what was synced, and of the writes that were under way a beginning, or nothing.
import { type BpfpEvidence, type BpfpRecord, bpfpRecordCodec } from "@witan/consensus";
import type { BlockHash, BpFastPaxosCertificate, Membership } from "@witan/primitives";

/** A decided block as it is kept. */
export interface Decided {
  readonly height: number;
  readonly hash: BlockHash;
  /** Undefined: not gathered yet. */
  readonly certificate: BpFastPaxosCertificate | undefined;
}

/** The record of where an acceptor stands. */
export type Progress = Extract<BpfpRecord, { kind: "progress" }>;

/** The disk of one process. */
export class Disk {
  readonly chain: Decided[] = [];
  readonly memberships: Membership[];
  /** Bodies of votes for heights that are not decided. */
  readonly bodies = new Set<BlockHash>();
  /** Transactions in the chain. */
  readonly held = new Set<number>();
  readonly evidence: BpfpEvidence[] = [];
  readonly #decided = new Set<BlockHash>();
  readonly #records = new Map<BpfpRecord["kind"], Uint8Array>();
  readonly #latest = new Map<BpfpRecord["kind"], BpfpRecord>();

  constructor(first: Membership) {
    this.memberships = [first];
  }

  append(block: Decided): void {
    this.chain.push(block);
    this.#decided.add(block.hash);
  }

  /** A certificate is stored with its block. */
  certify(certificate: BpFastPaxosCertificate): void {
    const block = this.chain[certificate.height - 1];
    if (block !== undefined) this.chain[certificate.height - 1] = { ...block, certificate };
  }

  /** Whether the body of a block is here: as a vote's, or as part of the chain. */
  hasBody(hash: BlockHash): boolean {
    return this.bodies.has(hash) || this.#decided.has(hash);
  }

  put(record: BpfpRecord): void {
    this.#records.set(record.kind, bpfpRecordCodec.encode(record));
    this.#latest.set(record.kind, record);
  }

  /** Where the acceptor stood when it last said so. */
  get progress(): Progress | undefined {
    const latest = this.#latest.get("progress");
    return latest?.kind === "progress" ? latest : undefined;
  }

  /** What the engine begins from. @throws {RangeError} what it wrote does not read: a bug of the codec */
  records(): readonly BpfpRecord[] {
    return [...this.#records.values()].map((bytes) => {
      const decoded = bpfpRecordCodec.decode(bytes);
      if (!decoded.ok) throw new RangeError(`a record does not decode: ${decoded.detail}`);
      return decoded.value;
    });
  }

  /** Loses the engine's records: only a liar's disk does. */
  forget(): void {
    this.#records.clear();
    this.#latest.clear();
  }
}
