// Bodies of blocks of proof of work that are not on the chain, or not yet: in the store, until the engine says that they
// are of no use. Nothing gets in that did not cost the work which its header names, or that is not the body of its header;
// whether it is valid nobody knows yet.
import { type Block, decodeBlock, type SealedTransaction, transactionsRoot } from "@witan/ledger";
import type { Mempool } from "@witan/mempool";
import { assert, type BlockHash, meetsTarget, present, type Store, targetOfCompact } from "@witan/primitives";
import type { ChainKeeper } from "../../chain/chain-keeper.ts";
import { type ListedHeader, listedHeader } from "../../chain/header-list.ts";
import { headerOf } from "../bodies.ts";

/** Blocks that were read and are kept so, since they are likely to be judged next: by the bytes of their encoding. */
const READ_BYTES_MAX = 16 * 1024 * 1024;

/** What bodies are kept with. */
export interface SideBodiesOptions {
  readonly chain: ChainKeeper;
  readonly store: Pick<Store, "write">;
  readonly mempool: Pick<Mempool, "get">;
}

/** What bytes were found to be. */
export type Taken =
  | { readonly kind: "block"; readonly header: ListedHeader }
  /** Wrong for everyone. */
  | { readonly kind: "fault"; readonly code: string };

/** Bodies off the chain. */
export class SideBodies {
  readonly #options: SideBodiesOptions;
  readonly #read = new Map<BlockHash, Block>();
  #readBytes = 0;
  /** Bodies that are on their way to the store. */
  readonly #writing = new Map<BlockHash, Promise<void>>();

  constructor(options: SideBodiesOptions) {
    this.#options = options;
  }

  /** Whether the body of a block is at hand, on the chain or off it. */
  has(hash: BlockHash): boolean {
    const { chain } = this.#options;
    return (chain.hasProposal(hash) && !this.#writing.has(hash)) || chain.heightOf(hash) !== undefined;
  }

  /** The header of a body that is in the store. */
  header(hash: BlockHash): ListedHeader | undefined {
    const bytes = this.#writing.has(hash) ? undefined : this.#options.chain.proposal(hash);
    const found = bytes && headerOf(bytes, () => hash);
    return found && listedHeader(found.header, hash);
  }

  /** The headers of all bodies that are in the store, lowest first: for the start. */
  stored(): readonly ListedHeader[] {
    return this.#options.chain.proposals
      .map((hash) => present(this.header(hash), `the header of body ${hash}`))
      .sort((a, b) => a.height - b.height);
  }

  /** Takes in the bytes of a block; resolves when they are in the store. */
  async take(bytes: Uint8Array): Promise<Taken> {
    const { chain } = this.#options;
    const found = headerOf(bytes, (header) => chain.chain.blockHash(header));
    if (found === undefined) return { kind: "fault", code: "block-encoding" };
    const { hash } = found;
    const header = listedHeader(found.header, hash);
    if (this.has(hash)) return { kind: "block", header };
    // Before anything that costs more: whoever sends it has paid for it.
    if (!this.#isPaid(header)) return { kind: "fault", code: "header-work" };
    const writing = this.#writing.get(hash);
    if (writing === undefined) {
      const block = this.#decode(bytes);
      if (typeof block === "string") return { kind: "fault", code: block };
      await this.put(block);
    } else await writing;
    return { kind: "block", header };
  }

  /** Takes in a block that was made here, or read. */
  put(block: Block): Promise<void> {
    const { chain, store } = this.#options;
    const { hash, bytes } = block;
    this.#keep(block);
    const written = store
      .write([chain.putProposal(hash, bytes)], { sync: false })
      .finally(() => this.#writing.delete(hash));
    this.#writing.set(hash, written);
    return written;
  }

  /** A block that is off the chain. */
  block(hash: BlockHash): Block {
    const known = this.#read.get(hash);
    if (known !== undefined) return known;
    const bytes = present(this.#options.chain.proposal(hash), `the body of block ${hash}`);
    const block = this.#decode(bytes);
    assert(typeof block !== "string", `the body of ${hash} is none`);
    this.#keep(block);
    return block;
  }

  /** Forgets bodies. */
  async forget(hashes: readonly BlockHash[]): Promise<void> {
    for (const hash of hashes) this.release(hash);
    await this.#options.chain.forgetProposals(hashes);
  }

  /** A block is on the chain: it is read from there. */
  release(hash: BlockHash): void {
    this.#readBytes -= this.#read.get(hash)?.bytes.length ?? 0;
    this.#read.delete(hash);
  }

  #isPaid({ hash, target }: ListedHeader): boolean {
    const { targetLimit } = present(this.#options.chain.chain.proofOfWork, "proof of work");
    const [own, limit] = [targetOfCompact(target), targetOfCompact(targetLimit)];
    return own !== undefined && limit !== undefined && own <= limit && meetsTarget(hash, target);
  }

  /** @returns why the bytes are not the body of the header that they begin with */
  #decode(bytes: Uint8Array): Block | string {
    const { chain, mempool } = this.#options;
    const decoded = decodeBlock(chain.chain, bytes, undefined, ({ id, witnessHash }) => {
      const pending: SealedTransaction | undefined = mempool.get(id)?.transaction;
      return pending?.witnessHash === witnessHash ? pending : undefined;
    });
    if (!decoded.ok) return `body-${decoded.code}`;
    const { header, transactions } = decoded.value;
    if (transactionsRoot(transactions) !== header.transactionsRoot) return "body-transactions-root";
    return decoded.value;
  }

  #keep(block: Block): void {
    this.release(block.hash);
    this.#read.set(block.hash, block);
    this.#readBytes += block.bytes.length;
    for (const hash of this.#read.keys()) {
      if (this.#readBytes <= READ_BYTES_MAX || hash === block.hash) break;
      this.release(hash);
    }
  }
}
