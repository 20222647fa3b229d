// Measures calm worlds: what the same engines that nodes run send, sign and wait for, where nothing goes wrong. All chance is
// from the seed, so that the same options give the same numbers on every machine. How long computing takes is no part of it.
import { measureBpFastPaxos } from "./bp-fast-paxos.ts";
import { measurePbft } from "./pbft.ts";
import { measurePow } from "./pow.ts";
import type { Measured, MeasureOptions } from "./types.ts";

/** Measures one world. */
export function measure(options: MeasureOptions): Measured {
  switch (options.mode) {
    case "pbft":
      return measurePbft(options);
    case "bp-fast-paxos":
      return measureBpFastPaxos(options);
    case "pow":
      return measurePow(options);
  }
}
