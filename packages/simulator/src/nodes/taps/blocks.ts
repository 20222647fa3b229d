// A primary that proposes blocks that break a rule: its node makes one that holds, and what leaves is another, with
// PRE-PREPARE and COMMIT for that, and its body for who asks. Liars vote for each other's blocks.
import { digestOf, type PbftMessage, type SignedMessage, signedMessageCodec } from "@witan/consensus";
import { type Block, decodeBlock } from "@witan/ledger";
import { bulkMessageCodec, requestCodec } from "@witan/node";
import type { BlockHash, MemberIndex, PeerId } from "@witan/primitives";
import type { Flaw } from "./flaws.ts";
import type { Liar, Parcel, Tap, TapMaker } from "./tap.ts";
import { circle } from "./wire.ts";

/** Proposals of a liar that are remembered. */
const REMEMBERED = 8;
/** Bodies that all liars of a world keep. */
const BODIES = 16;

/** A block in place of another. */
interface Swap {
  readonly block: Block;
  /** Whom it is shown to: the others get what the node made. */
  readonly isFor: (peer: PeerId) => boolean;
}

/** Proposes blocks with a flaw. */
export function badBlocks(name: string, flaw: Flaw): TapMaker {
  return (liar) => {
    const { random } = liar;
    // Always wrong it would be a primary that is down: now and then its blocks are good.
    const permille = random.pick([100, 300, 1_000]);
    const toAll = random.chance(700);
    return swapping(liar, (block) => {
      if (!random.chance(permille)) return undefined;
      const made = flaw(block, liar);
      if (made === undefined || made.hash === block.hash) return undefined;
      conspire(liar, name, made);
      const isFor = toAll ? () => true : circle(random);
      return { block: made, isFor };
    });
  };
}

function conspire({ conspiracy, did }: Liar, name: string, { hash, bytes }: Block): void {
  did(name);
  conspiracy.bad.set(hash, name);
  conspiracy.bodies.set(hash, bytes);
  for (const old of conspiracy.bodies.keys()) {
    if (conspiracy.bodies.size <= BODIES) break;
    conspiracy.bodies.delete(old);
  }
}

function swapping(liar: Liar, swap: (block: Block) => Swap | undefined): Tap {
  const swaps = new Map<BlockHash, Swap | undefined>();
  let lastBytes: Uint8Array | undefined;
  let lastHash: BlockHash | undefined;
  /** The same bytes go to every peer. */
  const own = (bytes: Uint8Array): BlockHash | undefined => {
    if (bytes === lastBytes) return lastHash;
    const message = bulkMessageCodec.decode(bytes);
    if (!message.ok || message.value.kind !== "proposal") return undefined;
    const block = decodeBlock(liar.cast.chain, message.value.block);
    if (!block.ok) return undefined;
    lastBytes = bytes;
    lastHash = block.value.hash;
    if (!swaps.has(lastHash)) swaps.set(lastHash, swap(block.value));
    for (const old of swaps.keys()) if (swaps.size > REMEMBERED) swaps.delete(old);
    return lastHash;
  };
  const swapFor = (hash: BlockHash | undefined, to: PeerId): Block | undefined => {
    const found = hash === undefined ? undefined : swaps.get(hash);
    return found?.isFor(to) ? found.block : undefined;
  };
  return {
    send: (to, parcel) => {
      if (parcel.channel === "bulk") {
        const block = swapFor(own(parcel.bytes), to);
        return [block ? proposalOf(block) : parcel];
      }
      if (parcel.channel !== "consensus") return [parcel];
      const signed = signedMessageCodec.decode(parcel.bytes);
      if (!signed.ok) return [parcel];
      const { message } = signed.value;
      if (message.kind !== "prePrepare" && message.kind !== "prepare" && message.kind !== "commit")
        return [parcel];
      const block = swapFor(message.blockHash, to);
      return [block ? resigned(liar, signed.value, { ...message, blockHash: block.hash }) : parcel];
    },
    answer: (_to, request, honest) => bodyFor(liar, request) ?? honest,
  };
}

function proposalOf({ bytes }: Block): Parcel {
  return { channel: "bulk", bytes: bulkMessageCodec.encode({ kind: "proposal", block: bytes }) };
}

function bodyFor({ conspiracy }: Liar, bytes: Uint8Array): Uint8Array | undefined {
  const request = requestCodec.decode(bytes);
  if (!request.ok || request.value.kind !== "body") return undefined;
  return conspiracy.bodies.get(request.value.hash);
}

/** What its node signed, with other contents. */
function resigned(liar: Liar, { sender, message, signature }: SignedMessage, other: PbftMessage): Parcel {
  const { cast, keys } = liar;
  const digest = digestOf(cast.chain.chainId, message);
  const key = keys.find((publicKey) => cast.scheme.verify({ digest, publicKey, signature }));
  // Only passed on: another signed it.
  if (key === undefined) return { channel: "consensus", bytes: encoded(sender, message, signature) };
  return { channel: "consensus", bytes: signedBy(liar, sender, other, key) };
}

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
