// A node that proposes other blocks than it has made, good or bad, to all or to some: what leaves is another, with messages
// of consensus for that, and its body for who asks.
import { type Block, decodeBlock } from "@witan/ledger";
import { bulkMessageCodec, requestCodec } from "@witan/node";
import type { BlockHash, PeerId, Timestamp } from "@witan/primitives";
import { draftOf, finished } from "./draft.ts";
import type { Flaw } from "./flaws.ts";
import type { Liar, Parcel, Tap, TapMaker } from "./tap.ts";
import { circle } from "./wire.ts";

/** How messages of a protocol name the block that a liar proposes. */
export interface BallotForm {
  /** The block that a message is for; undefined: for none, or not as a proposer says it. */
  blockOf(bytes: Uint8Array): BlockHash | undefined;
  /** The same for another block, authenticated anew where it is the liar's own. */
  renamed(liar: Liar, bytes: Uint8Array, hash: BlockHash): Uint8Array;
}

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
export function badBlocks(name: string, flaw: Flaw, form: BallotForm): TapMaker {
  return (liar) => {
    const { random } = liar;
    // Always wrong it would be a primary that is down: now and then its blocks are good.
    const permille = random.pick([100, 300, 1_000]);
    const toAll = random.chance(700);
    return swapping(liar, form, (block) => {
      if (!random.chance(permille)) return undefined;
      const made = flaw(block, liar);
      if (made === undefined || made.hash === block.hash) return undefined;
      liar.did(name);
      liar.conspiracy.bad.set(made.hash, name);
      keepBody(liar, made);
      const isFor = toAll ? () => true : circle(random);
      return { block: made, isFor };
    });
  };
}

/** Proposes to some another block that holds as well: with the same transactions, a moment later. */
export function rivalBlocks(name: string, form: BallotForm): TapMaker {
  return (liar) => {
    const { random } = liar;
    const permille = random.pick([200, 1_000]);
    const isFor = circle(random);
    return swapping(liar, form, (block) => {
      if (!random.chance(permille)) return undefined;
      const draft = draftOf(block);
      const timestamp = (draft.header.timestamp + 1) as Timestamp;
      const rival = finished(liar, { ...draft, header: { ...draft.header, timestamp } });
      if (rival === undefined) return undefined;
      liar.did(name);
      keepBody(liar, rival);
      return { block: rival, isFor };
    });
  };
}

function keepBody({ conspiracy }: Liar, { hash, bytes }: Block): void {
  conspiracy.bodies.set(hash, bytes);
  for (const old of conspiracy.bodies.keys()) {
    if (conspiracy.bodies.size <= BODIES) break;
    conspiracy.bodies.delete(old);
  }
}

function swapping(liar: Liar, form: BallotForm, swap: (block: Block) => Swap | undefined): Tap {
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
      const named = form.blockOf(parcel.bytes);
      const block = swapFor(named, to);
      return [block ? { channel: "consensus", bytes: form.renamed(liar, parcel.bytes, block.hash) } : parcel];
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
