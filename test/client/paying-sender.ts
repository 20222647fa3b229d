// Alice, who pays Bob through a node on a ledger, by a clock of her own.
import assert from "node:assert/strict";
import { type SendRequest, type SentTransfer, sendTransfer } from "@witan/client";
import { addressOf, walletOf } from "./ledger-coins.ts";
import { LedgerNode } from "./ledger-node.ts";
import { MadeUpClock } from "./made-up-clock.ts";

export class PayingSender {
  readonly clock = new MadeUpClock();
  readonly node = new LedgerNode();
  readonly #amount: bigint;

  constructor(amount: bigint) {
    this.#amount = amount;
  }

  requestFor(more: Partial<SendRequest> = {}): SendRequest {
    return {
      rpc: this.node.client,
      from: walletOf("alice"),
      payments: [{ to: addressOf("bob"), amount: this.#amount }],
      clock: this.clock,
      ...more,
    };
  }

  /** What was sent; it must go well. */
  async sent(more: Partial<SendRequest> = {}): Promise<SentTransfer> {
    const result = await sendTransfer(this.requestFor(more));
    assert.ok(result.ok, result.ok ? "" : `${result.code}: ${result.detail}`);
    return result.value;
  }

  /** Why nothing was sent; it must be refused before the node is told of anything. */
  async refused(more: Partial<SendRequest>) {
    const before = this.#submissions;
    const result = await sendTransfer(this.requestFor(more));
    assert.ok(!result.ok);
    assert.equal(this.#submissions, before, "nothing is sent");
    return result;
  }

  get #submissions(): number {
    return this.node.calls.filter((method) => method === "transaction_submit").length;
  }
}
