// What is fixed for a chain for ever: its genesis, and what follows from it.
import {
  type BlockHash,
  bytesToHex,
  type ChainId,
  type ConsensusMode,
  sha256,
  TAGS,
  TaggedHasher,
} from "@witan/primitives";
import type { Genesis, ProofOfWorkParameters } from "./genesis.ts";
import { type Header, headerCodec } from "./header.ts";
import { TransactionHasher } from "./transaction.ts";

/** A chain: what `openChain` (genesis.ts) makes of a valid genesis. */
export class Chain {
  readonly genesis: Genesis;
  readonly chainId: ChainId;
  readonly transactions: TransactionHasher;
  readonly #blocks: TaggedHasher;

  /** For `openChain`: a genesis must be checked first. */
  constructor(genesis: Genesis, chainId: ChainId) {
    this.genesis = genesis;
    this.chainId = chainId;
    this.transactions = new TransactionHasher(chainId);
    this.#blocks = new TaggedHasher(TAGS.block, chainId);
  }

  /** How blocks come to count here. */
  get mode(): ConsensusMode {
    return this.genesis.consensus.kind;
  }

  /** What proof of work is like here; undefined in the other modes. */
  get proofOfWork(): ProofOfWorkParameters | undefined {
    return this.genesis.consensus.kind === "pow" ? this.genesis.consensus : undefined;
  }

  /** The hash of a header: docs/formats.md, section 9. */
  blockHash(header: Header): BlockHash {
    const bytes = headerCodec.encode(header);
    if (this.mode !== "pow" || header.height === 0) return this.#blocks.hash<BlockHash>(bytes);
    return bytesToHex(sha256(sha256(bytes))) as BlockHash;
  }
}
