// A liar that runs twice, and whose two processes say for each other what each has said: so who has a line to one of them
// hears both, and has evidence in hand where they contradict each other.
import type { Conspiracy, Parcel, TapMaker } from "./tap.ts";

/** Messages of a twin that the other may still say. */
const REMEMBERED = 64;

/** Says what its twin said. */
export const echo: TapMaker = (liar) => {
  const { conspiracy, node, place } = liar;
  const said = sayingsOf(conspiracy, node);
  /** By peer: up to which saying it has heard. */
  const heard = new Map<string, number>();
  let last: Uint8Array | undefined;
  return {
    send: (_to, parcel) => {
      // The same bytes go to every peer.
      if (parcel.channel === "consensus" && parcel.bytes !== last) {
        last = parcel.bytes;
        said.all.push({ place, bytes: parcel.bytes });
        if (said.all.length > REMEMBERED) {
          said.all.shift();
          said.gone++;
        }
      }
      return [parcel];
    },
    speaks: (to) => {
      const from = Math.max(0, (heard.get(to) ?? 0) - said.gone);
      heard.set(to, said.gone + said.all.length);
      const others = said.all.slice(from).filter((one) => one.place !== place);
      if (others.length > 0) liar.did("twin");
      return others.map(({ bytes }): Parcel => ({ channel: "consensus", bytes }));
    },
  };
};

function sayingsOf({ sayings }: Conspiracy, node: number) {
  const known = sayings.get(node) ?? { all: [], gone: 0 };
  sayings.set(node, known);
  return known;
}
