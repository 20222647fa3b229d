// Lies on the wire: bytes that are no messages, messages that are not sent, or again, or too large. None of them looks
// at what it sends.
import { type Channel, NETWORK_LIMITS, type PeerId } from "@witan/primitives";
import type { Random } from "../../random.ts";
import type { Parcel, Tap, TapMaker } from "./tap.ts";

const KEPT = 50;
/** Messages at once from who floods, at most: more than anybody may send in a second. */
const FLOOD = 500;

function flipped(random: Random, bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  if (copy.length === 0) return copy;
  for (let flips = random.between(1, 3); flips > 0; flips--) {
    const at = random.below(copy.length);
    copy[at] = (copy[at] as number) ^ (1 << random.below(8));
  }
  return copy;
}

function noise(random: Random, most: number): Uint8Array {
  return Uint8Array.from({ length: random.below(most) }, () => random.below(256));
}

/** Some of what there is to choose from; drawn once. */
export function circle(random: Random): (to: PeerId) => boolean {
  const chosen = new Map<PeerId, boolean>();
  return (to) => {
    const known = chosen.get(to) ?? random.chance(500);
    chosen.set(to, known);
    return known;
  };
}

/** Flips bits in some of what it sends, asks and answers. */
export const flips: TapMaker = ({ random, did }) => {
  const maybe = (bytes: Uint8Array): Uint8Array => {
    if (!random.chance(30)) return bytes;
    did("wire-flips");
    return flipped(random, bytes);
  };
  return {
    send: (_to, { channel, bytes }) => [{ channel, bytes: maybe(bytes) }],
    asks: (_to, bytes) => maybe(bytes),
    answer: (_to, _request, answer) => (typeof answer === "string" ? answer : maybe(answer)),
  };
};

/** Random bytes in between, on every channel, and as requests. */
export const noises: TapMaker = ({ random, did }) => ({
  send: (_to, parcel) => {
    if (!random.chance(10)) return [parcel];
    did("wire-noise");
    return [{ channel: parcel.channel, bytes: noise(random, 500) }, parcel];
  },
  asks: (_to, bytes) => {
    if (!random.chance(50)) return bytes;
    did("wire-noise");
    return noise(random, 500);
  },
});

/** More at once than anybody may send. */
export const oversized: TapMaker = ({ random, did }) => ({
  send: (_to, parcel) => {
    const { channel } = parcel;
    if (!random.chance(channel === "transactions" ? 50 : 3)) return [parcel];
    did("wire-oversized");
    return [{ channel, bytes: new Uint8Array(NETWORK_LIMITS[`${channel}Bytes`] + 1) }, parcel];
  },
  answer: (_to, _request, answer) => {
    if (!random.chance(50)) return answer;
    did("wire-oversized");
    return new Uint8Array(NETWORK_LIMITS.answerBytes + 1);
  },
});

/** Leaves out a part of what it should send. */
export const lossy: TapMaker = ({ random, did }) => ({
  send: (_to, parcel) => {
    if (!random.chance(300)) return [parcel];
    did("wire-lossy");
    return [];
  },
});

function keptFromSome(name: string, channel: Channel): TapMaker {
  return ({ random, did }) => {
    const isShunned = circle(random);
    return {
      send: (to, parcel) => {
        if (parcel.channel !== channel || !isShunned(to)) return [parcel];
        did(name);
        return [];
      },
    };
  };
}

/** Says nothing about votes to some, and everything to others. */
export const silence: TapMaker = keptFromSome("wire-silence", "consensus");

/** Keeps the bodies of its blocks from some. */
export const bodiless: TapMaker = keptFromSome("wire-bodiless", "bulk");

/** Old messages that are said again, to whomever. */
export const repeats: TapMaker = ({ random, did }) => {
  const old = new Map<Channel, Uint8Array[]>();
  return {
    send: (_to, parcel) => {
      const { channel, bytes } = parcel;
      const kept = old.get(channel) ?? [];
      old.set(channel, kept);
      const isAgain = kept.length > 0 && random.chance(100);
      if (isAgain) did("wire-repeats");
      const again: Parcel[] = isAgain ? [{ channel, bytes: random.pick(kept) }] : [];
      if (kept.length < KEPT) kept.push(bytes);
      else kept[random.below(KEPT)] = bytes;
      return [parcel, ...again];
    },
  };
};

/** One message many hundred times. */
export const flood: TapMaker = ({ random, did }) => {
  let last: Parcel | undefined;
  return {
    send: (_to, parcel) => {
      if (parcel.channel !== "bulk") last = parcel;
      return [parcel];
    },
    speaks: () => {
      if (last === undefined || !random.chance(20)) return [];
      did("wire-flood");
      return Array<Parcel>(random.between(1, FLOOD)).fill(last);
    },
  };
};

/** Answers that were given to another question, or are none. */
export const misanswers: TapMaker = ({ random, did }): Tap => {
  const old: Uint8Array[] = [];
  return {
    answer: (_to, _request, answer) => {
      if (typeof answer !== "string" && old.length < KEPT) old.push(answer);
      if (!random.chance(600)) return answer;
      did("wire-answers");
      const lie = random.pick(["refused", "never", "empty", "flipped", "noise", "other"] as const);
      if (lie === "refused" || lie === "never") return lie;
      if (lie === "flipped" && typeof answer !== "string") return flipped(random, answer);
      if (lie === "other" && old.length > 0) return random.pick(old);
      return lie === "noise" ? noise(random, 2_000) : new Uint8Array(0);
    },
  };
};
