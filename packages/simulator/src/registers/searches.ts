// The searches by which the bounds of registers are settled: for each type the rules as the paper prints them, and what each
// further rule changes, down to those that nodes run (docs/registers.md has the table).
import { PRINTED_RULES, REGISTER_RULES, type RegisterRules, type RegisterVariant } from "@witan/consensus";
import type { RegisterModel } from "./small-model.ts";

/** One search. */
export interface RegisterSearchPlan {
  /** The rules in a word or two. */
  readonly rules: string;
  /** Whether these are the rules of the product: what is found there is what is promised. */
  readonly isOurs: boolean;
  readonly model: RegisterModel;
}

/** Beside what is printed: M, greater timestamps only; L, a proof is of one list; H, write statements name the hash. */
const M: Partial<RegisterRules> = { onlyGreater: true };
const L: Partial<RegisterRules> = { proofOfOneList: true };
const H: Partial<RegisterRules> = { writesNameHash: true };
/** X: no two hashes of one client for one timestamp in its two lists. */
const X: Partial<RegisterRules> = { oneHashForTimestamp: true };

type Size = Pick<RegisterModel, "clients" | "timestamps" | "values">;

const SMALL: Size = { clients: 1, timestamps: 2, values: 2 };
const LONGER: Size = { clients: 1, timestamps: 3, values: 1 };
const TWO_CLIENTS: Size = { clients: 2, timestamps: 2, values: 1 };

/** The searches of a type, in the order in which they are told. */
export function registerSearches(variant: RegisterVariant): readonly RegisterSearchPlan[] {
  const of = (name: string, rules: RegisterRules, size: Size): RegisterSearchPlan => ({
    rules: name,
    isOurs: rules === REGISTER_RULES,
    model: { variant, rules, ...size, isReduced: true },
  });
  const printed = of("as printed", PRINTED_RULES, SMALL);
  const ours = [SMALL, LONGER, TWO_CLIENTS].map((size) => of("M + L + H (ours)", REGISTER_RULES, size));
  if (variant !== "optimized") return [printed, of("M", { ...PRINTED_RULES, ...M }, SMALL), ...ours];
  return [
    printed,
    of("M", { ...PRINTED_RULES, ...M }, SMALL),
    of("M + H", { ...PRINTED_RULES, ...M, ...H }, SMALL),
    of("M + L", { ...PRINTED_RULES, ...M, ...L }, SMALL),
    of("L + H", { ...PRINTED_RULES, ...L, ...H }, SMALL),
    of("M + H + X", { ...PRINTED_RULES, ...M, ...H, ...X }, SMALL),
    of("M + H + X", { ...PRINTED_RULES, ...M, ...H, ...X }, LONGER),
    ...ours.slice(0, 2),
  ];
}
