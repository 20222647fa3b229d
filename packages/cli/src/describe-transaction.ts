// A transaction in words: what it spends, pays and says, and what its witness shows.
import { formatAddress } from "@witan/crypto";
import { type Chain, type Json, type Output, type SealedTransaction, toJson } from "@witan/ledger";
import type { ChainId } from "@witan/primitives";
import { type KnownAssets, sumText } from "./amounts.ts";
import { DEFAULT_ADDRESS_PREFIX } from "./genesis-input.ts";
import { table } from "./output.ts";
import { timeText } from "./time.ts";

/** What is known of a transaction's chain. */
export interface KnownChain {
  readonly chain?: Chain | undefined;
  /** Of a chain of which no more than this is known. */
  readonly chainId?: ChainId | undefined;
  /** By default those of the genesis; later ones are known to nodes. */
  readonly assets?: KnownAssets | undefined;
}

/** A transaction in lines of `name  value`. Its id is shown if its chain, or the id of that, is known. */
export function describeTransaction(
  sealed: SealedTransaction,
  { chain, chainId = chain?.chainId, assets = genesisAssets(chain) }: KnownChain,
): readonly string[] {
  const { body, witness } = sealed;
  const prefix = chain?.genesis.addressPrefix ?? DEFAULT_ADDRESS_PREFIX;
  const sum = ({ asset, amount }: Pick<Output, "asset" | "amount">) => sumText(amount, asset, assets);
  const paid = (outputs: readonly Output[]) =>
    outputs.map((output, at): [string, string] => [
      `output ${at}`,
      `${sum(output)} to ${formatAddress(prefix, output.policyHash)}`,
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
    rows.push(...paid(body.outputs), ["fee", sumText(body.fee, 0, assets)]);
    for (const issued of body.issued) rows.push(["issued", sum(issued)]);
    for (const destroyed of body.destroyed) rows.push(["destroyed", sum(destroyed)]);
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

function genesisAssets(chain: Chain | undefined): KnownAssets {
  return (chain?.genesis.assets ?? []).map((one, asset) => ({ ...one, asset }));
}
