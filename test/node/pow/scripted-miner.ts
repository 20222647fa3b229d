// A miner that tries no nonce before a test says so: then it finds one at once, as targets of tests are easy.
import type { Miner, MiningWork } from "@witan/node";
import { sha256 } from "@witan/primitives";

/** A miner under a test's control. */
export class ScriptedMiner implements Miner {
  hashes = 0;
  /** How often it was given work. */
  given = 0;
  #job: { readonly work: MiningWork; readonly onFound: (nonce: bigint) => void } | undefined;

  /** The header that it works on. */
  get header(): Uint8Array | undefined {
    return this.#job?.work.header;
  }

  mine(work: MiningWork, onFound: (nonce: bigint) => void): void {
    this.given++;
    this.#job = { work, onFound };
  }

  stop(): void {
    this.#job = undefined;
  }

  /** Finds a nonce for what it works on. @returns false if it works on nothing */
  find(): boolean {
    const job = this.#job;
    if (job === undefined) return false;
    const bytes = job.work.header.slice();
    const view = new DataView(bytes.buffer);
    for (let nonce = 0n; ; nonce++) {
      view.setBigUint64(bytes.length - 8, nonce, true);
      this.hashes++;
      if (numberOf(sha256(sha256(bytes))) > job.work.target) continue;
      this.#job = undefined;
      job.onFound(nonce);
      return true;
    }
  }
}

function numberOf(littleEndian: Uint8Array): bigint {
  return littleEndian.reduceRight((number, byte) => (number << 8n) + BigInt(byte), 0n);
}
