// The blocks that a node has in its store, up to the tip, read as what they are. Reads only: what becomes of the chain is
// for the keeper.
import type { Block, Chain, Header } from "@witan/ledger";
import type { BlockHash, Certificate, Height } from "@witan/primitives";
import { type CheckedStore, damageOf, keyOf } from "@witan/storage";
import type { SpentBlock } from "../indexes/index-rewrite.ts";
import { damaged } from "./chain-error.ts";
import { ChainRecords } from "./chain-records.ts";
import type { HeaderList } from "./header-list.ts";
import type { LeavingBlocks } from "./leaving-blocks.ts";
import { type NamedBlock, NamedBlocks } from "./named-blocks.ts";
import type { ChainTip } from "./types.ts";

/** Blocks of a chain. */
export abstract class StoredBlocks {
  readonly chain: Chain;
  protected readonly records: ChainRecords;
  protected readonly named: NamedBlocks;
  /** In proof of work, while a change of branch is being written: what it undoes. */
  protected leaving: LeavingBlocks | undefined;

  constructor(chain: Chain, store: CheckedStore) {
    this.chain = chain;
    this.records = new ChainRecords(chain, store);
    this.named = new NamedBlocks(chain);
  }

  /** The block on top. */
  abstract get tip(): ChainTip;

  /** Of proof of work alone. */
  abstract readonly headers: HeaderList | undefined;

  // The store may know the next block, or another branch, a moment before it is applied: nobody is told of it until then.

  /** A block's bytes; undefined if there is no such block. */
  blockBytes(height: Height): Uint8Array | undefined {
    if (height > this.tip.height) return undefined;
    return this.leaving?.at(height)?.bytes ?? this.records.blockBytes(height);
  }

  /** A block; one of thousands of transactions takes tens of milliseconds to read. */
  block(height: Height): Block | undefined {
    if (height > this.tip.height) return undefined;
    return this.leaving?.at(height) ?? this.records.block(height);
  }

  /** A block with what it spent. @throws {ChainError} `damaged`, if one of them is not there */
  spentBlock(height: Height): SpentBlock {
    const [block, undo] = [this.block(height), this.records.undo(height)];
    if (block === undefined) throw damaged([damageOf("missing", keyOf("block", height), "it is undone")]);
    if (undo === undefined)
      throw damaged([damageOf("missing", keyOf("undo", height), "its block is undone")]);
    return { block, undo };
  }

  /** A block's header and the names of its transactions, without reading what they do. */
  namedBlock(height: Height): NamedBlock | undefined {
    return this.named.at(height, () => this.blockBytes(height));
  }

  /** A block's header, without reading its transactions. */
  header(height: Height): Header | undefined {
    if (height === this.tip.height) return this.tip.header;
    if (height > this.tip.height) return undefined;
    if (this.headers === undefined) return this.records.header(height);
    return this.leaving?.at(height)?.header ?? this.records.keptHeader(height);
  }

  /** A block's hash. */
  hashAt(height: Height): BlockHash | undefined {
    if (height === this.tip.height) return this.tip.hash;
    if (this.headers !== undefined && height < this.tip.height) return this.headers.at(height).hash;
    const header = this.header(height);
    return header && this.chain.blockHash(header);
  }

  /** The height of a block of this chain. */
  heightOf(hash: BlockHash): Height | undefined {
    const onDisk = this.records.heightOf(hash);
    const height = this.leaving === undefined ? onDisk : this.leaving.heightOf(hash, onDisk);
    return height === undefined || height > this.tip.height ? undefined : height;
  }

  /** What shows a block final; undefined if there is no such block, or it is the first, or none was gathered yet. */
  certificate(height: Height): Certificate | undefined {
    return height > this.tip.height ? undefined : this.records.certificate(height);
  }

  /** The newest blocks without a certificate, ascending: as many as there are among so many. Block 0 needs none. */
  uncertified(among: number): readonly Height[] {
    const found: Height[] = [];
    const { height } = this.tip;
    for (let at = Math.max(1, height - among + 1); at <= height; at++)
      if (this.records.certificate(at as Height) === undefined) found.push(at as Height);
    return found;
  }
}
