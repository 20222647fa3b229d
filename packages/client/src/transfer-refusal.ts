// Why a transfer can't be built: each code with its fields. A mistake of whoever asks, or too little money; never thrown.
import type { AssetId, Refusal, TransactionId } from "@witan/primitives";

/** There is too little of an asset among the coins given. */
export interface InsufficientFunds extends Refusal<"insufficient-funds"> {
  readonly detail: string;
  readonly asset: AssetId;
  /** In all coins of the asset that can be spent now. */
  readonly available: bigint;
  /** By all that is paid. */
  readonly wanted: bigint;
  /** Beside what is wanted; 0 for other assets than the native one. */
  readonly fee: bigint;
}

/**
 * There may be enough of an asset, but pending transactions are spending it: what comes back can be spent when they are
 * final.
 */
export interface FundsPending extends Omit<InsufficientFunds, "code"> {
  readonly code: "funds-pending";
  /** They spend it. */
  readonly pending: readonly [TransactionId, ...TransactionId[]];
}

/**
 * Why there is no transfer. `address-invalid`: of a payment or for the change. `amount-invalid`, `asset-invalid`: of a
 * payment. `outputs-empty`: nothing is paid. `outputs-too-many`: more than 256, change included. `coin-invalid`: something
 * among the coins is none. `key-missing`: a coin that none of the keys can spend. `coins-too-many`: the money is there, but
 * in more than 256 coins. `keys-too-many`: the coins need more than 64 signatures. `fee-invalid`, `memo-invalid`,
 * `valid-until-invalid`: out of range.
 */
export type TransferRefusal =
  | InsufficientFunds
  | Refusal<
      | "address-invalid"
      | "amount-invalid"
      | "asset-invalid"
      | "outputs-empty"
      | "outputs-too-many"
      | "coin-invalid"
      | "key-missing"
      | "coins-too-many"
      | "keys-too-many"
      | "fee-invalid"
      | "memo-invalid"
      | "valid-until-invalid"
    >;
