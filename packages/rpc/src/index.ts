export { OUTPUTS_PAGE } from "./chain-methods.ts";
export * from "./errors.ts";
export * from "./method.ts";
export * from "./methods.ts";
export type { TransactionOutcome, TransactionState } from "./outcome.ts";
export * from "./params.ts";
export { WAIT_MS } from "./transaction-methods.ts";
