// Scenarios: a genesis and steps. A step makes transactions by recipes, has each judged alone, then a block of those
// that are to be in it; what is valid is applied, and the next step stands on it.
import { decodeTransaction, type SealedTransaction } from "@witan/ledger";
import type { Amount, AssetId, Height } from "@witan/primitives";
import * as fc from "fast-check";
import { BLOCK_MUTATIONS, draftBlock, finishBlock } from "./blocks.ts";
import { BYTE_MUTATIONS } from "./byte-mutations.ts";
import { Dice } from "./dice.ts";
import { type Draft, finish } from "./draft.ts";
import { type GenesisRecipe, makeGenesis } from "./genesis-recipes.ts";
import { draftGovernance, GOVERNANCE_MUTATIONS, type GovernanceDraft } from "./governance.ts";
import { Pair } from "./pair.ts";
import { judgeProofs } from "./proofs.ts";
import type { Tally } from "./tally.ts";
import { noteSpending, TRANSFER_MUTATIONS, type TransferDraft } from "./transfer-mutations.ts";
import { draftTransfer, World } from "./transfers.ts";
import { WITNESS_MUTATIONS } from "./witness-mutations.ts";

interface TransactionRecipe {
  readonly kind: "transfer" | "governance" | "reward" | "replay";
  readonly seed: number;
  /** Names of mutations of the value; those that are for other kinds do nothing. */
  readonly mutations: readonly string[];
  readonly bytes: readonly string[];
  /** How far the time of judging is from the block's. */
  readonly shift: number;
  /** Whether it goes into the block even if it is refused alone. */
  readonly forced: boolean;
}

interface StepRecipe {
  readonly transactions: readonly TransactionRecipe[];
  readonly seed: number;
  /** Milliseconds after the earliest time that is possible. */
  readonly delay: number;
  readonly mutations: readonly string[];
  readonly bytes: readonly string[];
}

/** A chain and what is tried on it. */
export interface Scenario {
  readonly genesis: GenesisRecipe;
  /** In proof of work: delays of empty blocks that come first, so that medians and targets have a past. */
  readonly prelude: readonly number[];
  readonly steps: readonly StepRecipe[];
  readonly proofs: readonly number[];
}

const seeds = fc.nat(0x7fff_ffff);
const byteNames = fc.constantFrom(...Object.keys(BYTE_MUTATIONS));

/** Mostly none, now and then one, seldom more. */
function few<T>(one: fc.Arbitrary<T>, weights: readonly [number, number, number]): fc.Arbitrary<T[]> {
  return fc.oneof(
    { weight: weights[0], arbitrary: fc.constant<T[]>([]) },
    { weight: weights[1], arbitrary: fc.array(one, { minLength: 1, maxLength: 1 }) },
    { weight: weights[2], arbitrary: fc.array(one, { minLength: 2, maxLength: 3 }) },
  );
}

const valueNames = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...Object.keys(TRANSFER_MUTATIONS)) },
  { weight: 4, arbitrary: fc.constantFrom(...Object.keys(WITNESS_MUTATIONS)) },
);

function transactionRecipe(kind: TransactionRecipe["kind"]): fc.Arbitrary<TransactionRecipe> {
  const names = fc.constantFrom(...Object.keys(GOVERNANCE_MUTATIONS), ...Object.keys(WITNESS_MUTATIONS));
  return fc.record({
    kind: fc.constant(kind),
    seed: seeds,
    mutations: few(kind === "governance" ? names : valueNames, [48, 44, 8]),
    bytes: few(byteNames, [90, 8, 2]),
    shift: fc.oneof(
      { weight: 30, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.constantFrom(-1, 1, 60_000) },
    ),
    forced: fc.oneof(
      { weight: 11, arbitrary: fc.constant(false) },
      { weight: 1, arbitrary: fc.constant(true) },
    ),
  });
}

const delays = fc.constantFrom(0, 1, 500, 1_000, 3_000, 20_000);

const step: fc.Arbitrary<StepRecipe> = fc.record({
  transactions: fc.array(
    fc.oneof(
      { weight: 20, arbitrary: transactionRecipe("transfer") },
      { weight: 5, arbitrary: transactionRecipe("governance") },
      { weight: 1, arbitrary: transactionRecipe("reward") },
      { weight: 1, arbitrary: transactionRecipe("replay") },
    ),
    { minLength: 0, maxLength: 6, size: "max" },
  ),
  seed: seeds,
  delay: delays,
  mutations: few(fc.constantFrom(...Object.keys(BLOCK_MUTATIONS)), [60, 35, 5]),
  bytes: few(byteNames, [96, 3, 1]),
});

/** All scenarios. */
export const scenarios: fc.Arbitrary<Scenario> = fc.record({
  genesis: fc.record({
    mode: fc.constantFrom("pbft" as const, "bp-fast-paxos" as const, "pow" as const),
    clientsMode: fc.constantFrom("open" as const, "permitted" as const),
    seed: seeds,
  }),
  prelude: fc.oneof(
    { weight: 4, arbitrary: fc.constant<number[]>([]) },
    { weight: 1, arbitrary: fc.array(delays, { minLength: 7, maxLength: 14 }) },
  ),
  steps: fc.array(step, { minLength: 1, maxLength: 12, size: "max" }),
  proofs: fc.array(seeds, { maxLength: 3, size: "max" }),
});

