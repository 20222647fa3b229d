// Carries out what the engine of proof of work decides: blocks are undone, others judged and applied. Each block is judged
// on the state of its own branch; a branch with a block that breaks a rule changes nothing.
import { type Block, inputKeys, type SealedTransaction, signatureChecks } from "@witan/ledger";
import type { Mempool } from "@witan/mempool";
import { assert, type BlockHash, type Clock, type SignatureVerifier } from "@witan/primitives";
import { BranchView } from "../../chain/branch.ts";
import type { ChainKeeper } from "../../chain/chain-keeper.ts";
import { pause } from "../body-source.ts";
import type { SideBodies } from "./side-bodies.ts";

/** After nobody could check signatures, as when all workers were busy. */
const RETRY_MS = 20;

/** What branches are judged with. */
export interface SwitcherOptions {
  readonly chain: ChainKeeper;
  readonly bodies: SideBodies;
  readonly mempool: Pick<Mempool, "verified">;
  readonly verifier: SignatureVerifier;
  readonly clock: Clock;
  readonly yieldNow: () => Promise<void>;
}

/** What is to go, the tip first, and what is to come, each on the one before. */
export interface SwitchOrder {
  readonly undo: readonly BlockHash[];
  readonly apply: readonly BlockHash[];
}

/** A block that breaks a rule. */
export interface InvalidBlock {
  readonly hash: BlockHash;
  readonly code: string;
  readonly detail: string;
}

/** Where the chain stands then. */
export interface Switched {
  readonly tip: BlockHash;
  readonly invalid: InvalidBlock | undefined;
}

/** Moves the chain, one order at a time. */
export class Switcher {
  readonly #options: SwitcherOptions;
  readonly #ended = new AbortController();

  constructor(options: SwitcherOptions) {
    this.#options = options;
  }

  /** @returns undefined if the node stops before it is done */
  async carryOut(order: SwitchOrder): Promise<Switched | undefined> {
    const invalid = await (order.undo.length === 0 ? this.#extend(order) : this.#switch(order));
    if (invalid === "stopped") return undefined;
    for (const hash of order.apply) this.#options.bodies.release(hash);
    return { tip: this.#options.chain.tip.hash, invalid };
  }

  /** Judges nothing any more. */
  stop(): void {
    this.#ended.abort();
  }

  async #extend({ apply }: SwitchOrder): Promise<InvalidBlock | "stopped" | undefined> {
    const { chain, bodies } = this.#options;
    for (const hash of apply) {
      const view = new BranchView(chain);
      const wrong = await this.#add(view, bodies.block(hash));
      if (wrong !== undefined) return wrong;
      const [valid] = view.branch().applied;
      assert(valid !== undefined, "the block that was judged");
      await chain.apply(valid, undefined);
    }
    return undefined;
  }

  async #switch({ undo, apply }: SwitchOrder): Promise<InvalidBlock | "stopped" | undefined> {
    const { chain, bodies, yieldNow } = this.#options;
    const view = new BranchView(chain);
    for (const hash of undo) {
      assert(view.undo().hash === hash, `block ${hash} is to be undone, and it is another`);
      await yieldNow();
    }
    for (const hash of apply) {
      const wrong = await this.#add(view, bodies.block(hash));
      if (wrong !== undefined) return wrong;
      await yieldNow();
    }
    await chain.switchTo(view.branch());
    return undefined;
  }

  async #add(view: BranchView, block: Block): Promise<InvalidBlock | "stopped" | undefined> {
    const { chain } = this.#options;
    const [broken] = await Promise.all([
      this.#brokenSignatures(block.transactions),
      chain.fetchCoins(block.transactions.flatMap((one) => inputKeys(one))),
    ]);
    if (broken === undefined) return "stopped";
    const judged = view.add(block, (one) => !broken.has(one));
    return judged.ok ? undefined : { hash: block.hash, code: judged.code, detail: judged.detail ?? "" };
  }

  /** Those with a signature that does not hold; undefined if the node stops. */
  async #brokenSignatures(
    transactions: readonly SealedTransaction[],
  ): Promise<ReadonlySet<SealedTransaction> | undefined> {
    const { mempool, verifier, clock } = this.#options;
    const { signal } = this.#ended;
    const broken = new Set<SealedTransaction>();
    const signed = transactions.filter((one) => one.body.kind === "transfer" && !mempool.verified(one));
    const checks = signed.map(signatureChecks);
    while (!signal.aborted) {
      const answer =
        signed.length === 0
          ? ({ ok: true, value: [] } as const)
          : await verifier.verify(checks.flat(), signal).catch(() => undefined);
      if (answer?.ok) {
        let at = 0;
        for (const [index, one] of signed.entries()) {
          const count = checks[index]?.length ?? 0;
          if (!answer.value.slice(at, at + count).every(Boolean)) broken.add(one);
          at += count;
        }
        return broken;
      }
      await pause(clock, RETRY_MS, signal);
    }
    return undefined;
  }
}
