// Values that liars make up.
import type { Random } from "../../random.ts";

/** A number moved by so much, within what can be said. */
export function moved<T extends number>(value: T, by: number): T {
  return Math.max(0, Math.min(value + by, Number.MAX_SAFE_INTEGER)) as T;
}

/** Some hash that no block has. */
export function inventedHash<T extends string>(random: Random): T {
  let hash = "";
  for (let part = 0; part < 8; part++) hash += random.next().toString(16).padStart(8, "0");
  return hash as T;
}
