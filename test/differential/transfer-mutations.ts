// What can be wrong with the body of a transfer, before it is signed: the signatures of these mutants hold, so that
// they reach the rules behind.
import type { Coin, OutpointKey } from "@witan/ledger";
import { AMOUNT_MAX, type Amount, type AssetId, type TransactionId } from "@witan/primitives";
import type { Dice } from "./dice.ts";
import { type Draft, finish, type LooseTransfer } from "./draft.ts";
import type { World } from "./transfers.ts";

/** A draft of a transfer. */
export type TransferDraft = Draft & { body: LooseTransfer };
/** Changes a draft in place; where there is nothing to change it does nothing. */
export type TransferMutation = (draft: TransferDraft, world: World, dice: Dice) => void;

type Amounts = { asset: AssetId; amount: Amount }[];

function amounts(body: LooseTransfer, dice: Dice): Amounts {
  return dice.pick<Amounts>([body.outputs, body.outputs, body.issued, body.destroyed]);
}

function wrap(amount: bigint): Amount {
  return (amount < 0n ? AMOUNT_MAX : amount > AMOUNT_MAX ? 0n : amount) as Amount;
}

function outpoint(key: OutpointKey): LooseTransfer["inputs"][number] {
  return { transaction: key.slice(0, 64) as TransactionId, index: Number.parseInt(key.slice(64), 16) };
}

function change<T>(list: T[], dice: Dice, by: (one: T) => void): void {
  if (list.length > 0) by(dice.pick(list));
}

function turn<T>(list: T[], dice: Dice): void {
  if (list.length < 2) return;
  const at = dice.below(list.length - 1);
  [list[at], list[at + 1]] = [list[at + 1] as T, list[at] as T];
}

function insert<T>(list: T[], dice: Dice, one: T): void {
  list.splice(dice.below(list.length + 1), 0, one);
}

const INPUTS: Record<string, TransferMutation> = {
  "no inputs": ({ body }) => {
    body.inputs = [];
  },
  "an input twice": ({ body }, _, dice) =>
    change(body.inputs, dice, (one) => insert(body.inputs, dice, { ...one })),
  "inputs turned": ({ body }, _, dice) => turn(body.inputs, dice),
  "an input dropped": ({ body }, _, dice) => void body.inputs.splice(dice.below(body.inputs.length), 1),
  "an unknown transaction": ({ body }, _, dice) =>
    change(body.inputs, dice, (one) => {
      one.transaction = dice.hash() as TransactionId;
    }),
  "another index": ({ body }, _, dice) =>
    change(body.inputs, dice, (one) => {
      one.index = dice.pick([one.index + 1, one.index ^ 256, 255, 256, 65_535]) & 0xffff;
    }),
  "a spent output": ({ body }, world, dice) => {
    const pending = [...world.pending].flatMap(([key, coin]) => (coin === null ? [key] : []));
    const spent = dice.chance(50) && pending.length > 0 ? pending : world.spent;
    if (spent.length > 0) body.inputs.push(outpoint(dice.pick(spent)));
  },
  "somebody's coin as well": ({ body }, world, dice) =>
    change([...world.pair.ledger.coins.keys()], dice, (key) => void body.inputs.push(outpoint(key))),
  "a young reward": ({ body }, world, dice) => {
    const { coins, state } = world.pair.ledger;
    const young = [...coins].filter(([, coin]) => coin.reward && state.parent.height - coin.height < 4);
    change(young, dice, ([key]) => void body.inputs.push(outpoint(key)));
  },
};

const AMOUNTS: Record<string, TransferMutation> = {
  "one more": ({ body }, _, dice) =>
    change(amounts(body, dice), dice, (one) => {
      one.amount = wrap(one.amount + 1n);
    }),
  "one less": ({ body }, _, dice) =>
    change(amounts(body, dice), dice, (one) => {
      one.amount = wrap(one.amount - 1n);
    }),
  zero: ({ body }, _, dice) =>
    change(amounts(body, dice), dice, (one) => {
      one.amount = 0n as Amount;
    }),
  "the greatest": ({ body }, _, dice) =>
    change(amounts(body, dice), dice, (one) => {
      one.amount = AMOUNT_MAX as Amount;
    }),
  "another asset": ({ body }, world, dice) =>
    change(amounts(body, dice), dice, (one) => {
      const count = world.pair.ledger.state.governance.state.assets.length;
      one.asset = dice.pick([0, 1, 2, count - 1, count, 4_096, 0xffff_ffff]) as AssetId;
    }),
  "an output dropped": ({ body }, _, dice) => void body.outputs.splice(dice.below(body.outputs.length), 1),
  "an output twice": ({ body }, _, dice) =>
    change(body.outputs, dice, (one) => insert(body.outputs, dice, { ...one })),
  "outputs turned": ({ body }, _, dice) => turn(body.outputs, dice),
  "a shifted amount": ({ body }, _, dice) => {
    const [from, to] = [dice.below(body.outputs.length), dice.below(body.outputs.length)];
    const [giver, taker] = [body.outputs[from], body.outputs[to]];
    if (!giver || !taker || giver.amount < 2n || taker.amount === AMOUNT_MAX) return;
    giver.amount = (giver.amount - 1n) as Amount;
    taker.amount = (taker.amount + 1n) as Amount;
  },
  "another fee": ({ body }, _, dice) => {
    body.fee = wrap(dice.pick([body.fee + 1n, body.fee - 1n, 0n, AMOUNT_MAX]));
  },
  "one too many of every output": ({ body }) => {
    const [first] = body.outputs;
    while (first && body.outputs.length < 256) body.outputs.push({ ...first });
  },
};

