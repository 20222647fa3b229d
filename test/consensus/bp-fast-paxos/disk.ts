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
    let members = this.#world.genesis;
    for (const [at, { hash }] of this.chain.slice(0, Math.max(height - 1, 0)).entries())
      members = this.#world.after(members, hash, at + 1);
    return members;
  }
}
