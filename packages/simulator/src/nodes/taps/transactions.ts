// Lies about clients' transactions: their copies with a witness that does not hold, which have the same id; and a
// validator that has never heard of one client.
import { decodeTransaction, type SealedTransaction } from "@witan/ledger";
import { transactionsMessageCodec } from "@witan/node";
import { present } from "@witan/primitives";
import { brokenCopy } from "./flaws.ts";
import type { Liar, Parcel, TapMaker } from "./tap.ts";

/** Copies that wait to be sent to each peer. */
const WAITING_MAX = 20;

function pushed({ cast }: Liar, { channel, bytes }: Parcel): readonly SealedTransaction[] {
  const message = channel === "transactions" ? transactionsMessageCodec.decode(bytes) : undefined;
  if (!message?.ok || message.value.kind !== "push") return [];
  return message.value.transactions.flatMap((one) => {
    const read = decodeTransaction(cast.chain.transactions, one);
    return read.ok ? [read.value] : [];
  });
}

function push(transactions: readonly SealedTransaction[]): Parcel {
  const all = transactions.map(({ bytes }) => bytes);
  return {
    channel: "transactions",
    bytes: transactionsMessageCodec.encode({ kind: "push", transactions: all }),
  };
}

/**
 * Sends copies whose witness does not hold: in front of the true one, in one message with it, in its place; and of what it
 * hears, as fast as it can, to those who may not have it yet.
 */
export const brokenCopies: TapMaker = (liar) => {
  const { random, did } = liar;
  const waiting: SealedTransaction[] = [];
  const how = random.pick(["first", "beside", "instead", "ahead"] as const);
  return {
    send: (_to, parcel) => {
      const all = pushed(liar, parcel).filter(({ body }) => body.kind === "transfer");
      if (how === "ahead" || all.length === 0 || !random.chance(500)) return [parcel];
      did("broken-copies");
      const copies = all.map((one) => brokenCopy(liar, one));
      if (how === "first") return [push(copies), parcel];
      if (how === "instead") return [push(copies)];
      return [push(all.flatMap((one, at) => [present(copies[at], "a copy of each"), one]))];
    },
    hears: (_from, parcel) => {
      if (how === "ahead")
        for (const one of pushed(liar, parcel))
          if (one.body.kind === "transfer" && waiting.length < WAITING_MAX)
            waiting.push(brokenCopy(liar, one));
      return parcel.bytes;
    },
    speaks: () => {
      if (waiting.length === 0 || !random.chance(300)) return [];
      did("broken-copies");
      return [push(waiting.splice(0, random.between(1, waiting.length)))];
    },
  };
};

/** Has never heard of the first client: takes nothing of its from anybody, so its own blocks hold none of it. */
export const censorship: TapMaker = (liar) => {
  const victim = present(liar.cast.clients[0], "a client").publicKey;
  const isHis = ({ witness }: SealedTransaction): boolean =>
    witness.signatures.some(({ publicKey }) => publicKey === victim);
  return {
    hears: (_from, parcel) => {
      const all = pushed(liar, parcel);
      const others = all.filter((one) => !isHis(one));
      if (others.length === all.length) return parcel.bytes;
      liar.did("censorship");
      return others.length === 0 ? undefined : push(others).bytes;
    },
    serves: (transaction) => !isHis(transaction),
  };
};