const ISSUING: Record<string, TransferMutation> = {
  "issues the native asset": ({ body }, _, dice) =>
    insert(body.issued, dice, { asset: 0 as AssetId, amount: 1n as Amount }),
  "issues an asset": ({ body }, world, dice) => {
    const asset = dice.below(world.pair.ledger.state.governance.state.assets.length + 1) as AssetId;
    insert(body.issued, dice, { asset, amount: 5n as Amount });
  },
  "issues an asset twice": ({ body }, _, dice) =>
    change(body.issued, dice, (one) => void body.issued.push({ ...one })),
  "issued assets turned": ({ body }, _, dice) => turn(body.issued, dice),
  "destroys an asset": ({ body }, world, dice) => {
    const asset = dice.below(world.pair.ledger.state.governance.state.assets.length + 1) as AssetId;
    insert(body.destroyed, dice, { asset, amount: 1n as Amount });
  },
  "destroyed out of order": ({ body }) => {
    body.destroyed.push(
      { asset: 2 as AssetId, amount: 1n as Amount },
      { asset: 1 as AssetId, amount: 1n as Amount },
    );
  },
  "destroys an asset twice": ({ body }, _, dice) =>
    change(body.destroyed, dice, (one) => void body.destroyed.push({ ...one })),
  "issues and destroys alike": ({ body }) => {
    body.issued = [{ asset: 1 as AssetId, amount: 7n as Amount }];
    body.destroyed = [{ asset: 1 as AssetId, amount: 7n as Amount }];
  },
};

/** The least fee that the weight asks for, or one less, with the balance kept. */
function feeAtLimit({ body, ...rest }: TransferDraft, world: World, dice: Dice): void {
  const bytes = finish(world.pair, { body, ...rest });
  const output = body.outputs.find((one) => one.asset === 0);
  if (!bytes || !output) return;
  const weight = BigInt(bytes.length + 200 * new Set(rest.keys).size);
  const rate = BigInt(world.pair.ledger.state.governance.state.parameters.feeRateMin);
  const fee = (rate * weight + 999n) / 1000n - BigInt(dice.below(2));
  const left = output.amount + body.fee - fee;
  if (fee < 0n || left < 1n || left > AMOUNT_MAX) return;
  output.amount = left as Amount;
  body.fee = fee as Amount;
}

/** Times at the bounds of what is valid, and at those of the format. */
export function timeAtLimit(world: World, dice: Dice): number {
  const { validUntilAheadMsMax } = world.pair.ledger.state.governance.state.parameters;
  const { now } = world;
  const furthest = now + validUntilAheadMsMax;
  return dice.pick([now - 1, now, furthest, furthest + 1, 0, Number.MAX_SAFE_INTEGER]);
}

/** Every mutation of a transfer's body, by name. */
export const TRANSFER_MUTATIONS: Record<string, TransferMutation> = {
  ...INPUTS,
  ...AMOUNTS,
  ...ISSUING,
  "the fee at its limit": feeAtLimit,
  "the time at its limit": ({ body }, world, dice) => {
    body.validUntil = timeAtLimit(world, dice) as LooseTransfer["validUntil"];
  },
  "another memo": ({ body }, _, dice) => {
    body.memo = "00".repeat(dice.below(257));
  },
};

/** What a valid transfer does to the coins, for the transactions after it in the same block. */
export function noteSpending(world: World, body: LooseTransfer, id: string, height: number): void {
  for (const { transaction, index } of body.inputs)
    world.pending.set(`${transaction}${index.toString(16).padStart(4, "0")}` as OutpointKey, null);
  body.outputs.forEach((output, index) => {
    const key = `${id}${index.toString(16).padStart(4, "0")}` as OutpointKey;
    world.pending.set(key, { ...output, height, reward: false } as Coin);
  });
}
