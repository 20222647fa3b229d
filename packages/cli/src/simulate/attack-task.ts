// What `witan simulate --attack` is asked to measure, from its options. Proof of work only: in the other modes what is final
// cannot be undone, and worlds show that.
import {
  type Attack,
  DoubleSpend,
  type DoubleSpendResult,
  MajorityAttack,
  type MajorityResult,
  PartitionAttack,
  type PartitionResult,
  SelfishMining,
  type SelfishResult,
  StaleRates,
  type StaleResult,
} from "@witan/simulator";
import { meant } from "../config/nearest.ts";
import { badInput } from "../exit.ts";
import { decimal, wholeNumber } from "../numbers.ts";
import type { SimulateFlags } from "./task.ts";

/** An attack that is ready to run, with its inputs as JSON has them. */
export type AttackTask = {
  readonly kind: "attack";
  readonly inputs: Readonly<Record<string, number | readonly number[]>>;
} & (
  | { readonly attack: "double-spend"; readonly run: Attack<DoubleSpendResult> }
  | { readonly attack: "selfish"; readonly run: Attack<SelfishResult> }
  | { readonly attack: "majority"; readonly run: Attack<MajorityResult> }
  | { readonly attack: "partition"; readonly run: Attack<PartitionResult> }
  | { readonly attack: "none"; readonly run: Attack<StaleResult> }
);

type AttackName = AttackTask["attack"];
type Flag = keyof SimulateFlags;

/** The attacks, what each is in a line, and the options that say more. */
export const ATTACKS: Readonly<
  Record<AttackName, { readonly says: string; readonly flags: readonly Flag[] }>
> = {
  "double-spend": {
    says: "pays, mines in secret on a branch without the payment, and publishes it when it is longer",
    flags: ["attacker", "confirmations", "trials"],
  },
  selfish: {
    says: "keeps its blocks to itself, and publishes them where they make the others' work worth nothing",
    flags: ["attacker", "gamma", "blocks"],
  },
  majority: {
    says: "has more than half of all hash power, and rewrites so many blocks: how long it takes",
    flags: ["attacker", "confirmations", "trials"],
  },
  partition: {
    says: "nobody attacks; two sides do not hear each other for a while: how many blocks are undone then",
    flags: ["shares", "partitionS", "intervalS", "trials"],
  },
  none: {
    says: "nobody attacks; blocks take their time to reach others: how many become stale, by miner",
    flags: ["shares", "delayMs", "intervalS", "blocks"],
  },
};

/** Options that only attacks have. */
export const ATTACK_FLAGS = [
  ...(["attacker", "confirmations", "trials", "gamma", "blocks"] as const),
  ...(["shares", "delayMs", "intervalS", "partitionS"] as const),
];

const TRIALS_MAX = 100_000_000;
const BLOCKS_MAX = 1_000_000_000;
/** With fewer no share is known to more than one digit. */
const BLOCKS_LEAST = 1_000;
const MINERS_MAX = 100;
/** Closer to a half a race takes millions of blocks, at a half one in the mean never ends. */
const MARGIN = 0.001;

/** @throws {CommandFailure} there is no such attack, or it is not described by these options */
export function attackOf(flags: SimulateFlags, asked: string): AttackTask {
  const names = Object.keys(ATTACKS) as AttackName[];
  const attack = names.find((name) => name === asked);
  if (attack === undefined) {
    const guess = meant(asked, names);
    throw badInput(
      "unknown-attack",
      `--attack ${asked}: there is no such attack. ${guess === undefined ? "" : `Did you mean ${guess}? `}There are: ${names.join(", ")}`,
    );
  }
  if (flags.consensus !== "pow")
    throw badInput(
      "conflicting-options",
      `--attack ${attack} is for proof of work: add --consensus pow. In worlds of ${flags.consensus} --adversary says how members lie`,
    );
  refuseOthers(flags, attack);
  const seed = wholeNumber("--seed", flags.seed ?? "1");
  return { kind: "attack", ...MAKERS[attack](flags, seed) };
}

