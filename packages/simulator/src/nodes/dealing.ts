// What clients hand in: transactions, good and bad, each with what its client knows of it.
import type { Body, Outpoint, Output, SealedTransaction, Transfer } from "@witan/ledger";
import { type Amount, type AssetId, bytesToHex, type Timestamp } from "@witan/primitives";
import type { Random } from "../random.ts";
import { COIN_WORTH, type NodeCast, type Person } from "./cast.ts";
import type { DealingKind } from "./plan.ts";

/** A coin as its owner knows it: it was final once. */
export interface OwnCoin extends Outpoint {
  readonly asset: number;
  readonly amount: bigint;
}

/** Something that was handed in, or is about to be. */
export interface Dealing {
  readonly kind: DealingKind;
  readonly owner: Person;
  /** Undefined: it is none. */
  readonly transaction: SealedTransaction | undefined;
  readonly hex: string;
  /** What comes back if it never becomes final. */
  readonly spends: readonly OwnCoin[];
  /** Outputs that are spent already by another. */
  readonly taken: readonly number[];
  /** Of these, one becomes final: others spend the same. */
  readonly rivals: readonly Dealing[];
  /** Undefined: its client asks on. */
  fate: "final" | "expired" | "refused" | "lost" | undefined;
}

/** What dealings are made with. */
export interface Workshop {
  readonly cast: NodeCast;
  readonly random: Random;
  readonly now: number;
  /** Takes a coin of an asset from somebody; undefined: there is none. */
  take(owner: Person, asset: number): OwnCoin | undefined;
}

const LASTS_MS = 600_000;
const BRIEF_MS = 3_000;
const FEE_MOST = 10;
const LINKS = 3;
const OVERSIZED_BYTES = 65_537;

/** What a client does, as transactions in the order in which they are handed in; none: it has no coin. */
export function makeDealings(shop: Workshop, kind: DealingKind, owner: Person): readonly Dealing[] {
  switch (kind) {
    case "pay":
    case "everywhere":
      return payments(shop, kind, owner, {});
    case "brief":
      return payments(shop, kind, owner, {
        validUntil: (shop.now + shop.random.below(BRIEF_MS)) as Timestamp,
      });
    case "expired":
      return payments(shop, kind, owner, { validUntil: (shop.now - 60_000) as Timestamp });
    case "chain":
      return chained(shop, owner);
    case "double-spend":
      return doubled(shop, owner);
    case "issue":
    case "destroy":
      return minted(shop, kind, owner);
    case "forged":
      return forged(shop, owner);
    case "two-witnesses":
      return witnessedTwice(shop);
    case "unbalanced":
      return unbalanced(shop, owner);
    case "oversized":
      return [noTransaction(kind, owner, "00".repeat(OVERSIZED_BYTES))];
    case "garbage":
      return [
        noTransaction(
          kind,
          owner,
          bytesToHex(Uint8Array.from({ length: 200 }, () => shop.random.below(256))),
        ),
      ];
  }
}

function payments(
  shop: Workshop,
  kind: DealingKind,
  owner: Person,
  more: Partial<Transfer>,
): readonly Dealing[] {
  const coin = shop.take(owner, 0);
  return coin ? [dealing(kind, owner, payment(shop, owner, coin, more), [coin])] : [];
}

/** Pays a part of a coin to somebody, the rest goes back. */
function payment(
  shop: Workshop,
  owner: Person,
  coin: OwnCoin,
  more: Partial<Transfer> = {},
): SealedTransaction {
  const body = paymentBody(shop, owner, coin, more);
  return shop.cast.seal(body, [owner.publicKey], [owner.policy]);
}

function paymentBody(shop: Workshop, owner: Person, coin: OwnCoin, more: Partial<Transfer> = {}): Body {
  const { cast, random } = shop;
  const fee = BigInt(random.below(FEE_MOST));
  const paid = 1n + BigInt(random.below(1_000));
  const to = random.pick(cast.clients);
  const rest = coin.amount - paid - fee;
  const outputs = rest > 0n ? [output(to, paid), output(owner, rest)] : [output(to, coin.amount)];
  const charged = rest > 0n ? fee : 0n;
  return transfer(shop, [coin], outputs, { fee: charged as Amount, ...more });
}

/** One payment, signed by two of three, and by another two: both hold, and have one id. */
function witnessedTwice(shop: Workshop): readonly Dealing[] {
  const { cast, random } = shop;
  const { owner, ways } = cast.vault;
  const coin = shop.take(owner, 0);
  if (coin === undefined) return [];
  const body = paymentBody(shop, owner, coin);
  const [first, second] = random
    .shuffled(ways)
    .map(({ policy, signers }) => cast.seal(body, signers, [policy]));
  if (first === undefined || second === undefined || body.kind !== "transfer") return [];
  // Whichever becomes final makes the same outputs: they are counted once.
  const taken = [...body.outputs.keys()];
  return [
    dealing("two-witnesses", owner, first, [coin]),
    { ...dealing("two-witnesses", owner, second, []), taken },
  ];
}

