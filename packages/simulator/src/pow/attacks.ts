// The attacks on proof of work that can be measured, and what is beside each: a formula.
export type { Attack } from "./attacks/attack.ts";
export * from "./attacks/double-spend.ts";
export * from "./attacks/majority.ts";
export * from "./attacks/partition.ts";
export * from "./attacks/selfish.ts";
export * from "./attacks/stale.ts";
export { CONFIDENCE, type Interval } from "./interval.ts";
