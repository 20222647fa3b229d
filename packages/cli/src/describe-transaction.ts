// A transaction in words: what it spends, pays and says, and what its witness shows.
import { formatAddress } from "@witan/crypto";
import { type Chain, type Json, type Output, type SealedTransaction, toJson } from "@witan/ledger";
import type { ChainId } from "@witan/primitives";
import { DEFAULT_ADDRESS_PREFIX } from "./genesis-input.ts";
import { table } from "./output.ts";
import { timeText } from "./time.ts";

/** A transaction in lines of `name  value`. Its id is shown if its chain, or the id of that, is known. */
export function describeTransaction(
  sealed: SealedTransaction,
  {
    chain,
    chainId = chain?.chainId,
  }: { readonly chain?: Chain | undefined; readonly chainId?: ChainId | undefined },
): readonly string[] {
  const { body, witness } = sealed;
  const prefix = chain?.genesis.addressPrefix ?? DEFAULT_ADDRESS_PREFIX;
  const paid = (outputs: readonly Output[]) =>
    outputs.map(({ asset, amount, policyHash }, at): [string, string] => [
      `output ${at}`,
      `${amount} of ${assetName(asset, chain)} to ${formatAddress(prefix, policyHash)}`,
    ]);
  const rows: [string, string][] = [["kind", body.kind]];
  if (chainId === undefined) rows.push(["id", "depends on the chain: give --genesis or --chain-id"]);
  else rows.push(["id", sealed.id], ["witness hash", sealed.witnessHash]);
  rows.push(["size", `${sealed.bytes.length} bytes, weight ${sealed.weight}`]);
  if (body.kind === "transfer") {
    rows.push(
      ...body.inputs.map(({ transaction, index }, at): [string, string] => [
        `input ${at}`,
        `output ${index} of ${transaction}`,
      ]),
    );
    rows.push(...paid(body.outputs), ["fee", `${body.fee} of ${assetName(0, chain)}`]);
    for (const { asset, amount } of body.issued)
      rows.push(["issued", `${amount} of ${assetName(asset, chain)}`]);
    for (const { asset, amount } of body.destroyed)
      rows.push(["destroyed", `${amount} of ${assetName(asset, chain)}`]);
    rows.push(["valid until", timeText(body.validUntil)]);
    if (body.memo !== "") rows.push(["memo", body.memo]);
  } else if (body.kind === "reward") rows.push(["height", `${body.height}`], ...paid(body.outputs));
  else {
    rows.push(["sequence", `${body.sequence}`], ["change", JSON.stringify(toJson(body.change))]);
    rows.push(["valid until", timeText(body.validUntil)]);
  }
  for (const policy of witness.policies) rows.push(["policy", JSON.stringify(toJson(policy) as Json)]);
  for (const { publicKey } of witness.signatures) rows.push(["signed by", publicKey]);
  for (const preimage of witness.preimages) rows.push(["preimage", preimage]);
  return table(rows);
}

function assetName(asset: number, chain: Chain | undefined): string {
  return chain?.genesis.assets[asset]?.name ?? `asset ${asset}`;
}
