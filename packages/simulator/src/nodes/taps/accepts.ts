// Lies of proposers of BP Fast Paxos about what they propose: proofs that do not hold, or of another round, rounds that
// nobody asked for, and words that only acceptors may say. No seal is made here: a proposer has no key for one.
import {
  type Accept,
  type BpfpMessage,
  bpfpMessageCodec,
  castOf,
  proposalDigest,
  proposerOf,
  type SealedPromise,
} from "@witan/consensus";
import { genesisGovernance } from "@witan/ledger";
import type { MemberIndex, View } from "@witan/primitives";
import type { BallotForm } from "./blocks.ts";
import type { Liar, Parcel, TapMaker } from "./tap.ts";

/** Proofs that are remembered. */
const REMEMBERED = 8;
const FAR_ROUNDS = [1, 1, 2, 10, 1_000_000] as const;
/** Moments to speak that an ACCEPT is held back at most. */
const HELD_MOST = 9;

function acceptIn(bytes: Uint8Array): Accept | undefined {
  const decoded = bpfpMessageCodec.decode(bytes);
  return decoded.ok && decoded.value.kind === "accept" ? decoded.value : undefined;
}

function parcelOf(message: BpfpMessage): Parcel {
  return { channel: "consensus", bytes: bpfpMessageCodec.encode(message) };
}

/** With the liar's signature anew, where the chain wants one. */
function signedAnew({ cast, keys, sign }: Liar, accept: Accept): Accept {
  const [signature] = accept.signature;
  const [key] = keys;
  if (signature === undefined || key === undefined) return accept;
  return { ...accept, signature: [sign(proposalDigest(cast.chain.chainId, accept), key)] };
}

/** How BP Fast Paxos names the block that a proposer proposes. */
export const ACCEPTS: BallotForm = {
  blockOf: (bytes) => acceptIn(bytes)?.blockHash,
  renamed: (liar, bytes, blockHash) => {
    const accept = acceptIn(bytes);
    return accept === undefined ? bytes : parcelOf(signedAnew(liar, { ...accept, blockHash })).bytes;
  },
};

/** Changes ACCEPTs as they leave; undefined: this one stays as it is. */
function changing(name: string, change: (accept: Accept, liar: Liar) => Accept | undefined): TapMaker {
  return (liar) => ({
    send: (_to, parcel) => {
      const accept = parcel.channel === "consensus" ? acceptIn(parcel.bytes) : undefined;
      const changed = accept && change(accept, liar);
      if (changed === undefined) return [parcel];
      liar.did(name);
      return [parcelOf(signedAnew(liar, changed))];
    },
  });
}

type Spoil = (promise: SealedPromise) => SealedPromise;

const SPOILS: readonly Spoil[] = [
  (promise) => ({ ...promise, vote: [] }),
  (promise) => ({ ...promise, decidedHeight: Math.max(0, promise.decidedHeight - 1) as never }),
  (promise) => ({ ...promise, round: (promise.round + 1) as View }),
  (promise) => ({ ...promise, acceptor: (promise.acceptor + 1) as MemberIndex }),
  ({ seal, ...promise }) => ({ ...promise, seal: reversed(seal) }),
];

function reversed(seal: SealedPromise["seal"]): SealedPromise["seal"] {
  const backwards = (hex: string): string => [...hex].reverse().join("");
  return seal.kind === "mac"
    ? { kind: "mac", mac: backwards(seal.mac) as typeof seal.mac }
    : { kind: "signature", signature: backwards(seal.signature) as typeof seal.signature };
}

/** Proofs that do not hold. */
export const spoiltProofs: TapMaker = (liar) => {
  const permille = liar.random.pick([300, 1_000]);
  return changing("spoilt-proofs", ({ proof, ...accept }, { random }) => {
    if (proof.length === 0 || !random.chance(permille)) return undefined;
    const at = random.below(proof.length);
    const spoil = random.pick(SPOILS);
    const changed = proof.map((promise, place) => (place === at ? spoil(promise) : promise));
    const less = proof.filter((_, place) => place !== at);
    return { ...accept, proof: random.pick([changed, changed, less, []]) };
  })(liar);
};

/** Proofs of rounds that are over. */
export const staleProofs: TapMaker = (liar) => {
  const old: (readonly SealedPromise[])[] = [];
  return changing("stale-proofs", (accept, { random }) => {
    const [first] = accept.proof;
    if (first === undefined) return undefined;
    const earlier = old.filter(([promise]) => promise !== undefined && promise.round < accept.round);
    if (old.length < REMEMBERED) old.push(accept.proof);
    else old[random.below(REMEMBERED)] = accept.proof;
    if (earlier.length === 0) return undefined;
    const proof = random.pick(earlier);
    const { round } = accept;
    return { ...accept, proof: random.chance(500) ? proof : proof.map((promise) => ({ ...promise, round })) };
  })(liar);
};

