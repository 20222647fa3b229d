// The disk of a process in a world: all of it survives a crash. Records are kept as their bytes.
import assert from "node:assert/strict";
import { type BpfpRecord, bpfpRecordCodec } from "@witan/consensus";
import type { BlockHash, BpFastPaxosCertificate, Membership } from "@witan/primitives";
import type { World } from "./world.ts";

/** A decided block. */
export interface Entry {
  readonly hash: BlockHash;
  readonly membership: Membership;
  certificate: BpFastPaxosCertificate | undefined;
}

export class Disk {
  readonly chain: Entry[] = [];
  readonly bodies = new Set<BlockHash>();
  readonly #world: World;
  /** The members behind each block of the chain. */
  readonly #behind: Membership[] = [];
  readonly #records = new Map<BpfpRecord["kind"], Uint8Array>();

  constructor(world: World) {
    this.#world = world;
  }

  write(record: BpfpRecord): void {
    this.#records.set(record.kind, bpfpRecordCodec.encode(record));
  }

  read(): readonly BpfpRecord[] {
    return [...this.#records.values()].map((bytes) => {
      const read = bpfpRecordCodec.decode(bytes);
      assert.ok(read.ok);
      return read.value;
    });
  }

  /** The members that decide a height; undefined: not known here. */
  membershipAt(height: number): Membership | undefined {
    if (height > this.chain.length + 1) return undefined;
    // Blocks are only ever put on top.
    for (let at = this.#behind.length; at < this.chain.length; at++) {
      const { hash } = this.chain[at] as Entry;
      this.#behind.push(this.#world.after(this.#behind[at - 1] ?? this.#world.genesis, hash, at + 1));
    }
    return this.#behind[height - 2] ?? this.#world.genesis;
  }
}
