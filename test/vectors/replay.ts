// Replays the chains of a file of vectors, from their bytes alone, through both validators, and keeps each state.
import { decodeBlock, genesisCodec } from "@witan/ledger";
import { assert, hexToBytes, present } from "@witan/primitives";
import { TestLedger } from "../ledger/build.ts";
import { NaiveChain } from "../ledger/naive/index.ts";
import type { ChainOfBlocks } from "./format.ts";

/** Both validators' states of the chains of a file, at every height asked for. */
export class Replay {
  readonly #chains: Readonly<Record<string, ChainOfBlocks>>;
  readonly #ledgers = new Map<string, TestLedger>();
  readonly #naive = new Map<string, NaiveChain>();

  constructor(chains: Readonly<Record<string, ChainOfBlocks>>) {
    this.#chains = chains;
  }

  #upTo(name: string, height: number): { genesis: Uint8Array; blocks: Uint8Array[] } {
    const chain = present(this.#chains[name], `chain ${name}`);
    return { genesis: hexToBytes(chain.genesis), blocks: chain.blocks.slice(0, height).map(hexToBytes) };
  }

  /** The first validator's ledger after the block at a height. */
  ledger(name: string, height: number): TestLedger {
    const key = `${height} of ${name}`;
    const known = this.#ledgers.get(key);
    if (known) return known;
    const { genesis, blocks } = this.#upTo(name, height);
    const decoded = genesisCodec.decode(genesis);
    assert(decoded.ok, `the genesis of ${name} does not decode`);
    const ledger = new TestLedger(decoded.value);
    for (const bytes of blocks) {
      const block = decodeBlock(ledger.chain, bytes);
      assert(block.ok, `a block of ${name} does not decode`);
      ledger.apply(block.value);
    }
    this.#ledgers.set(key, ledger);
    return ledger;
  }

  /** The naive validator's chain after the block at a height. */
  naive(name: string, height: number): NaiveChain {
    const key = `${height} of ${name}`;
    const known = this.#naive.get(key);
    if (known) return known;
    const { genesis, blocks } = this.#upTo(name, height);
    const chain = new NaiveChain(genesis);
    for (const bytes of blocks) {
      const verdict = chain.apply(bytes);
      assert(verdict.ok, `the naive validator refuses a block of ${name}: ${JSON.stringify(verdict)}`);
    }
    this.#naive.set(key, chain);
    return chain;
  }
}
