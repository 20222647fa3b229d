// A validator that loses its records, and votes as if it had said nothing.
import type { ConductMaker } from "../conduct.ts";

/** Stops at random times and comes back without its votes. */
export const amnesia: ConductMaker = (random) => {
  const permille = random.pick([2, 6, 20]);
  return {
    name: "amnesia",
    ticks: (liar) => {
      if (random.chance(permille)) liar.forget();
    },
  };
};
