// What the thread that simulates, and who started it, say to each other. Types only.
import type { NetworkShape } from "../network-shape.ts";
import type { Found } from "./context.ts";
import type { SimulatedParts } from "./experiments/simulated-parts.ts";

/** An experiment with a simulated part. */
export type SimulatedName = keyof SimulatedParts;

/** What the thread is started with. */
export interface SimulatedStart {
  readonly names: readonly SimulatedName[];
  readonly shapes: readonly NetworkShape[];
  readonly seed: number;
  readonly quick: boolean;
  readonly machine: string;
}

/** What it says. */
export type FromSimulated =
  | { readonly kind: "step"; readonly step: string }
  | { readonly kind: "found"; readonly name: SimulatedName; readonly found: Found };
