// Changes that operators approve one after the other at this node, until a quorum has and the change can be submitted.
// Held in memory only, bounded for each operator key, and forgotten once another change was made or the time is over.
// Takes nothing in that no operator of a voting member has signed.
import {
  applyChange,
  CHANGE_RULES,
  firstBroken,
  type Governance,
  type KeySignature,
  type SealedTransaction,
  sealTransaction,
} from "@witan/ledger";
import {
  assert,
  type Clock,
  type Height,
  type PublicKey,
  quorumOf,
  type SignatureScheme,
  type Timestamp,
  type TransactionId,
} from "@witan/primitives";
import { PROPOSALS_OF_OPERATOR_MAX } from "@witan/rpc";
import type { ChainKeeper } from "../chain/chain-keeper.ts";

/** What approvals are judged by. */
export interface ApprovalsOptions {
  readonly chain: ChainKeeper;
  readonly scheme: SignatureScheme;
  readonly clock: Clock;
}

/** A change with the approvals so far. */
export interface PendingChange {
  readonly id: TransactionId;
  readonly body: Governance;
  /** Names of the members whose operators have approved, in the order of the members. */
  readonly approvals: readonly string[];
  readonly needed: number;
  readonly receivedAt: Timestamp;
}

/** Why an approval is not taken. `detail` is for people. */
export interface ApprovalRefusal {
  readonly ok: false;
  readonly code: "proposal-invalid" | "proposal-out-of-turn" | "approval-invalid" | "approvals-too-many";
  readonly detail: string;
}

/** What an approval led to. */
export type ApprovalResult =
  | {
      readonly ok: true;
      readonly change: PendingChange;
      /** To be submitted: a quorum has approved. */
      readonly transaction: SealedTransaction | undefined;
    }
  | ApprovalRefusal;

interface Held {
  readonly id: TransactionId;
  readonly body: Governance;
  readonly receivedAt: Timestamp;
  readonly signatures: Map<PublicKey, KeySignature>;
}

/** The approvals that a node holds. Of a chain with members only. */
export class Approvals {
  readonly #options: ApprovalsOptions;
  readonly #held = new Map<TransactionId, Held>();

  constructor(options: ApprovalsOptions) {
    this.#options = options;
  }

  /** Changes that have approvals and are not made yet, the oldest first. */
  pending(): readonly PendingChange[] {
    this.#forgetOld();
    return [...this.#held.values()].map((held) => this.#shown(held));
  }

  /**
   * Takes an approval, and those that the proposal brings along.
   * @param proposal a governance transaction; its signatures that hold count, others are passed over
   */
  approve({ id, body, witness }: SealedTransaction, approval: KeySignature): ApprovalResult {
    this.#forgetOld();
    if (body.kind !== "governance")
      return refused("proposal-invalid", `it is a ${body.kind}, and no change of governance`);
    const refusal = this.#outOfTurn(body) ?? this.#changeBroken(body) ?? this.#unfit(id, approval);
    if (refusal !== undefined) return refusal;
    const held = this.#held.get(id) ?? {
      ...{ id, body, receivedAt: this.#options.clock.now() },
      signatures: new Map<PublicKey, KeySignature>(),
    };
    if (!this.#hasRoom(held, approval.publicKey))
      return refused("approvals-too-many", `${PROPOSALS_OF_OPERATOR_MAX} changes`);
    this.#held.set(id, held);
    held.signatures.set(approval.publicKey, approval);
    for (const other of witness.signatures)
      if (this.#hasRoom(held, other.publicKey) && this.#unfit(id, other) === undefined)
        held.signatures.set(other.publicKey, other);
    const change = this.#shown(held);
    return {
      ok: true,
      change,
      transaction: change.approvals.length < change.needed ? undefined : this.#sealed(held),
    };
  }

  /** One change is made for each sequence, and none after its time. */
  #outOfTurn({ sequence, validUntil }: Governance): ApprovalRefusal | undefined {
    const { governance, tip } = this.#options.chain;
    const next = governance.state.sequence;
    if (sequence !== next)
      return refused("proposal-out-of-turn", `its sequence is ${sequence}, the chain's next is ${next}`);
    const { timestamp } = tip.header;
    return timestamp <= validUntil
      ? undefined
      : refused(
          "proposal-out-of-turn",
          `it was valid until ${validUntil}, and block ${tip.height} is of ${timestamp}`,
        );
  }

  #changeBroken({ change }: Governance): ApprovalRefusal | undefined {
    const { governance, tip } = this.#options.chain;
    const broken = firstBroken(CHANGE_RULES, change);
    if (broken !== undefined)
      return refused("proposal-invalid", `${broken.code} ${broken.detail ?? ""}`.trim());
    const applied = applyChange(governance, change, (tip.height + 1) as Height);
    return applied.ok ? undefined : refused("proposal-invalid", applied.code);
  }

  #unfit(digest: TransactionId, { publicKey, signature }: KeySignature): ApprovalRefusal | undefined {
    const { chain, scheme } = this.#options;
    if (!chain.governance.operators.has(publicKey))
      return refused("approval-invalid", `${publicKey} is no voting member's operator key`);
    if (scheme.verify({ digest, publicKey, signature })) return undefined;
    return refused("approval-invalid", `the signature of ${publicKey} is not one of proposal ${digest}`);
  }

  #hasRoom({ id }: Held, key: PublicKey): boolean {
    const others = [...this.#held.values()].filter((one) => one.id !== id && one.signatures.has(key));
    return others.length < PROPOSALS_OF_OPERATOR_MAX;
  }

  #forgetOld(): void {
    for (const { id, body } of this.#held.values())
      if (this.#outOfTurn(body) !== undefined) this.#held.delete(id);
  }

  #shown({ id, body, receivedAt, signatures }: Held): PendingChange {
    const { operators, mode, state } = this.#options.chain.governance;
    assert(mode !== "pow", "proof of work has no governance");
    const approvals = state.members.filter(
      ({ operatorKey }) => operators.has(operatorKey) && signatures.has(operatorKey),
    );
    const names = approvals.map(({ name }) => name);
    return { id, body, receivedAt, approvals: names, needed: quorumOf(mode, operators.size) };
  }

  /** The transaction, with the approvals of those who are operators now. */
  #sealed({ body, signatures }: Held): SealedTransaction {
    const { chain, governance } = this.#options.chain;
    const counting = [...signatures.values()].filter(({ publicKey }) => governance.operators.has(publicKey));
    const sorted = counting.sort((a, b) => (a.publicKey < b.publicKey ? -1 : 1));
    const witness = { policies: [], signatures: sorted, preimages: [] };
    const sealed = sealTransaction(chain.transactions, { body, witness });
    assert(sealed.ok, "a change that was decoded, with a signature for each operator at most");
    return sealed.value;
  }
}

function refused(code: ApprovalRefusal["code"], detail: string): ApprovalRefusal {
  return { ok: false, code, detail };
}
