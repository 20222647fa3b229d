// What is asked for of registers, from the options of `witan simulate`: a variant, or the search through all states.
import type { Protocol, REGISTER_BOUNDS } from "@witan/simulator";
import { badInput } from "../exit.ts";
import { typedFlag } from "./attack-task.ts";
import type { SimulateFlags } from "./task.ts";
import { unknown } from "./unknown.ts";

/** What a search of registers may be of. */
type RegisterVariantName = keyof typeof REGISTER_BOUNDS;

/** Every state of a small model. */
export interface ExhaustiveSearch {
  readonly kind: "exhaustive";
  readonly variants: readonly RegisterVariantName[];
}

/** Everything is looked at: only which variant may be chosen. @throws {CommandFailure} anything else is */
export function exhaustiveOf({
  exhaustive,
  json,
  consensus,
  variant,
  ...others
}: SimulateFlags): ExhaustiveSearch {
  if (consensus !== "registers")
    throw badInput(
      "conflicting-options",
      `--exhaustive searches a small model of registers: add --consensus registers. Of ${consensus} --seeds runs worlds`,
    );
  const other = Object.entries(others).find(([, value]) => value !== undefined);
  if (other !== undefined)
    throw badInput(
      "conflicting-options",
      `--exhaustive looks at every state of a small model, and ${typedFlag(other[0])} is for worlds: leave one out`,
    );
  const variants = registerVariants(variant);
  return { kind: "exhaustive", variants };
}

function registerVariants(asked: string | undefined): readonly RegisterVariantName[] {
  const known = ["base", "optimized", "strong"] as const;
  const found = known.filter((name) => asked === undefined || name === asked);
  if (found.length === 0) throw unknown("--variant", asked ?? "", known, "variant");
  return found;
}

/** The variant that worlds are to have. */
export function variantOf({ variant, consensus }: SimulateFlags, { variants }: Protocol): string | undefined {
  if (variant === undefined) return undefined;
  if (variants === undefined)
    throw badInput(
      "conflicting-options",
      `--variant ${variant}: ${consensus} has no variants: leave it out, or add --consensus registers`,
    );
  const known = variants.map(({ name }) => name);
  if (!known.includes(variant)) throw unknown("--variant", variant, known, "variant");
  return variant;
}
