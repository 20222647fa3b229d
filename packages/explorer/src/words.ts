// How values read to people: amounts, times, sizes, hashes. Exact: nothing is rounded that counts.

/** An amount of base units, with the asset's decimals: `1234.5`. Digits in groups of three before the point. */
export function amountText(units: string | bigint, decimals: number): string {
  const text = units.toString();
  const sign = text.startsWith("-") ? "−" : "";
  const digits = text.replace("-", "").padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  const rest = digits.slice(digits.length - decimals).replace(/0+$/, "");
  return `${sign}${grouped(whole)}${rest === "" ? "" : `.${rest}`}`;
}

/** An amount with the name of its asset; of one that is not known in base units. */
export function sumText(
  units: string | bigint,
  asset: number,
  assets: ReadonlyMap<number, { readonly name: string; readonly decimals: number }>,
): string {
  const known = assets.get(asset);
  return `${amountText(units, known?.decimals ?? 0)} ${known?.name ?? `of asset ${asset}`}`;
}

/** Digits in groups of three, with thin spaces that do not break. */
export function grouped(digits: string | number): string {
  return String(digits).replaceAll(/\B(?=(?:\d{3})+$)/g, "\u202f");
}

/** A time of the chain as this machine writes times. */
export function timeText(ms: number): string {
  return new Date(ms).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
}

/** A time within the day; of another day than today, with its date. */
export function clockText(ms: number, now = Date.now()): string {
  const date = new Date(ms);
  if (date.toDateString() !== new Date(now).toDateString()) return timeText(ms);
  return date.toLocaleTimeString(undefined, { timeStyle: "medium" });
}

/** How long: `35 ms`, `1.2 s`, `3 min`, `2 h`, `5 days`. */
export function spanText(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min`;
  if (ms < 48 * 3_600_000) return `${Math.floor(ms / 3_600_000)} h`;
  return `${Math.floor(ms / 86_400_000)} days`;
}

const UNITS = [
  [86_400_000, "day", "days"],
  [3_600_000, "h", "h"],
  [60_000, "min", "min"],
  [1_000, "s", "s"],
] as const;

/** A parameter of the chain: by its name a time, a size or a number. Exact: in the largest unit of which it is a multiple. */
export function parameterText(name: string, value: number): string {
  if (/Ms(?:Max|Min)?$/.test(name)) {
    const [size, one, many] = UNITS.find(([unit]) => value >= unit && value % unit === 0) ?? [1, "ms", "ms"];
    return countText(value / size, one, many);
  }
  if (!/Bytes(?:Max|Min)?$/.test(name)) return grouped(value);
  const isKiB = value >= 1_024 && value % 1_024 === 0;
  return isKiB ? `${grouped(value / 1_024)} KiB` : countText(value, "byte");
}

/** How likely something is, from 0 to 1, as a share of a hundred: never as none or all that is not. */
export function chanceText(chance: number): string {
  const percent = chance * 100;
  if (percent === 0 || percent === 100) return `${percent}\u00a0%`;
  if (percent > 99.9) return "more than 99.9\u00a0%";
  if (percent >= 0.001) return `${Number(percent.toPrecision(2))}\u00a0%`;
  const [digits = "", exponent = ""] = percent.toExponential(1).split("e");
  return `${digits}\u00a0·\u00a010${raised(exponent)}\u00a0%`;
}

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** Digits of an exponent, with its sign. */
function raised(exponent: string): string {
  return exponent.replace("-", "⁻").replaceAll(/\d/g, (digit) => RAISED[Number(digit)] ?? digit);
}

/** A number of bytes. */
export function bytesText(bytes: number): string {
  if (bytes < 1_024) return `${bytes} bytes`;
  if (bytes < 1_048_576) return `${(bytes / 1_024).toFixed(1)} KiB`;
  return `${(bytes / 1_048_576).toFixed(1)} MiB`;
}

/** So many of something. */
export function countText(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

/** The ends of a hash, an id, an address or a key: enough to tell them apart, not to copy. */
export function shortText(text: string): string {
  return text.length <= 20 ? text : `${text.slice(0, 8)}…${text.slice(-6)}`;
}

/** The member in the middle, and the greatest; undefined of none. */
export function middleAndMost(
  numbers: readonly number[],
): { readonly middle: number; readonly most: number } | undefined {
  const sorted = [...numbers].sort((a, b) => a - b);
  const [middle, most] = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
  return middle === undefined || most === undefined ? undefined : { middle, most };
}