/** `partitionS` as it is typed: `--partition-s`. */
export function typedFlag(flag: string): string {
  return `--${flag.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function refuseOthers(flags: SimulateFlags, attack: AttackName): void {
  const fitting: readonly string[] = [...ATTACKS[attack].flags, "attack", "consensus", "seed", "json"];
  const other = Object.entries(flags).find(([name, value]) => value !== undefined && !fitting.includes(name));
  if (other === undefined) return;
  const options = ATTACKS[attack].flags.map(typedFlag).join(", ");
  throw badInput(
    "conflicting-options",
    `${typedFlag(other[0])} is not for --attack ${attack}: leave it out. What it knows: ${options}, --seed`,
  );
}

type Made = Omit<Extract<AttackTask, { attack: "none" }>, "kind">;
type Maker<Name extends AttackName> = (
  flags: SimulateFlags,
  seed: number,
) => Omit<Extract<AttackTask, { readonly attack: Name }>, "kind">;

const MAKERS: { readonly [Name in AttackName]: Maker<Name> } = {
  "double-spend": (flags, seed) => {
    const attacker = attackerOf(flags);
    if (attacker === 1 || Math.abs(attacker - 0.5) < MARGIN - 1e-12)
      throw badInput(
        "number",
        `--attacker ${flags.attacker}: expected a share from 0 to ${0.5 - MARGIN}, or from ${0.5 + MARGIN} to below 1: between ` +
          "them a race takes longer than anybody waits",
      );
    const inputs = { attacker, confirmations: confirmationsOf(flags), trials: trialsOf(flags), seed };
    return { attack: "double-spend", inputs, run: new DoubleSpend(inputs) };
  },
  selfish: (flags, seed) => {
    const attacker = attackerOf(flags);
    if (attacker >= 0.5)
      throw badInput(
        "number",
        `--attacker ${flags.attacker}: expected a share below 0.5: who has half of the hash power can take every block ` +
          "(--attack majority)",
      );
    const gamma = decimal("--gamma", flags.gamma ?? "0");
    if (gamma > 1) throw badInput("number", `--gamma ${flags.gamma}: expected a share from 0 to 1`);
    const inputs = { attacker, gamma, blocks: blocksOf(flags), seed };
    return { attack: "selfish", inputs, run: new SelfishMining(inputs) };
  },
  majority: (flags, seed) => {
    const attacker = attackerOf(flags);
    if (attacker < 0.5 + MARGIN - 1e-12 || attacker === 1)
      throw badInput(
        "number",
        `--attacker ${flags.attacker}: expected a share from ${0.5 + MARGIN} to below 1: less is no majority (--attack ` +
          "double-spend tells what a smaller one can do)",
      );
    const inputs = { attacker, confirmations: confirmationsOf(flags), trials: trialsOf(flags), seed };
    return { attack: "majority", inputs, run: new MajorityAttack(inputs) };
  },
  partition: (flags, seed) => {
    const shares = sharesOf(flags, "0.5,0.5");
    const [share = 0] = shares;
    if (shares.length !== 2)
      throw badInput(
        "shares",
        `--shares ${flags.shares}: expected the two sides of the partition, as in 0.6,0.4`,
      );
    const seconds = positive("--partition-s", flags.partitionS ?? "3600");
    const intervalSeconds = intervalOf(flags);
    if (seconds > 100_000 * intervalSeconds)
      throw badInput("number", "--partition-s: expected at most 100000 times --interval-s");
    const trials = trialsOf(flags);
    const run = new PartitionAttack({ seed, share, seconds, intervalSeconds, trials });
    return { attack: "partition", inputs: { shares, seconds, intervalSeconds, trials, seed }, run };
  },
  none: (flags, seed): Made => {
    const shares = sharesOf(flags, undefined);
    const intervalSeconds = intervalOf(flags);
    const delayMs = wholeNumber("--delay-ms", flags.delayMs ?? "10000");
    if (delayMs > 1_000 * intervalSeconds)
      throw badInput(
        "number",
        `--delay-ms ${delayMs}: expected at most the time between two blocks, ${intervalSeconds} s (--interval-s): with more no ` +
          "chain comes about",
      );
    const inputs = { shares, delayMs, intervalSeconds, blocks: blocksOf(flags), seed };
    return { attack: "none", inputs, run: new StaleRates(inputs) };
  },
};

function attackerOf({ attacker, attack }: SimulateFlags): number {
  if (attacker === undefined)
    throw badInput(
      "missing-option",
      `--attack ${attack}: say what share of all hash power the attacker has, as in --attacker 0.3`,
    );
  const share = decimal("--attacker", attacker);
  if (share <= 1) return share;
  throw badInput("number", `--attacker ${attacker}: expected a share from 0 to 1; 30 % is 0.3`);
}

function confirmationsOf({ confirmations }: SimulateFlags): number {
  return wholeNumber("--confirmations", confirmations ?? "6", 100_000);
}

function trialsOf({ trials }: SimulateFlags): number {
  return wholeNumber("--trials", trials ?? "20000", TRIALS_MAX, 1);
}

function blocksOf({ blocks }: SimulateFlags): number {
  return wholeNumber("--blocks", blocks ?? "1000000", BLOCKS_MAX, BLOCKS_LEAST);
}

function intervalOf({ intervalS }: SimulateFlags): number {
  return positive("--interval-s", intervalS ?? "600");
}

function positive(option: string, text: string): number {
  const value = /^[0-9]{1,9}(?:\.[0-9]{1,3})?$/.test(text) ? Number(text) : 0;
  if (value > 0) return value;
  throw badInput("number", `${option} ${text}: expected seconds, such as 600 or 0.5`);
}

function sharesOf({ shares: text, attack }: SimulateFlags, otherwise: string | undefined): readonly number[] {
  const given = text ?? otherwise;
  if (given === undefined)
    throw badInput(
      "missing-option",
      `--attack ${attack}: say what share of all hash power each miner has, as in --shares 0.4,0.3,0.3`,
    );
  const shares = given.split(",").map((one) => decimal("--shares", one.trim()));
  if (shares.length > MINERS_MAX)
    throw badInput("shares", `--shares: ${shares.length} miners, expected at most ${MINERS_MAX}`);
  const sum = shares.reduce((all, share) => all + share, 0);
  if (shares.every((share) => share > 0) && Math.abs(sum - 1) < 1e-3) return shares.map((one) => one / sum);
  throw badInput(
    "shares",
    `--shares ${given}: expected shares above 0 that come to 1 in all; these come to ${Number(sum.toPrecision(6))}`,
  );
}
