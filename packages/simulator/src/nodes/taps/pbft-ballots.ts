// Ballots of PBFT as liars change them: PRE-PREPARE, PREPARE and COMMIT for another block; and liars that vote for each
// other's blocks.
import { digestOf, type PbftMessage, type SignedMessage, signedMessageCodec } from "@witan/consensus";
import type { MemberIndex } from "@witan/primitives";
import type { BallotForm } from "./blocks.ts";
import type { Liar, Parcel, TapMaker } from "./tap.ts";

function ballotIn(bytes: Uint8Array) {
  const signed = signedMessageCodec.decode(bytes);
  if (!signed.ok) return undefined;
  const { sender, message, signature } = signed.value;
  if (message.kind !== "prePrepare" && message.kind !== "prepare" && message.kind !== "commit")
    return undefined;
  return { sender, message, signature };
}

/** How PBFT names the block that a primary proposes. */
export const PBFT_BALLOTS: BallotForm = {
  blockOf: (bytes) => ballotIn(bytes)?.message.blockHash,
  renamed: (liar, bytes, blockHash) => {
    const ballot = ballotIn(bytes);
    if (ballot === undefined) return bytes;
    const { sender, message, signature } = ballot;
    const { cast, keys } = liar;
    const digest = digestOf(cast.chain.chainId, message);
    const key = keys.find((publicKey) => cast.scheme.verify({ digest, publicKey, signature }));
    // Only passed on: another signed it.
    return key === undefined ? bytes : signedBy(liar, sender, { ...message, blockHash }, key);
  },
};

function signedBy(
  liar: Liar,
  sender: MemberIndex,
  message: PbftMessage,
  key: Liar["keys"][number],
): Uint8Array {
  return encoded(sender, message, liar.sign(digestOf(liar.cast.chain.chainId, message), key));
}

function encoded(
  sender: MemberIndex,
  message: PbftMessage,
  signature: SignedMessage["signature"],
): Uint8Array {
  return signedMessageCodec.encode({ sender, message, signature });
}

/** PREPARE and COMMIT for every bad block that a liar proposes, whoever it is. */
export const accomplice: TapMaker = (liar) => {
  const { conspiracy, cast, keys } = liar;
  let me: { readonly sender: MemberIndex; readonly key: Liar["keys"][number] } | undefined;
  const told = new Set<string>();
  return {
    send: (_to, parcel) => {
      if (me !== undefined || parcel.channel !== "consensus") return [parcel];
      const signed = signedMessageCodec.decode(parcel.bytes);
      if (!signed.ok) return [parcel];
      const { sender, message, signature } = signed.value;
      const digest = digestOf(cast.chain.chainId, message);
      const key = keys.find((publicKey) => cast.scheme.verify({ digest, publicKey, signature }));
      if (key !== undefined) me = { sender, key };
      return [parcel];
    },
    hears: (_from, { channel, bytes }) => {
      if (channel !== "consensus") return bytes;
      const signed = signedMessageCodec.decode(bytes);
      if (signed.ok && signed.value.message.kind === "prePrepare") {
        const { blockHash } = signed.value.message;
        if (conspiracy.bad.has(blockHash)) conspiracy.ballots.set(blockHash, signed.value.message);
      }
      return bytes;
    },
    speaks: (to) => {
      if (me === undefined) return [];
      const { sender, key } = me;
      const parcels: Parcel[] = [];
      for (const [hash, ballot] of conspiracy.ballots) {
        if (told.has(hash + to)) continue;
        told.add(hash + to);
        liar.did("accomplice");
        for (const kind of ["prepare", "commit"] as const) {
          const bytes = signedBy(liar, sender, { ...ballot, kind }, key);
          parcels.push({ channel: "consensus", bytes });
        }
      }
      return parcels;
    },
  };
};
