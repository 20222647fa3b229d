// Payments as people type them: pairs of --to and --amount. An amount is in base units, or has its asset's name behind it and
// may then have a point: never guessed which, since a slip costs 100,000,000 times as much.
import type { Payment } from "@witan/client";
import { AMOUNT_MAX, LIMITS } from "@witan/primitives";
import { refuseNoAddress } from "./address.ts";
import { type KnownAssets, sumText } from "./amounts.ts";
import { badInput, type CommandFailure } from "./exit.ts";
import { amountOf, wholeNumber } from "./numbers.ts";

/** What the options say of payments. */
export interface PaymentOptions {
  readonly to: readonly string[];
  readonly amount: readonly string[];
  readonly asset?: string;
}

/** An amount that was read as far as it can be without knowing the chain's assets. */
type Given =
  | { readonly amount: bigint }
  | { readonly text: string; readonly whole: string; readonly fraction: string; readonly name: string };

/** Payments that were read as far as that. */
export interface GivenPayments {
  /** The address of the first: all are of one chain. */
  readonly first: string;
  readonly list: readonly { readonly to: string; readonly given: Given }[];
  /** Of amounts without a name; undefined: none was given. */
  readonly asset: number | undefined;
}

/** A payment with all that it says. */
export type WholePayment = Required<Payment>;

/** Assets of a chain that a message names. */
const TOLD_ASSETS_MAX = 10;

/** Reads the options, before anyone is asked. @throws {CommandFailure} that names the slip */
export function paymentsGiven({ to, amount, asset }: PaymentOptions): GivenPayments {
  const [first] = to;
  if (first === undefined || to.length !== amount.length)
    throw badInput(
      "arguments",
      `${to.length} times --to and ${amount.length} times --amount: give each --to its --amount`,
    );
  const list = to.map((address, at) => ({ to: address, given: given(amount[at] ?? "") }));
  const number = asset === undefined ? undefined : wholeNumber("--asset", asset, LIMITS.assets - 1);
  for (const address of to) refuseNoAddress("--to", address);
  return { first, list, asset: number };
}

/** A number and a name, which needs no space before it where it begins with a letter. */
const NAMED = /^(0|[1-9]\d*)(?:\.(\d+))?(?: +|(?=[a-zA-Z]))(\S*[a-zA-Z]\S*)$/;
/** What programs take for a number, such as 1e5 or 0x10: no number and a name. */
const NUMBER_OF_PROGRAMS = /^(?:[\d.]+[eE]\d+|0[xXoObB][\da-fA-F]+)$/;

function given(text: string): Given {
  const [, whole, fraction = "", name] = NUMBER_OF_PROGRAMS.test(text) ? [] : (NAMED.exec(text) ?? []);
  if (whole === undefined || name === undefined)
    return {
      amount: amountOf("--amount", text, 1n, ", or a number and the asset's name, as in '1.5 WITAN'"),
    };
  return { text, whole, fraction, name };
}

/** The payments in base units. @throws {CommandFailure} `asset-unknown`, `amount` */
export function paymentsOf({ list, asset }: GivenPayments, assets: KnownAssets): readonly WholePayment[] {
  if (asset !== undefined && !assets.some((one) => one.asset === asset))
    throw assetUnknown(`--asset ${asset}`, assets);
  return list.map((payment) => ({ to: payment.to, ...sumOf(payment.given, asset, assets) }));
}

function sumOf(
  sum: Given,
  wanted: number | undefined,
  assets: KnownAssets,
): Pick<WholePayment, "asset" | "amount"> {
  if ("amount" in sum) return { asset: wanted ?? 0, amount: sum.amount };
  const { text, whole, fraction, name } = sum;
  const known = assets.find((one) => one.name === name);
  if (known === undefined) throw assetUnknown(`--amount ${text}`, assets);
  const { asset, decimals } = known;
  if (wanted !== undefined && wanted !== asset)
    throw badInput("amount", `--amount ${text}: ${name} is asset ${asset}, and --asset is ${wanted}`);
  if (fraction.length > decimals)
    throw badInput("amount", `--amount ${text}: expected at most ${decimals} digits behind the point`);
  const amount = BigInt(whole + fraction.padEnd(decimals, "0"));
  if (amount === 0n || amount > AMOUNT_MAX)
    throw badInput(
      "amount",
      `--amount ${text}: expected ${sumText(1n, asset, assets)} to ${sumText(AMOUNT_MAX, asset, assets)}`,
    );
  return { asset, amount };
}

function assetUnknown(what: string, assets: KnownAssets): CommandFailure {
  const known = assets.slice(0, TOLD_ASSETS_MAX).map((one) => `${one.asset} (${one.name})`);
  const more = assets.length > TOLD_ASSETS_MAX ? `, and ${assets.length - TOLD_ASSETS_MAX} more` : "";
  return badInput(
    "asset-unknown",
    `${what}: there is no such asset on this chain, expected one of ${known.join(", ")}${more}`,
  );
}
