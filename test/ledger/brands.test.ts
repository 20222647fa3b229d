// What the compiler must refuse: ids, amounts and times mixed up, and verified things made by hand. The checks are the
// `@ts-expect-error` lines: `npm run types` fails where one of them is no error any more.
import type { Block, SealedTransaction, ValidBlock, WellFormed } from "@witan/ledger";
import type {
  Amount,
  AssetId,
  BlockHash,
  ChainId,
  Hash,
  Height,
  MemberIndex,
  PolicyHash,
  PublicKey,
  Signature,
  Timestamp,
  TransactionId,
  View,
  WitnessHash,
} from "@witan/primitives";

/** Takes one type; hands nothing back. */
function want<T>(value: T): void {
  void value;
}

/** Never called: its lines are for the compiler. */
function mixed(
  hash: Hash,
  id: TransactionId,
  block: BlockHash,
  height: Height,
  time: Timestamp,
  amount: Amount,
  key: PublicKey,
  sealed: Omit<SealedTransaction, never>,
): void {
  want<Hash>(id);
  want<Hash>(block);
  want<string>(key);
  want<number>(height);
  want<bigint>(amount);
  // @ts-expect-error a transaction's id is no block's hash
  want<BlockHash>(id);
  // @ts-expect-error a block's hash is no transaction's id
  want<TransactionId>(block);
  // @ts-expect-error a transaction's id is no witness hash
  want<WitnessHash>(id);
  // @ts-expect-error not every hash is a policy's
  want<PolicyHash>(hash);
  // @ts-expect-error not every hash names a chain
  want<ChainId>(hash);
  // @ts-expect-error a text is no hash
  want<Hash>("00");
  // @ts-expect-error a key is no signature
  want<Signature>(key);
  // @ts-expect-error a height is no time
  want<Timestamp>(height);
  // @ts-expect-error a time is no height
  want<Height>(time);
  // @ts-expect-error a height is no view
  want<View>(height);
  // @ts-expect-error a height is no position of a member
  want<MemberIndex>(height);
  // @ts-expect-error a number is no asset
  want<AssetId>(0);
  // @ts-expect-error a bigint is no amount
  want<Amount>(5n);
  // @ts-expect-error an amount is no number
  want<number>(amount);
  // @ts-expect-error a sealed transaction can't be made by hand
  want<SealedTransaction>({
    id,
    witnessHash: sealed.witnessHash,
    bytes: sealed.bytes,
    weight: 0,
    body: sealed.body,
    witness: sealed.witness,
  });
  // @ts-expect-error a block can't be made by hand
  want<Block>({ header: {} as Block["header"], hash: block, transactions: [], bytes: new Uint8Array() });
  // @ts-expect-error nor can one that holds
  want<ValidBlock>({
    block: {} as Block,
    coins: {} as ValidBlock["coins"],
    undo: { spent: [] },
    governance: {} as ValidBlock["governance"],
    fees: 0n,
  });
  // @ts-expect-error nor a transaction that is well formed
  want<WellFormed>({ sealed, transfer: undefined });
}

it("brands: the compiler keeps ids apart (see npm run types)", () => {
  want(mixed);
});
