// Blocks on the way to finality: making one from the mempool, getting another's body, judging it. What was judged valid
// is kept with what it changes, so that deciding it costs no second look.
import {
  assembleBlock,
  type Broken,
  decodeBlock,
  inputKeys,
  judgeBlock,
  type OutpointKey,
  type SealedTransaction,
  signatureChecks,
  signatureCount,
  transactionsRoot,
  type ValidBlock,
  withinClockDrift,
} from "@witan/ledger";
import type { Mempool } from "@witan/mempool";
import {
  assert,
  type BlockHash,
  type Clock,
  type Height,
  type MemberIndex,
  type SignatureVerifier,
  type Timestamp,
  type View,
} from "@witan/primitives";
import type { ChainKeeper } from "../chain/chain-keeper.ts";
import type { BlockSize } from "./block-size.ts";

/** What proposals are made and judged with. */
export interface ProposalsOptions {
  readonly chain: ChainKeeper;
  readonly mempool: Mempool;
  readonly verifier: SignatureVerifier;
  readonly clock: Clock;
  readonly blockSize: BlockSize;
}

/** What a body was found to be. */
export type Judgement =
  | { readonly kind: "valid"; readonly valid: ValidBlock }
  /** The block, whoever sent it, breaks a rule. */
  | { readonly kind: "invalid"; readonly code: string; readonly detail: string }
  /** These bytes are not the body of the header that they begin with: whoever sent them is to blame. */
  | { readonly kind: "notTheBody"; readonly code: string }
  /** The chain went on, or nobody wants to know any more. */
  | { readonly kind: "stale" };

/** Why a valid block is not to be voted for. */
export interface Unfit {
  readonly for: "all" | "this node";
  readonly why: string;
}

/** Broken by the bytes beside the header: another body of the same hash may hold. */
const OF_THE_BODY: readonly string[] = ["encoding", "block-too-large", "transactions-root"];

/** Proposals for the height in progress. */
export class Proposals {
  readonly #options: ProposalsOptions;
  readonly #valid = new Map<BlockHash, ValidBlock>();

  constructor(options: ProposalsOptions) {
    this.#options = options;
  }

  /** A block that was made or judged here, on top of the present tip. */
  valid(hash: BlockHash): ValidBlock | undefined {
    return this.#valid.get(hash);
  }

  /**
   * Why nobody may vote for a valid block whose hash was not forced: another made it than proposes it. Or why this one
   * may not: its timestamp is too far from the local clock. Undefined if it may.
   */
  unfit({ block }: ValidBlock, proposer: MemberIndex): Unfit | undefined {
    const { chain, clock } = this.#options;
    const { header } = block;
    if (header.proposer !== proposer) return { for: "all", why: madeByAnother(header.proposer, proposer) };
    if (withinClockDrift(header.timestamp, clock.now(), chain.governance)) return undefined;
    const why = `its timestamp is ${header.timestamp - clock.now()} ms from this clock`;
    return { for: "this node", why };
  }

  /** Makes a block of what is pending; undefined if none can be made now. */
  async build(proposer: MemberIndex, view: View): Promise<ValidBlock | undefined> {
    const { chain, mempool, clock, blockSize } = this.#options;
    const state = chain.state();
    blockSize.making((state.parent.height + 1) as Height, view);
    const timestamp = Math.max(clock.now(), state.laterThan + 1) as Timestamp;
    const transactions = mempool.select({ timestamp, bytesMax: blockSize.bytes });
    const made = assembleBlock(state, { timestamp, proposer, transactions });
    assert(made.ok, "the mempool selected what makes no block");
    await chain.fetchCoins(inputsOf(transactions));
    if (chain.tip.hash !== made.value.header.parent) return undefined;
    const judged = judgeBlock(chain.state(), made.value, chain.coins, () => true);
    assert(
      judged.ok,
      `the mempool selected what makes no valid block${judged.ok ? "" : `: ${told(judged)}`}`,
    );
    this.#valid.set(made.value.hash, judged.value);
    return judged.value;
  }

  /** Judges a body on top of the tip. */
  async judge(bytes: Uint8Array, signal: AbortSignal): Promise<Judgement> {
    const { chain, mempool } = this.#options;
    const { tip } = chain;
    const { blockBytesMax, blockSignaturesMax } = chain.governance.state.parameters;
    const decoded = decodeBlock(chain.chain, bytes, blockBytesMax, (name) => {
      const pending = mempool.get(name.id)?.transaction;
      return pending?.witnessHash === name.witnessHash ? pending : undefined;
    });
    if (!decoded.ok) return { kind: "notTheBody", code: decoded.code };
    const block = decoded.value;
    const unverified = block.transactions.filter((one) => isSigned(one) && !mempool.verified(one));
    if (unverified.length > 0) {
      // Before many signatures are checked: is it the body that the header means, and no larger than it may be?
      if (transactionsRoot(block.transactions) !== block.header.transactionsRoot)
        return { kind: "notTheBody", code: "transactions-root" };
      if (signatureCount(block.transactions) > blockSignaturesMax)
        return { kind: "invalid", code: "signatures-too-many", detail: "" };
    }
    const [broken] = await Promise.all([
      this.#brokenSignatures(unverified, signal),
      chain.fetchCoins(inputsOf(block.transactions)),
    ]);
    if (broken === undefined || signal.aborted || chain.tip !== tip) return { kind: "stale" };
    const judged = judgeBlock(chain.state(), block, chain.coins, (one) => !broken.has(one));
    if (!judged.ok) {
      if (OF_THE_BODY.includes(judged.code)) return { kind: "notTheBody", code: judged.code };
      // Some rules are asked before the root is: what breaks them may be another body than the header means.
      if (transactionsRoot(block.transactions) !== block.header.transactionsRoot)
        return { kind: "notTheBody", code: "transactions-root" };
      return { kind: "invalid", code: judged.code, detail: told(judged) };
    }
    this.#valid.set(block.hash, judged.value);
    return { kind: "valid", valid: judged.value };
  }

  /** A height is decided: what was judged on top of an earlier tip means nothing any more. */
  forget(height: Height): void {
    for (const [hash, { block }] of this.#valid) if (block.header.height <= height) this.#valid.delete(hash);
  }

  /** Those with a signature that does not hold; undefined if nobody could tell. */
  async #brokenSignatures(
    transactions: readonly SealedTransaction[],
    signal: AbortSignal,
  ): Promise<ReadonlySet<SealedTransaction> | undefined> {
    const broken = new Set<SealedTransaction>();
    if (transactions.length === 0) return broken;
    const checks = transactions.map(signatureChecks);
    const answer = await this.#options.verifier.verify(checks.flat(), signal).catch(() => undefined);
    if (!answer?.ok) return undefined;
    let at = 0;
    for (const [index, transaction] of transactions.entries()) {
      const count = checks[index]?.length ?? 0;
      if (!answer.value.slice(at, at + count).every(Boolean)) broken.add(transaction);
      at += count;
    }
    return broken;
  }
}

function madeByAnother(maker: MemberIndex, proposer: MemberIndex): string {
  return `made by member ${maker}, proposed by ${proposer}`;
}

function isSigned(transaction: SealedTransaction): boolean {
  return transaction.witness.signatures.length > 0;
}

/** The outputs that transactions spend. */
export function inputsOf(transactions: readonly SealedTransaction[]): readonly OutpointKey[] {
  return transactions.flatMap(inputKeys);
}

function told({ code, detail, transaction }: Broken): string {
  const where = transaction === undefined ? "" : ` in transaction ${transaction}`;
  return `${code}${where}${detail ? `: ${detail}` : ""}`;
}
