// What the contract says of a method; the tables of methods are made of it.
import type * as z from "zod";
import type { ErrorReason } from "./errors.ts";

/** What a caller may do. Each role may do what those before it may. */
export type RpcRole = (typeof RPC_ROLES)[number];

/** The roles, ascending. */
export const RPC_ROLES = ["read", "submit", "operate"] as const;

/** One method of the RPC. */
export interface Method<P extends z.ZodType = z.ZodType, R extends z.ZodType = z.ZodType> {
  /** One sentence for people. */
  readonly summary: string;
  /** Params by name: a strict object. */
  readonly params: P;
  readonly result: R;
  /** What the caller must be allowed to do. */
  readonly role: RpcRole;
  /** What it throws of its own; any method may also throw what the server does by itself. */
  readonly errors: readonly ErrorReason[];
}

/** A method as it is written down: keeps the types of its schemas. */
export function method<P extends z.ZodType, R extends z.ZodType>(entry: Method<P, R>): Method<P, R> {
  return entry;
}
