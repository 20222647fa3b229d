// Amounts for people: with the point where an asset's decimals put it, and its name.

/** How an asset is shown. */
export interface ShownAsset {
  readonly name: string;
  readonly decimals: number;
}

/** An amount of an asset: 1500000000 of an asset with 8 decimals is `15 WITAN`. Nothing is rounded. */
export function amountText(baseUnits: bigint, asset: ShownAsset): string {
  const digits = baseUnits.toString().padStart(asset.decimals + 1, "0");
  const whole = digits.slice(0, digits.length - asset.decimals);
  const fraction = digits.slice(whole.length).replace(/0+$/, "");
  return `${whole}${fraction === "" ? "" : `.${fraction}`} ${asset.name}`;
}

/** Assets by their numbers, as far as they are known. */
export type KnownAssets = readonly (ShownAsset & { readonly asset: number })[];

/** An amount of an asset; of one that is not known in base units. */
export function sumText(amount: bigint, asset: number, assets: KnownAssets): string {
  const known = assets.find((one) => one.asset === asset);
  const sign = amount < 0n ? "-" : "";
  const shown = known ?? { name: `of asset ${asset}, in base units`, decimals: 0 };
  return `${sign}${amountText(amount < 0n ? -amount : amount, shown)}`;
}
