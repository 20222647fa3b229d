// Scenes: a chain that grows, and cases about what may come next at each height. The expected verdict is always said
// by whoever writes the case; nothing here asks the code under test for one.
import {
  type Block,
  type Body,
  type Genesis,
  genesisCodec,
  type SealedTransaction,
  transactionCodec,
  type Witness,
} from "@witan/ledger";
import { bytesToHex } from "@witan/primitives";
import { type NamedCoin, TestLedger } from "../../ledger/build.ts";
import type { BlockCase, ChainOfBlocks, TransactionCase, Verdict } from "../format.ts";

/** A chain with cases for transactions and blocks. */
export class Scene {
  readonly name: string;
  readonly ledger: TestLedger;
  readonly transactions: TransactionCase[] = [];
  readonly blocks: BlockCase[] = [];

  constructor(name: string, genesis: Genesis) {
    this.name = name;
    this.ledger = new TestLedger(genesis);
  }

  /** The chain as far as it has grown. */
  get chain(): ChainOfBlocks {
    const { chain, blocks } = this.ledger;
    return {
      genesis: bytesToHex(genesisCodec.encode(chain.genesis)),
      blocks: blocks.map(({ block }) => bytesToHex(block.bytes)),
    };
  }

  /** The coins of a name, in order. */
  coins(policyHash: NamedCoin["policyHash"], asset = 0): NamedCoin[] {
    return this.ledger.coinsOf(policyHash, asset);
  }

  /** A case of a transaction, by default in a block one second after the last. */
  tx(
    name: string,
    transaction: SealedTransaction | Uint8Array,
    expected: Verdict,
    timestamp: number = this.ledger.nextTime,
  ): void {
    const bytes = transaction instanceof Uint8Array ? transaction : transaction.bytes;
    this.transactions.push({
      name,
      chain: this.name,
      height: this.ledger.blocks.length,
      timestamp,
      transaction: bytesToHex(bytes),
      expected,
    });
  }

  /** A case of a transaction that is too large, or whose parts break no rule of encoding here. */
  txOf(name: string, body: Body, witness: Witness, expected: Verdict): void {
    this.tx(name, transactionCodec.encode({ body, witness }), expected);
  }

  /** A case of a block that breaks a rule; `transaction` is the position of the transaction at fault. */
  refused(name: string, block: Block | Uint8Array, expected: Verdict, transaction?: number): void {
    const bytes = block instanceof Uint8Array ? block : block.bytes;
    this.blocks.push({
      name,
      chain: this.name,
      height: this.ledger.blocks.length,
      block: bytesToHex(bytes),
      expected,
      ...(transaction === undefined ? {} : { transaction }),
    });
  }

  /** A case of a block that holds; the chain goes on with it if `grow` is true. */
  holds(name: string, block: Block, grow = false): void {
    this.blocks.push({
      name,
      chain: this.name,
      height: this.ledger.blocks.length,
      block: bytesToHex(block.bytes),
      expected: "ok",
      hash: block.hash,
      governanceRoot: block.header.governanceRoot,
    });
    if (grow) this.ledger.apply(block);
  }
}
