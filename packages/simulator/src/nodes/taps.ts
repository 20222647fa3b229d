// How liars of whole nodes lie on the wire: each way changes what a real node sends. The strongest lie, two nodes with the
// same keys, needs none of these.
import { type Channel, NETWORK_LIMITS, type PeerId } from "@witan/primitives";
import type { Random } from "../random.ts";
import type { Tap } from "./node-network.ts";

/** Makes a way to lie for one process. */
export type TapMaker = (random: Random) => Partial<Tap>;

const KEPT = 50;

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
function circle(random: Random): (to: PeerId) => boolean {
  const chosen = new Map<PeerId, boolean>();
  return (to) => {
    const known = chosen.get(to) ?? random.chance(500);
    chosen.set(to, known);
    return known;
  };
}

/** Old messages that are said again, to whomever. */
function repeat(random: Random): Partial<Tap> {
  const old = new Map<Channel, Uint8Array[]>();
  return {
    send: (_to, channel, bytes) => {
      const kept = old.get(channel) ?? [];
      old.set(channel, kept);
      const again = kept.length > 0 && random.chance(100) ? [random.pick(kept)] : [];
      if (kept.length < KEPT) kept.push(bytes);
      else kept[random.below(KEPT)] = bytes;
      return [bytes, ...again];
    },
  };
}

/** Answers that were given to another question. */
function misanswer(random: Random): Partial<Tap> {
  const old: Uint8Array[] = [];
  return {
    answer: (_to, bytes) => {
      if (bytes !== undefined && old.length < KEPT) old.push(bytes);
      if (!random.chance(600)) return bytes;
      const lie = random.pick(["none", "empty", "flipped", "noise", "other"]);
      if (lie === "none") return undefined;
      if (lie === "flipped" && bytes !== undefined) return flipped(random, bytes);
      if (lie === "other" && old.length > 0) return random.pick(old);
      return lie === "noise" ? noise(random, 2_000) : new Uint8Array(0);
    },
  };
}

/** By the names that plans use. */
export const TAPS: Readonly<Record<string, { readonly says: string; readonly make: TapMaker }>> = {
  "wire-flips": {
    says: "flips bits in some of what it sends",
    make: (random) => ({
      send: (_to, _channel, bytes) => [random.chance(30) ? flipped(random, bytes) : bytes],
    }),
  },
  "wire-noise": {
    says: "sends random bytes in between",
    make: (random) => ({
      send: (_to, _channel, bytes) => (random.chance(10) ? [noise(random, 500), bytes] : [bytes]),
    }),
  },
  "wire-oversized": {
    says: "sends more at once than anybody may",
    make: (random) => ({
      send: (_to, channel, bytes) =>
        channel === "transactions" && random.chance(50)
          ? [new Uint8Array(NETWORK_LIMITS.transactionsBytes + 1), bytes]
          : [bytes],
    }),
  },
  "wire-lossy": {
    says: "leaves out a part of what it should send",
    make: (random) => ({ send: (_to, _channel, bytes) => (random.chance(300) ? [] : [bytes]) }),
  },
  "wire-silence": {
    says: "says nothing about votes to some, and everything to others",
    make: (random) => {
      const isShunned = circle(random);
      return { send: (to, channel, bytes) => (channel === "consensus" && isShunned(to) ? [] : [bytes]) };
    },
  },
  "wire-bodiless": {
    says: "keeps the bodies of its blocks from some",
    make: (random) => {
      const isShunned = circle(random);
      return { send: (to, channel, bytes) => (channel === "bulk" && isShunned(to) ? [] : [bytes]) };
    },
  },
  "wire-repeats": { says: "says again what it said before", make: repeat },
  "wire-answers": {
    says: "answers requests wrongly: with nothing, with noise, with another answer",
    make: misanswer,
  },
};

/** Several ways at once, one after the other. */
export function tapOf(makers: readonly TapMaker[], random: Random): Tap {
  const taps = makers.map((make) => make(random));
  return {
    send: (to, channel, bytes) =>
      taps.reduce<readonly Uint8Array[]>(
        (all, tap) => (tap.send ? all.flatMap((one) => tap.send?.(to, channel, one) ?? [one]) : all),
        [bytes],
      ),
    answer: (to, bytes) =>
      taps.reduce<Uint8Array | undefined>(
        (answer, tap) => (tap.answer ? tap.answer(to, answer) : answer),
        bytes,
      ),
  };
}