function mutate(draft: Draft, names: readonly string[], world: World, dice: Dice): void {
  for (const name of names) {
    const { kind } = draft.body;
    if (kind === "transfer") TRANSFER_MUTATIONS[name]?.(draft as TransferDraft, world, dice);
    if (kind === "governance") GOVERNANCE_MUTATIONS[name]?.(draft as GovernanceDraft, world, dice);
    WITNESS_MUTATIONS[name]?.(draft, world, dice);
  }
}

function draftReward(world: World, dice: Dice): Draft {
  const height = (world.pair.ledger.state.parent.height + dice.pick([1, 1, 0, 2])) as Height;
  const amount = dice.pick([0n, 1n, 5_000n]) as Amount;
  const outputs = [{ asset: 0 as AssetId, amount, policyHash: world.lock(dice) }];
  return {
    body: { kind: "reward", height, outputs },
    policies: [],
    keys: [],
    preimages: [],
    sorted: true,
    afterwards: [],
  };
}

function mutateBytes(bytes: Uint8Array, names: readonly string[], world: World, dice: Dice): Uint8Array {
  let made = bytes;
  for (const name of names) {
    const other = world.history.length > 0 ? dice.pick(world.history) : bytes;
    made = BYTE_MUTATIONS[name]?.(made, other, dice) ?? made;
  }
  return made;
}

function makeTransaction(recipe: TransactionRecipe, world: World): Uint8Array | undefined {
  const dice = new Dice(recipe.seed);
  if (recipe.kind === "replay") {
    if (world.history.length === 0) return undefined;
    return mutateBytes(dice.pick(world.history), recipe.bytes, world, dice);
  }
  const makers = { transfer: draftTransfer, governance: draftGovernance, reward: draftReward };
  const draft: Draft | undefined = makers[recipe.kind](world, dice);
  if (!draft) return undefined;
  mutate(draft, recipe.mutations, world, dice);
  const bytes = finish(world.pair, draft);
  return bytes && mutateBytes(bytes, recipe.bytes, world, dice);
}

/** Judges a step's transactions, each alone, and gives those that go into the block. */
function judgeTransactions(recipe: StepRecipe, world: World): SealedTransaction[] {
  const { pair } = world;
  const { chain, state } = pair.ledger;
  const included: SealedTransaction[] = [];
  let change: SealedTransaction | undefined;
  for (const one of recipe.transactions) {
    const bytes = makeTransaction(one, world);
    if (!bytes) continue;
    const verdict = pair.transaction(bytes, world.now + one.shift);
    world.history.push(bytes);
    const decoded = decodeTransaction(chain.transactions, bytes);
    if (!decoded.ok) continue;
    const { body, id } = decoded.value;
    // What spends coins of this very block is refused alone, and good in the block.
    const chained = verdict.code === "input-missing" && one.mutations.length + one.bytes.length === 0;
    if (!verdict.ok && !one.forced && !chained) continue;
    if (body.kind === "governance") change ??= decoded.value;
    else if (body.kind === "transfer" || one.forced) included.push(decoded.value);
    if (body.kind === "transfer" && (verdict.ok || chained))
      noteSpending(world, structuredClone(body) as TransferDraft["body"], id, state.parent.height + 1);
  }
  return change ? [...included, change] : included;
}

function judgeStep(recipe: StepRecipe, world: World): void {
  const dice = new Dice(recipe.seed);
  world.now = Math.min(world.pair.ledger.state.laterThan + 1 + recipe.delay, Number.MAX_SAFE_INTEGER);
  world.pending.clear();
  const transactions = judgeTransactions(recipe, world);
  const draft = draftBlock(world, transactions, dice);
  for (const name of recipe.mutations) BLOCK_MUTATIONS[name]?.(draft, dice);
  const block = finishBlock(draft);
  if (!block) return;
  const before = [...world.pair.ledger.coins.keys()];
  const bytes = mutateBytes(block.bytes, recipe.bytes, world, dice);
  const verdict = world.pair.block(bytes);
  if (verdict.ok) world.spent.push(...before.filter((key) => !world.pair.ledger.coins.has(key)));
  // What was refused for one mutation is mended, so that the chain goes on.
  else if (recipe.mutations.length + recipe.bytes.length > 0) {
    const mended = finishBlock(draftBlock(world, transactions, new Dice(recipe.seed)));
    if (mended && world.pair.block(mended.bytes).ok && dice.chance(10)) world.pair.block(mended.bytes);
  }
}

/** Puts a scenario before both validators. @throws {Disagreement} where they differ */
export function judgeScenario(scenario: Scenario, tally: Tally): void {
  const { genesis, locks } = makeGenesis(scenario.genesis);
  const pair = new Pair(genesis, tally);
  const world = new World(pair);
  for (const lock of locks) world.remember(lock);
  if (pair.ledger.chain.mode === "pow")
    for (const delay of scenario.prelude)
      judgeStep({ transactions: [], seed: delay, delay, mutations: [], bytes: [] }, world);
  for (const recipe of scenario.steps) judgeStep(recipe, world);
  if (pair.ledger.chain.mode === "pow" || pair.blocks.length > 0)
    for (const seed of scenario.proofs) judgeProofs(pair, new Dice(seed));
}
