// Partial transfers as bytes: what goes from hand to hand. The encoding is that of a transaction whose witness shows its
// policies whole, with the signatures there are; it is none that a node takes. Believes nothing that it reads.
import { createNobleScheme, formatAddress } from "@witan/crypto";
import { type Chain, EMPTY_WITNESS, everyBroken, sealTransaction, transactionCodec } from "@witan/ledger";
import {
  bytesToHex,
  hexToBytes,
  isHex,
  LIMITS,
  ok,
  type Refusal,
  type Result,
  refuse,
  type SignatureScheme,
} from "@witan/primitives";
import { isAscending, policiesFault, signaturesFault } from "./partial-faults.ts";
import type { PartialTransfer } from "./partial-transfer.ts";
import type { Payment } from "./transfer-request.ts";

/** A partial transfer in hex, to hand on. */
export function encodePartial({ body, policies, signatures, preimages }: PartialTransfer): string {
  return bytesToHex(transactionCodec.encode({ body, witness: { policies, signatures, preimages } }));
}

/**
 * Why bytes are no partial transfer. `encoding`: not hex, cut off, or something else. `transfer-invalid`: a rule for
 * transfers is broken, whoever signs. `policy-invalid`: no policies, one that nobody could satisfy, or they are out of order.
 * `signature-invalid`: one does not hold for this transfer on this chain, or is of nobody whom the policies name, or they
 * are out of order. Whether the policies are those of the coins that are spent no transfer says: only the chain does.
 */
export type PartialFault = "encoding" | "transfer-invalid" | "policy-invalid" | "signature-invalid";

/** Reads a partial transfer that came from someone: every signature is checked. */
export function decodePartial(
  chain: Chain,
  encoded: string | Uint8Array,
  scheme: SignatureScheme = createNobleScheme(),
): Result<PartialTransfer, PartialFault> {
  if (typeof encoded === "string" && !isHex(encoded))
    return refuse("encoding", "not lower-case hex with two digits for each byte");
  const bytes = typeof encoded === "string" ? hexToBytes(encoded) : encoded;
  if (bytes.length > LIMITS.transactionBytes)
    return refuse("encoding", `${bytes.length} bytes, at most ${LIMITS.transactionBytes}`);
  const decoded = transactionCodec.decode(bytes);
  if (!decoded.ok) return refuse("encoding", `no transfer, or not a whole one (${decoded.detail})`);
  const { body, witness } = decoded.value;
  if (body.kind !== "transfer") return refuse("encoding", `found a ${body.kind}, expected a transfer`);
  const partial: PartialTransfer = { chain, body, id: chain.transactions.id(body), ...witness };
  const fault =
    bodyFault(partial) ??
    policiesFault(partial.policies) ??
    signaturesFault(partial, scheme) ??
    orderFault(partial);
  return fault ?? ok(partial);
}

/** What a transfer pays, with addresses for people: change included, since nothing in it says which that is. */
export function paymentsOf({
  chain,
  body,
}: Pick<PartialTransfer, "chain" | "body">): readonly Required<Payment>[] {
  const { addressPrefix } = chain.genesis;
  return body.outputs.map(({ policyHash, amount, asset }) => ({
    to: formatAddress(addressPrefix, policyHash),
    amount,
    asset,
  }));
}

/** What is wrong with a body whatever its witness: with an empty one nothing else is. */
function bodyFault({ chain, body }: PartialTransfer): Refusal<PartialFault> | undefined {
  const sealed = sealTransaction(chain.transactions, { body, witness: EMPTY_WITNESS });
  if (!sealed.ok) return refuse("encoding", sealed.detail);
  const [broken] = everyBroken(sealed.value);
  return broken && refuse("transfer-invalid", `${broken.code}: ${broken.detail ?? ""}`);
}

/** Signatures and preimages in any other order would be a second text of the same transfer. */
function orderFault({ signatures, preimages }: PartialTransfer): Refusal<PartialFault> | undefined {
  const isSorted = isAscending(signatures.map(({ publicKey }) => publicKey)) && isAscending(preimages);
  return isSorted ? undefined : refuse("signature-invalid", "signatures or preimages out of order");
}
