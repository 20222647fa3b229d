// How registers are named: what the ledger permits, replicas keep and clients ask for by name.
import { LIMITS } from "./limits.ts";

const REGISTER_NAME = /^[a-z0-9._/-]+$/;

/** Whether a text may name a register: 1 to 64 of `a-z`, `0-9`, `.`, `_`, `/`, `-`. */
export function registerNameShape(name: string): boolean {
  return name.length <= LIMITS.registerNameBytes && REGISTER_NAME.test(name);
}
