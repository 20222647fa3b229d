// The object behind a sealed transaction: its parts, and what follows from it alone: the keys of its inputs, and that it
// holds by itself. Both are found once and kept where the transaction is: a map beside it would cost more than finding
// them again.
import { SIGNATURE_WEIGHT, type TransactionId, type WitnessHash } from "@witan/primitives";
import { keyOf, type OutpointKey } from "./coin.ts";
import type { Body, SealedTransaction, Transaction, TransactionName, Witness } from "./transaction.ts";
import type { WellFormed } from "./transaction-rules.ts";

const NONE: readonly OutpointKey[] = Object.freeze([]);

function keysOf({ body }: Transaction): readonly OutpointKey[] {
  return body.kind === "transfer" ? body.inputs.map(keyOf) : NONE;
}

/** Only for transaction.ts and transaction-rules.ts: others must not make any. */
export class Sealed implements Transaction, TransactionName {
  readonly body: Body;
  readonly witness: Witness;
  readonly id: TransactionId;
  readonly witnessHash: WitnessHash;
  readonly bytes: Uint8Array;
  readonly weight: number;
  #form: WellFormed | undefined;
  #inputs: readonly OutpointKey[] | undefined;

  constructor({ body, witness }: Transaction, { id, witnessHash }: TransactionName, bytes: Uint8Array) {
    this.body = body;
    this.witness = witness;
    this.id = id;
    this.witnessHash = witnessHash;
    this.bytes = bytes;
    this.weight = bytes.length + SIGNATURE_WEIGHT * witness.signatures.length;
  }

  /** That it holds by itself, if that was kept. A copy made by other means than `seal` keeps nothing. */
  static form(sealed: SealedTransaction): WellFormed | undefined {
    return #form in sealed ? (sealed as Sealed).#form : undefined;
  }

  /** Keeps that a transaction holds by itself. */
  static keep(form: WellFormed): void {
    if (#form in form.sealed) (form.sealed as Sealed).#form = form;
  }

  /** The keys of its inputs. */
  static inputs(sealed: SealedTransaction): readonly OutpointKey[] {
    if (!(#inputs in sealed)) return keysOf(sealed);
    const own = sealed as Sealed;
    own.#inputs ??= keysOf(own);
    return own.#inputs;
  }
}
