// Transactions of all kinds, good and bad, each with the ends that it may come to. What depends on the time is made when its
// turn has come.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { approveChange, assembleChange, proposeChange, type SealedTransaction, Wallet } from "@witan/client";
import type { SecretKey } from "@witan/crypto";
import { type Change, sealTransaction } from "@witan/ledger";
import type { PolicyHash, Signature } from "@witan/primitives";
import type { TransactionOutcome } from "@witan/rpc";
import { between } from "../conditions.ts";
import type { TestNetwork } from "../harness.ts";
import type { Purse } from "./purse.ts";

/** How something can end for good. */
export type End = Extract<TransactionOutcome["status"], "final" | "rejected" | "expired">;

/** One transaction that a client brings in. */
export interface Errand {
  readonly kind: string;
  readonly transaction: SealedTransaction;
  /** The node that it is brought to first. */
  readonly node: number;
  readonly ends: readonly End[];
  /** Codes with which it may be rejected; all, if it is left out. */
  readonly codes?: readonly string[];
  /** Nodes that it is sent to before, without waiting for their answers. */
  readonly sentTo?: readonly number[];
}

/** Errands that belong together, in order; some after a moment in which others go on. */
export interface Case {
  readonly errands: readonly Errand[];
  /** How many of them must be final. */
  readonly finals: number | undefined;
}

const LONG_MS = 3_600_000;
const SHORT_MS = 4_000;

/** Makes cases at random. */
export class Cases {
  readonly #purse: Purse;
  readonly #network: TestNetwork;

  constructor(purse: Purse, network: TestNetwork) {
    this.#purse = purse;
    this.#network = network;
  }

  /** One of the kinds. */
  next(): Case {
    const of: readonly (readonly [number, () => Case])[] = [
      [30, () => this.#good()],
      [8, () => this.#rivals()],
      [8, () => this.#scatteredRivals()],
      [12, () => this.#late()],
      [8, () => this.#badSignature()],
      [8, () => this.#childFirst()],
      [5, () => this.#orphan()],
      [6, () => this.#cheap()],
      [6, () => this.#twoWitnesses()],
      [6, () => this.#brokenBeside()],
      [5, () => this.#again()],
      [2, () => this.#outOfSequence()],
    ];
    const sum = of.reduce((total, [weight]) => total + weight, 0);
    let left = this.#random() * sum;
    let make = () => this.#good();
    for (const [weight, one] of of) {
      if (left < 0) break;
      left -= weight;
      make = one;
    }
    return make();
  }

  /** Two changes of what governs the chain, for the same sequence, each approved by a quorum. */
  rivalChanges(sequence: number): Case {
    const changes = ["SILVER", "COPPER"].map((name) => this.#change(sequence, name, LONG_MS));
    return this.#case(
      1,
      changes.map((change) => this.#errand("rival change", change, ["final", "rejected"])),
    );
  }

  #good(): Case {
    return this.#case(1, [this.#errand("good", this.#spend(), ["final"])]);
  }

  /** Two that spend the same coin, each brought to another validator. */
  #rivals(): Case {
    const node = this.#node();
    return this.#case(
      1,
      this.#twoOfOneCoin().map((one, at) => this.#rival("rival", one, node + at)),
    );
  }

  /** The same, each sent to two validators, and then brought to one that most likely has the other. */
  #scatteredRivals(): Case {
    const errands = this.#twoOfOneCoin().map((one, at) => ({
      ...this.#rival("scattered rival", one, 2 * at + 2),
      sentTo: [2 * at, 2 * at + 1],
    }));
    return this.#case(1, errands);
  }

  #twoOfOneCoin(): readonly SealedTransaction[] {
    const coin = this.#purse.take();
    return ["01", "02"].map((memo) => this.#purse.spend(coin, { validUntil: soon(LONG_MS), memo }));
  }

  #rival(kind: string, transaction: SealedTransaction, at: number): Errand {
    const node = at % this.#network.nodes.length;
    const codes = ["conflict", "input-missing"];
    return { kind, transaction, node, ends: ["final", "rejected"], codes };
  }

  /** Too old in a moment: perhaps it is in time, perhaps not. */
  #late(): Case {
    const validUntil = soon(between(this.#random, 0, 1_000));
    const late = this.#purse.spend(this.#purse.take(), { validUntil });
    return this.#case(undefined, [this.#errand("late", late, ["final", "expired"])]);
  }

  #badSignature(): Case {
    const errand = this.#errand("bad signature", this.#broken(this.#spend()), ["rejected"]);
    return this.#case(0, [{ ...errand, codes: ["signature-invalid"] }]);
  }

  /** A transaction that comes before the one that makes its input. */
  #childFirst(): Case {
    const parent = this.#spend();
    const child = this.#purse.spend(this.#purse.made(parent), { validUntil: soon(LONG_MS) });
    return this.#case(2, [
      this.#errand("child", child, ["final"]),
      this.#errand("parent", parent, ["final"]),
    ]);
  }

  /** Its input never comes. */
  #orphan(): Case {
    const orphan = this.#purse.spend(this.#purse.made(this.#spend()), { validUntil: soon(SHORT_MS) });
    const errand = this.#errand("orphan", orphan, ["rejected", "expired"]);
    return this.#case(0, [{ ...errand, codes: ["input-missing", "waiting-full"] }]);
  }

  #cheap(): Case {
    const cheap = this.#purse.spend(this.#purse.take(), { validUntil: soon(SHORT_MS), fee: 1n });
    const errand = this.#errand("cheap", cheap, ["rejected", "expired"]);
    return this.#case(0, [{ ...errand, codes: ["fee-too-low"] }]);
  }