/** The change of each is spent by the next before it is final; the last is handed in first. */
function chained(shop: Workshop, owner: Person): readonly Dealing[] {
  const made: Dealing[] = [];
  let coin = shop.take(owner, 0);
  for (let link = 0; coin !== undefined && link < LINKS; link++) {
    const transaction = payment(shop, owner, coin);
    const change: OwnCoin | undefined = changeOf(transaction);
    const taken = change && link < LINKS - 1 ? [1] : [];
    made.push({ ...dealing("chain", owner, transaction, link === 0 ? [coin] : []), taken });
    coin = change;
  }
  return made.reverse();
}

function changeOf({ id, body }: SealedTransaction): OwnCoin | undefined {
  const change = body.kind === "transfer" ? body.outputs[1] : undefined;
  return change && { transaction: id, index: 1, asset: 0, amount: change.amount };
}

function doubled(shop: Workshop, owner: Person): readonly Dealing[] {
  const coin = shop.take(owner, 0);
  if (coin === undefined) return [];
  const rivals: Dealing[] = [];
  for (const memo of ["01", "02"])
    rivals.push({ ...dealing("double-spend", owner, payment(shop, owner, coin, { memo }), []), rivals });
  return rivals;
}

function minted(shop: Workshop, kind: "issue" | "destroy", owner: Person): readonly Dealing[] {
  const { cast, random } = shop;
  const amount = 1n + BigInt(random.below(1_000));
  const asset = 1 as AssetId;
  const coin = shop.take(owner, kind === "issue" ? 0 : 1);
  if (coin === undefined) return [];
  const change = { asset, amount: amount as Amount };
  if (kind === "issue") {
    const outputs = [output(owner, coin.amount), output(owner, amount, 1)];
    const body = transfer(shop, [coin], outputs, { issued: [change] });
    const signers = [owner, cast.mint];
    const made = cast.seal(
      body,
      signers.map(({ publicKey }) => publicKey),
      signers.map(({ policy }) => policy),
    );
    return [dealing(kind, owner, made, [coin])];
  }
  const rest = coin.amount > amount ? [output(owner, coin.amount - amount, 1)] : [];
  const destroyed = rest.length > 0 ? change : { asset, amount: coin.amount as Amount };
  const body = transfer(shop, [coin], rest, { destroyed: [destroyed] });
  return [dealing(kind, owner, cast.seal(body, [owner.publicKey], [owner.policy]), [coin])];
}

/** With a broken signature first; the good one has the same id, and must not suffer for it. */
function forged(shop: Workshop, owner: Person): readonly Dealing[] {
  const coin = shop.take(owner, 0);
  if (coin === undefined) return [];
  const good = payment(shop, owner, coin);
  const signatures = good.witness.signatures.map(({ publicKey }) => ({
    publicKey,
    signature: shop.cast.scheme.sign(shop.cast.chain.chainId as never, publicKey),
  }));
  const bad = shop.cast.sealWith(good.body, { ...good.witness, signatures });
  return [dealing("forged", owner, bad, []), dealing("pay", owner, good, [coin])];
}

function unbalanced(shop: Workshop, owner: Person): readonly Dealing[] {
  const coin = shop.take(owner, 0);
  if (coin === undefined) return [];
  const body = transfer(shop, [coin], [output(owner, coin.amount + COIN_WORTH)], {});
  return [dealing("unbalanced", owner, shop.cast.seal(body, [owner.publicKey], [owner.policy]), [coin])];
}

function transfer(
  shop: Workshop,
  coins: readonly OwnCoin[],
  outputs: readonly Output[],
  more: Partial<Transfer>,
): Body {
  return {
    kind: "transfer",
    inputs: coins.map(({ transaction, index }) => ({ transaction, index })),
    outputs,
    fee: 0n as Amount,
    issued: [],
    destroyed: [],
    validUntil: (shop.now + LASTS_MS) as Timestamp,
    memo: "",
    ...more,
  };
}

function output({ policyHash }: Person, amount: bigint, asset = 0): Output {
  return { asset: asset as AssetId, amount: amount as Amount, policyHash };
}

function dealing(
  kind: DealingKind,
  owner: Person,
  transaction: SealedTransaction,
  spends: readonly OwnCoin[],
): Dealing {
  const hex = bytesToHex(transaction.bytes);
  return { kind, owner, transaction, hex, spends, taken: [], rivals: [], fate: undefined };
}

function noTransaction(kind: DealingKind, owner: Person, hex: string): Dealing {
  return { kind, owner, transaction: undefined, hex, spends: [], taken: [], rivals: [], fate: undefined };
}
