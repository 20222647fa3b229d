// Both validators over one chain: every question goes to both, and any difference in the answers is an error that
// shows the bytes.

import { createNobleScheme } from "@witan/crypto";
import { loadNativeScheme } from "@witan/crypto/node";
import {
  type Block,
  type Coin,
  checkFinalityProof,
  checkWorkProof,
  decodeTransaction,
  type FinalityProof,
  finalityProofCodec,
  type Genesis,
  type GovernanceView,
  genesisCodec,
  genesisGovernance,
  judgeBlockBytes,
  judgeTransaction,
  type OutpointKey,
  type SealedTransaction,
  type SignatureVerdict,
  verdictsOf,
} from "@witan/ledger";
import { assert, bytesToHex, type Timestamp } from "@witan/primitives";
import { TestLedger } from "../ledger/build.ts";
import { NaiveChain, naiveChainId, naiveFinalityProof, naiveTransactionIds } from "../ledger/naive/index.ts";
import type { Tally } from "./tally.ts";

const native = loadNativeScheme();
/** The scheme of the first validator: native where it loads. The naive one asks noble. */
export const SCHEME = native.ok ? native.value : createNobleScheme();
const VERDICTS: SignatureVerdict = verdictsOf(SCHEME);

/** The two validators gave different answers. */
export class Disagreement extends Error {}

/** What of a verdict must be the same. */
export interface Verdict {
  readonly ok: boolean;
  readonly code?: string;
  readonly transaction?: number;
}

function shortly(bytes: Uint8Array): string {
  const text = bytesToHex(bytes);
  return text.length > 4_000 ? `${text.slice(0, 4_000)}… (${bytes.length} bytes)` : text;
}

/** Throws unless two answers are the same. */
export function same(what: string, first: unknown, naive: unknown, bytes: Uint8Array, more = () => ""): void {
  const text = (value: unknown) =>
    JSON.stringify(value, (_, part) => (typeof part === "bigint" ? `${part}n` : part)) ?? "undefined";
  if (text(first) !== text(naive))
    throw new Disagreement(
      `${what}: the first validator says ${text(first)}, the naive one ${text(naive)}\n${more()}bytes ${shortly(bytes)}`,
    );
}

/** The part of a verdict that is compared. */
export function verdictOf(answer: { ok: boolean; code?: string; transaction?: number }): Verdict {
  if (answer.ok) return { ok: true };
  const { code = "", transaction } = answer;
  return transaction === undefined ? { ok: false, code } : { ok: false, code, transaction };
}

/** One chain, held by both validators. */
export class Pair {
  readonly genesisBytes: Uint8Array;
  readonly ledger: TestLedger;
  readonly naive: NaiveChain;
  readonly tally: Tally;
  /** The governance state after each height. */
  readonly views: GovernanceView[] = [];

  constructor(genesis: Genesis, tally: Tally) {
    this.genesisBytes = genesisCodec.encode(genesis);
    this.tally = tally;
    this.ledger = new TestLedger(genesis);
    this.naive = new NaiveChain(this.genesisBytes);
    this.views.push(this.ledger.state.governance);
    same("chain id", this.ledger.chain.chainId, naiveChainId(this.genesisBytes), this.genesisBytes);
    this.#compareStates();
  }

  /** Whether both hold a lone transaction for valid in the next block at `timestamp`; the code if not. */
  transaction(bytes: Uint8Array, timestamp: number): Verdict {
    const { chain, state } = this.ledger;
    const decoded = decodeTransaction(chain.transactions, bytes);
    const context = {
      chain,
      governance: state.governance,
      height: (state.parent.height + 1) as typeof state.parent.height,
      timestamp: timestamp as Timestamp,
    };
    const broken = decoded.ok ? judgeTransaction(decoded.value, context, this.ledger, VERDICTS) : decoded;
    const first = verdictOf(broken ?? { ok: true });
    same(
      `transaction at ${timestamp}`,
      first,
      verdictOf(this.naive.checkTransaction(bytes, timestamp)),
      bytes,
      this.#context,
    );
    const ids = decoded.ok && { id: decoded.value.id, witnessHash: decoded.value.witnessHash };
    same("ids", ids, naiveTransactionIds(bytes, chain.chainId) ?? false, bytes);
    this.tally.add("transaction", chain.mode, first.code);
    return first;
  }