  /** One transaction, twice: signed by one of two keys that open the lock, and by the other. */
  #twoWitnesses(): Case {
    const coin = this.#purse.takeLocked();
    const { owner, other } = this.#purse;
    const validUntil = soon(LONG_MS);
    const both = [owner, other].map((key) => this.#purse.spend(coin, { validUntil, keys: [key] }));
    assert.equal(both[0]?.id, both[1]?.id);
    assert.notEqual(both[0]?.witnessHash, both[1]?.witnessHash);
    return this.#case(
      2,
      both.map((one) => this.#errand("two witnesses", one, ["final"])),
    );
  }

  /** A copy whose signature does not hold, and the good one. */
  #brokenBeside(): Case {
    const good = this.#spend();
    const broken = this.#errand("broken beside", this.#broken(good), ["final", "rejected"]);
    return this.#case(undefined, [
      { ...broken, codes: ["signature-invalid"] },
      this.#errand("good beside broken", good, ["final"]),
    ]);
  }

  /** The same, brought in by two clients. */
  #again(): Case {
    const good = this.#spend();
    return this.#case(
      2,
      [good, good].map((one) => this.#errand("again", one, ["final"])),
    );
  }

  #outOfSequence(): Case {
    const change = this.#change(between(this.#random, 7, 1_000), "TIN", SHORT_MS);
    const errand = this.#errand("out of sequence", change, ["rejected", "expired"]);
    return this.#case(0, [{ ...errand, codes: ["governance-sequence"] }]);
  }

  #case(finals: number | undefined, errands: readonly Errand[]): Case {
    return { errands, finals };
  }

  #errand(kind: string, transaction: SealedTransaction, ends: readonly End[]): Errand {
    return { kind, transaction, node: this.#node(), ends };
  }

  #spend(): SealedTransaction {
    return this.#purse.spend(this.#purse.take(), { validUntil: soon(LONG_MS) });
  }

  #node(): number {
    return between(this.#random, 0, this.#network.nodes.length - 1);
  }

  get #random(): () => number {
    return this.#network.random;
  }

  #broken({ body, witness }: SealedTransaction): SealedTransaction {
    const signatures = witness.signatures.map(({ publicKey, signature }) => {
      const last = signature.endsWith("01") ? "02" : "01";
      return { publicKey, signature: (signature.slice(0, -2) + last) as Signature };
    });
    const hasher = this.#purse.chain.transactions;
    const sealed = sealTransaction(hasher, { body, witness: { ...witness, signatures } });
    assert.ok(sealed.ok);
    return sealed.value;
  }

  #change(sequence: number, name: string, validForMs: number): SealedTransaction {
    const { chain, owner } = this.#purse;
    const issuancePolicyHash = owner.policyHash as PolicyHash;
    const change: Change = { kind: "registerAsset", name, decimals: 2, issuancePolicyHash };
    const proposal = proposeChange({ chain, sequence, change, validUntil: soon(validForMs) });
    assert.ok(proposal.ok);
    const approvals = [0, 1, 2].map((node) => approveChange(proposal.value, this.#operator(node)));
    const sealed = assembleChange(proposal.value, approvals);
    assert.ok(sealed.ok, sealed.ok ? "" : sealed.detail);
    return sealed.value;
  }

  #operator(node: number): Wallet {
    const file = readFileSync(join(this.#network.home(node), "keys", "operator.json"), "utf8");
    const { secret } = JSON.parse(file) as { readonly secret: { readonly secretKey: SecretKey } };
    return new Wallet(secret.secretKey);
  }
}

function soon(ms: number): number {
  return Date.now() + ms;
}
