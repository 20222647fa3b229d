// The contract: every method with its schemas, and the types that follow from them. A server serves an `RpcService`, a
// client calls one; neither says anything about a method that is not here.
import type { CancelSignal } from "@witan/primitives";
import type * as z from "zod";
import { CHAIN_METHODS } from "./chain-methods.ts";
import { CONSENSUS_METHODS } from "./consensus-methods.ts";
import { DISCOVERY_METHODS } from "./discovery-methods.ts";
import { GOVERNANCE_METHODS } from "./governance-methods.ts";
import type { RpcRole } from "./method.ts";
import { NODE_METHODS } from "./node-methods.ts";
import { REGISTER_METHODS } from "./register-methods.ts";
import { SUBSCRIPTION_METHODS } from "./subscription-methods.ts";
import { TRANSACTION_METHODS } from "./transaction-methods.ts";

/** All methods by name. */
export const METHODS = {
  ...NODE_METHODS,
  ...CHAIN_METHODS,
  ...TRANSACTION_METHODS,
  ...CONSENSUS_METHODS,
  ...SUBSCRIPTION_METHODS,
  ...GOVERNANCE_METHODS,
  ...REGISTER_METHODS,
  ...DISCOVERY_METHODS,
} as const;

/** The name of a method. */
export type MethodName = keyof typeof METHODS;

/** Methods that belong to a connection: the server answers them itself, from an `EventFeed`. */
export type SubscriptionMethodName = keyof typeof SUBSCRIPTION_METHODS;

/** The methods that a service answers. */
export type ServiceMethodName = Exclude<MethodName, SubscriptionMethodName>;

/** The same, and all in it, for reading only. What is a record, and names no fields, is so at its surface. */
export type DeepReadonly<T> = T extends string | number | boolean | bigint | null | undefined
  ? T
  : string extends keyof T
    ? Readonly<T>
    : { readonly [K in keyof T]: DeepReadonly<T[K]> };

/** What a service gets: params as they were checked, defaults filled in. */
export type ParamsOf<M extends MethodName> = DeepReadonly<z.output<(typeof METHODS)[M]["params"]>>;

/** What a caller writes: what has a default may be left out. */
export type CallParamsOf<M extends MethodName> = DeepReadonly<z.input<(typeof METHODS)[M]["params"]>>;

/** What a method answers. */
export type ResultOf<M extends MethodName> = DeepReadonly<z.output<(typeof METHODS)[M]["result"]>>;

/** Who calls, and until when. */
export interface CallContext {
  /** What the caller may do; at least what the method asks for. */
  readonly role: RpcRole;
  /** Names who calls, for limits by source: the address the call came from, without the port. */
  readonly source: string;
  /** Aborted when nobody waits for the answer any more, or the server closes: a wait then ends with what is known. */
  readonly signal: CancelSignal;
}

/**
 * What answers calls: one function per method, but for those of subscriptions. It throws an `RpcError` for what the caller must know; anything else that
 * is thrown is a bug, and answered as `internal`.
 */
export type RpcService = {
  readonly [M in ServiceMethodName]: (params: ParamsOf<M>, context: CallContext) => Promise<ResultOf<M>>;
};

/** Whether there is a method of this name. */
export function isMethodName(name: string): name is MethodName {
  return Object.hasOwn(METHODS, name);
}
