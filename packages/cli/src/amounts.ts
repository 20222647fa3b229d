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
