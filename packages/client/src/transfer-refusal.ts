// Why a transfer can't be built: each code with its fields. A mistake of whoever asks, or too little money; never thrown.
import type { AssetId, PolicyHash, Refusal, TransactionId } from "@witan/primitives";

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

/** No way to satisfy what a coin pays to, or an asset's issuance asks for, with the keys, preimages and time given. */
export interface PolicyUnsatisfied extends Refusal<"policy-unsatisfied"> {
  readonly detail: string;
  readonly policyHash: PolicyHash;
}

/** The only way to satisfy a policy opens later. */
export interface TooEarly extends Refusal<"too-early"> {
  readonly detail: string;
  readonly policyHash: PolicyHash;
  /** The block time from which on it can be spent. */
  readonly from: number;
}

/**
 * Why there is no transfer. `address-invalid`: of a payment or for the change. `amount-invalid`, `asset-invalid`: of a
 * payment, or of what is issued or destroyed. `asset-unknown`: not among the assets given. `issued-native`: asset 0 is
 * never issued. `issuer-unknown`: the assets that are registered were not given, or no lock given is the issuer's.
 * `assets-too-many`: more than 64 are issued, or destroyed. `outputs-empty`: nothing is done. `outputs-too-many`: more than
 * 256, change included. `coin-invalid`: something among the coins is none. `coin-missing`: there is not one coin.
 * `key-missing`: a coin of none of the keys and locks. `coins-too-many`: the money is there, but in more than 256 coins, or
 * more are to be brought together. `keys-too-many`, `preimages-too-many`: the coins need more than 64. `fee-invalid`,
 * `memo-invalid`, `valid-until-invalid`, `time-invalid`, `preimage-invalid`: out of range. `transfer-too-large`: more than
 * 64 KiB. `chain-too-long`: of many payments, whose transfers would wait for each other.
 */
export type TransferRefusal =
  | InsufficientFunds
  | PolicyUnsatisfied
  | TooEarly
  | Refusal<
      | "address-invalid"
      | "amount-invalid"
      | "asset-invalid"
      | "asset-unknown"
      | "issued-native"
      | "issuer-unknown"
      | "assets-too-many"
      | "outputs-empty"
      | "outputs-too-many"
      | "coin-invalid"
      | "coin-missing"
      | "key-missing"
      | "coins-too-many"
      | "keys-too-many"
      | "preimages-too-many"
      | "fee-invalid"
      | "memo-invalid"
      | "valid-until-invalid"
      | "time-invalid"
      | "preimage-invalid"
      | "transfer-too-large"
      | "chain-too-long"
    >;