/** What its node has proposed last, as it left. */
function noting(): { readonly last: Accept | undefined; note(parcel: Parcel): void } {
  let last: Accept | undefined;
  return {
    get last() {
      return last;
    },
    note({ channel, bytes }) {
      if (channel === "consensus") last = acceptIn(bytes) ?? last;
    },
  };
}

/** ACCEPTs in rounds to come, with the proof of the last one or none. */
export const farRounds: TapMaker = (liar) => {
  const { random, did, cast } = liar;
  const members = castOf(genesisGovernance(cast.chain).membership);
  const noted = noting();
  const ownFrom = (from: number): number => {
    for (let round = from; round < from + members.proposers.length; round++)
      if (proposerOf(round, members) === liar.node) return round;
    return from;
  };
  return {
    send: (_to, parcel) => {
      noted.note(parcel);
      return [parcel];
    },
    speaks: () => {
      const { last } = noted;
      if (last === undefined || !random.chance(50)) return [];
      did("far-rounds");
      const round = ownFrom(last.round + random.pick(FAR_ROUNDS)) as View;
      const proof = random.pick([[], last.proof, last.proof.map((promise) => ({ ...promise, round }))]);
      return [parcelOf(signedAnew(liar, { ...last, round, proof }))];
    },
  };
};

/** LEARNs, promises and decisions, as if it were an acceptor; another's promise, as if it were its own. */
export const acceptorsWords: TapMaker = (liar) => {
  const { random, did, keys } = liar;
  const noted = noting();
  const words = ({ proof, kind: _, ...accept }: Accept): BpfpMessage[] => {
    const { membership, height, round, blockHash } = accept;
    const [promise] = proof;
    const [key] = keys;
    return [
      { kind: "learn", ...accept },
      { kind: "trustChange", membership, round: (round + 1) as View, reason: "evidence" },
      ...(promise === undefined ? [] : [{ kind: "promise", ...promise } as const]),
      ...(key === undefined
        ? []
        : [
            {
              kind: "decided",
              membership,
              height,
              blockHash,
              signature: liar.sign(blockHash as never, key),
            } as const,
          ]),
    ];
  };
  return {
    send: (_to, parcel) => {
      noted.note(parcel);
      return [parcel];
    },
    speaks: () => {
      const { last } = noted;
      if (last === undefined || !random.chance(50)) return [];
      did("acceptors-words");
      return [parcelOf(random.pick(words(last)))];
    },
  };
};

/** Holds its ACCEPTs back, each for as long as the last or longer. */
export const slowProposer: TapMaker = ({ random, did }) => {
  const held: { readonly to: string; readonly parcel: Parcel; moments: number }[] = [];
  const most = random.pick([2, HELD_MOST]);
  return {
    send: (to, parcel) => {
      if (parcel.channel !== "consensus" || acceptIn(parcel.bytes) === undefined) return [parcel];
      did("slow-proposer");
      held.push({ to, parcel, moments: random.between(1, most) });
      return [];
    },
    speaks: (to) => {
      const own = held.filter((one) => one.to === to);
      for (const one of own) one.moments--;
      const due = own.filter(({ moments }) => moments <= 0);
      for (const one of due) held.splice(held.indexOf(one), 1);
      return due.map(({ parcel }) => parcel);
    },
  };
};

/** Says that it stands elsewhere: higher or lower, and with a proof or without. */
export const falseStatuses: TapMaker = ({ random, did }) => ({
  send: (_to, parcel) => {
    const decoded = parcel.channel === "consensus" ? bpfpMessageCodec.decode(parcel.bytes) : undefined;
    if (!decoded?.ok || decoded.value.kind !== "status" || !random.chance(500)) return [parcel];
    did("false-statuses");
    const { height, round } = decoded.value;
    const by = random.pick([-3, -1, 1, 1_000]);
    return [
      parcelOf({
        ...decoded.value,
        ...{ height: Math.max(0, height + by) as typeof height, proven: random.pick(["no", "yes"]) },
        round: Math.max(0, round + random.pick([-1, 0, 1, 1_000])) as View,
      }),
    ];
  },
});

/** Takes part, and from some message on says nothing of consensus any more. */
export const fallsMute: TapMaker = ({ random, did }) => {
  let left = random.pick([0, 20, 200]);
  return {
    send: (_to, parcel) => {
      if (parcel.channel !== "consensus" || left-- > 0) return [parcel];
      did("falls-mute");
      return [];
    },
  };
};
