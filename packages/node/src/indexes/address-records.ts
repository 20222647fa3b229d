// What the tables of the address index hold, in SSZ, and how a block's transactions turn into it. Both tables follow
// from the blocks and their undo data alone, so they can be built anew at any time.
import {
  type BlockUndo,
  type Coin,
  keyOf,
  keyOfOutput,
  type OutpointKey,
  type SealedTransaction,
} from "@witan/ledger";
import {
  type Amount,
  type AssetId,
  boolean,
  type Codec,
  container,
  type Height,
  hexVector,
  LIMITS,
  list,
  type PolicyHash,
  present,
  type TransactionId,
  uint32,
  uint53,
  uint64,
} from "@witan/primitives";

/** An output that pays to an address, without the address: a value of table `addressOutput`. */
export type AddressOutput = Omit<Coin, "policyHash">;

/** SSZ of an output without its address: 21 bytes. */
export const addressOutputCodec: Codec<AddressOutput> = container<AddressOutput>({
  asset: uint32(),
  amount: uint64(),
  height: uint53(),
  reward: boolean(),
});

/** An amount of an asset, as it came in one output or went with one. */
export interface Movement {
  readonly asset: AssetId;
  readonly amount: Amount;
}

/** What one transaction did to an address: a value of table `addressHistory`. */
export interface AddressEvent {
  readonly transaction: TransactionId;
  /** One for each output that pays to the address, in order. */
  readonly received: readonly Movement[];
  /** One for each output of the address that was spent, in order. */
  readonly spent: readonly Movement[];
}

/** An event and where it is. */
export interface PlacedEvent extends AddressEvent {
  readonly height: Height;
  /** The transaction's place in its block, from 0. */
  readonly position: number;
}

const movement = container<Movement>({ asset: uint32(), amount: uint64() });

/** SSZ of an event. */
export const addressEventCodec: Codec<AddressEvent> = container<AddressEvent>({
  transaction: hexVector(32),
  received: list(movement, LIMITS.outputs),
  spent: list(movement, LIMITS.inputs),
});

/** What a block did to one output: made it (a coin), or spent it (false). */
export interface OutputEffect {
  readonly outpoint: OutpointKey;
  readonly policyHash: PolicyHash;
  readonly output: AddressOutput | false;
}

/** What a block did to addresses. */
export interface AddressEffects {
  /** In the order of the block: what is made and spent in it comes twice. */
  readonly outputs: readonly OutputEffect[];
  readonly events: readonly { readonly policyHash: PolicyHash; readonly event: PlacedEvent }[];
}

/** Takes a block apart by address. @throws {AssertionError} if the undo data is not this block's */
export function addressEffects(
  height: Height,
  transactions: readonly SealedTransaction[],
  undo: BlockUndo,
): AddressEffects {
  const outputs: OutputEffect[] = [];
  const events: { policyHash: PolicyHash; event: PlacedEvent }[] = [];
  let next = 0;
  for (const [position, { id, body }] of transactions.entries()) {
    if (body.kind === "governance") continue;
    const touched = new Map<PolicyHash, { received: Movement[]; spent: Movement[] }>();
    const of = (policyHash: PolicyHash) => {
      const known = touched.get(policyHash) ?? { received: [], spent: [] };
      touched.set(policyHash, known);
      return known;
    };
    for (const input of body.kind === "transfer" ? body.inputs : []) {
      const { policyHash, asset, amount } = present(undo.spent[next++], "undo data of an input");
      outputs.push({ outpoint: keyOf(input), policyHash, output: false });
      of(policyHash).spent.push({ asset, amount });
    }
    for (const [index, { policyHash, asset, amount }] of body.outputs.entries()) {
      const output = { asset, amount, height, reward: body.kind === "reward" };
      outputs.push({ outpoint: keyOfOutput(id, index), policyHash, output });
      of(policyHash).received.push({ asset, amount });
    }
    for (const [policyHash, moved] of touched)
      events.push({ policyHash, event: { height, position, transaction: id, ...moved } });
  }
  present(next === undo.spent.length ? next : undefined, "undo data that fits the block");
  return { outputs, events };
}
