// Whom a conduct is about: some of the others, drawn once, or anew every so often.
import type { Random } from "../../random.ts";

/** Who it is that draws. */
interface Drawing {
  readonly nowUs: number;
}

/** Whether a place is among those drawn. */
export type Places = (place: number, liar: Drawing) => boolean;

/** Some places, the same for ever. @param permille the share; one of these is drawn */
export function fixedPlaces(random: Random, permille: readonly number[]): Places {
  const share = random.pick(permille);
  const drawn = new Map<number, boolean>();
  return (place) => {
    const known = drawn.get(place);
    if (known !== undefined) return known;
    const made = random.chance(share);
    drawn.set(place, made);
    return made;
  };
}

/** Some places, others every so often. */
export function changingPlaces(random: Random, permille: readonly number[], everyUs: number): Places {
  let places = fixedPlaces(random, permille);
  let untilUs = 0;
  return (place, liar) => {
    if (liar.nowUs >= untilUs) {
      places = fixedPlaces(random, permille);
      untilUs = liar.nowUs + random.between(1, 2 * everyUs);
    }
    return places(place, liar);
  };
}

/** Remembers what was made under the last few names, so that all places are told the same. */
export function remembered<T>(most: number): (name: string, make: () => T) => T {
  const made = new Map<string, T>();
  return (name, make) => {
    if (made.has(name)) return made.get(name) as T;
    const value = make();
    made.set(name, value);
    if (made.size <= most) return value;
    for (const oldest of made.keys()) {
      made.delete(oldest);
      break;
    }
    return value;
  };
}