  /** Whether both hold a block for valid; if so, both apply it, and their states must be the same. */
  block(bytes: Uint8Array): Verdict {
    const judged = judgeBlockBytes(this.ledger.state, bytes, this.ledger, VERDICTS);
    const first = verdictOf(judged);
    same("block", first, verdictOf(this.naive.apply(bytes)), bytes, this.#context);
    this.tally.add("block", this.ledger.chain.mode, first.code);
    if (judged.ok) {
      this.ledger.apply(judged.value.block, VERDICTS);
      this.views.push(this.ledger.state.governance);
    }
    this.#compareStates();
    return first;
  }

  /** Whether both hold a finality proof for valid. */
  proof(bytes: Uint8Array): Verdict {
    const { chain } = this.ledger;
    const decoded = finalityProofCodec.decode(bytes);
    const first = decoded.ok ? this.#checkProof(decoded.value) : decoded;
    const naive = naiveFinalityProof(this.genesisBytes, bytes);
    same("finality proof", verdictOf(first), verdictOf(naive), bytes, this.#context);
    if (first.ok && naive.ok) same("proved height", first.value.header.height, naive.height, bytes);
    this.tally.add("proof", chain.mode, verdictOf(first).code);
    return verdictOf(first);
  }

  #checkProof(
    proof: FinalityProof,
  ): ReturnType<typeof checkWorkProof> | ReturnType<typeof checkFinalityProof> {
    const { chain, headers } = this.ledger;
    if (chain.mode === "pow") return checkWorkProof(chain, proof, headers.slice(0, 1));
    return checkFinalityProof(chain, proof, genesisGovernance(chain).membership, SCHEME);
  }

  /** The blocks applied so far, block 0 left out. */
  get blocks(): readonly Block[] {
    return this.ledger.blocks.map(({ block }) => block);
  }

  readonly #context = (): string => {
    const blocks = this.blocks.map(({ bytes }) => `block ${bytesToHex(bytes)}\n`).join("");
    return `genesis ${bytesToHex(this.genesisBytes)}\n${blocks}`;
  };

  #compareStates(): void {
    const { state, coins } = this.ledger;
    const { naive } = this;
    const tip = this.blocks.at(-1)?.bytes ?? this.genesisBytes;
    same("height", state.parent.height, naive.height, tip);
    same("tip hash", state.parent.hash, naive.tipHash, tip, this.#context);
    same("governance root", state.governance.root, naive.governanceRoot, tip, this.#context);
    same("target", state.target, naive.expectedTarget(), tip, this.#context);
    const first = [...coins].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, coin]) => named(key, coin));
    const fields = naive.outputs.map(({ transaction, index, ...coin }) => {
      const { asset, amount, policyHash, height, reward } = coin;
      return [transaction, index, asset, amount, policyHash, height, reward];
    });
    same("outputs", first, fields, tip, this.#context);
  }
}

function named(key: OutpointKey, coin: Coin): readonly unknown[] {
  const { asset, amount, policyHash, height, reward } = coin;
  const index = Number.parseInt(key.slice(64), 16);
  return [key.slice(0, 64), index, asset, amount, policyHash, height, reward];
}

/** Reads a transaction that must decode. */
export function readTransaction(pair: Pair, bytes: Uint8Array): SealedTransaction | undefined {
  const decoded = decodeTransaction(pair.ledger.chain.transactions, bytes);
  if (!decoded.ok) return undefined;
  assert(decoded.value.bytes.length === bytes.length, "a transaction of other bytes");
  return decoded.value;
}
