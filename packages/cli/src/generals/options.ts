// What `witan generals` is asked to do, from its options: what makes no sense is told before anything runs.
import { ORDERS, type Order, oralMessageCount } from "@witan/consensus";
import {
  EXHAUSTIVE_GENERALS_MAX,
  type ExhaustiveJob,
  type GeneralsAlgorithm,
  type GeneralsJob,
} from "@witan/simulator";
import { badInput, type CommandFailure } from "../exit.ts";
import { wholeNumber } from "../numbers.ts";

/** The options as they are typed. */
export interface GeneralsFlags {
  readonly algorithm?: string;
  readonly generals?: string;
  readonly traitors?: string;
  readonly tolerate?: string;
  readonly loyalCommander?: boolean;
  readonly traitorCommander?: boolean;
  readonly order?: string;
  readonly seed?: string;
  readonly exhaustive?: boolean;
  readonly diagram?: string;
  readonly json?: boolean;
}

/** What is to be done. */
export type GeneralsTask =
  | { readonly kind: "case"; readonly job: GeneralsJob; readonly diagram: string | undefined }
  | { readonly kind: "all-lies"; readonly job: ExhaustiveJob; readonly diagram: string | undefined }
  | { readonly kind: "table"; readonly algorithm: GeneralsAlgorithm };

const GENERALS_MAX = 16;
/** OM sends about n times as many for each traitor. */
const MESSAGES_MAX = 20_000;

/** @throws {CommandFailure} the options contradict each other, or ask for what there is not */
export function generalsTask(flags: GeneralsFlags): GeneralsTask {
  const algorithm = algorithmOf(flags.algorithm);
  if (flags.diagram === "")
    throw badInput("file", "--diagram: expected the name of a new file, as in --diagram generals.svg");
  if (flags.exhaustive) {
    refuseForAll(flags);
    if (flags.generals === undefined && flags.traitors === undefined) return tableOf(flags, algorithm);
  }
  const traitors = wholeNumber("--traitors", flags.traitors ?? "1", GENERALS_MAX - 1);
  const traitorsMax = wholeNumber("--tolerate", flags.tolerate ?? String(traitors), GENERALS_MAX - 2);
  const generals = wholeNumber(
    "--generals",
    flags.generals ?? String(fewestFor(algorithm, traitors)),
    GENERALS_MAX,
    2,
  );
  if (traitors >= generals)
    throw badInput(
      "traitors",
      `--traitors ${traitors} of ${generals} generals: nobody loyal is left, of whom anything could be said; ask for fewer`,
    );
  if (traitorsMax > generals - 2)
    throw badInput(
      "rounds",
      `m = ${traitorsMax} among ${generals} generals: OM(m) and SM(m) pass an order on m times, each time by another lieutenant to ` +
        `another, and that takes ${traitorsMax + 2} generals: ask for more --generals, fewer --traitors, or --tolerate less`,
    );
  refuseTooMany(algorithm, generals, traitorsMax);
  if (flags.exhaustive)
    return {
      kind: "all-lies",
      job: allLies({ algorithm, generals, traitors, traitorsMax }),
      diagram: flags.diagram,
    };
  return {
    kind: "case",
    job: {
      ...{ algorithm, generals, traitors, traitorsMax },
      ...{ commander: commanderOf(flags, traitors), order: orderOf(flags.order) },
      seed: wholeNumber("--seed", flags.seed ?? "1"),
    },
    diagram: flags.diagram,
  };
}

function algorithmOf(asked: string | undefined): GeneralsAlgorithm {
  if (asked === "om" || asked === "sm") return asked;
  const found =
    asked === undefined ? "--algorithm is missing" : `--algorithm ${asked}: there is no such algorithm`;
  throw badInput(
    asked === undefined ? "missing-option" : "unknown-algorithm",
    `${found}: say om (oral messages) or sm (signed messages)`,
  );
}

function orderOf(asked: string | undefined): Order | undefined {
  const order = ORDERS.find((one) => one === asked);
  if (asked !== undefined && order === undefined)
    throw badInput("order", `--order ${asked}: expected ${ORDERS.join(" or ")}`);
  return order;
}

function commanderOf(
  { loyalCommander, traitorCommander }: GeneralsFlags,
  traitors: number,
): GeneralsJob["commander"] {
  if (loyalCommander && traitorCommander)
    throw badInput(
      "conflicting-options",
      "--loyal-commander and --traitor-commander: the commander is one of them; leave one out",
    );
  if (traitorCommander && traitors === 0)
    throw badInput("conflicting-options", "--traitor-commander needs a traitor: say --traitors 1 or more");
  if (traitorCommander) return "traitor";
  return loyalCommander ? "loyal" : undefined;
}

/** The fewest generals among whom so many traitors do no harm. */
export function fewestFor(algorithm: GeneralsAlgorithm, traitors: number): number {
  return algorithm === "om" ? Math.max(2, 3 * traitors + 1) : traitors + 2;
}

function refuseForAll(flags: GeneralsFlags): void {
  const other = (["seed", "order", "loyalCommander", "traitorCommander"] as const).find(
    (name) => flags[name] !== undefined,
  );
  if (other === undefined) return;
  const typed = other.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw badInput(
    "conflicting-options",
    `--exhaustive tries every placement, order and lie, and --${typed} is for one case: leave one out`,
  );
}

function tableOf(flags: GeneralsFlags, algorithm: GeneralsAlgorithm): GeneralsTask {
  const other = (["tolerate", "diagram"] as const).find((name) => flags[name] !== undefined);
  if (other !== undefined)
    throw badInput(
      "missing-option",
      `--${other} is for one number of generals: say which, as in --generals 3 --traitors 1`,
    );
  return { kind: "table", algorithm };
}

function refuseTooMany(
  algorithm: GeneralsAlgorithm,
  generals: number,
  traitorsMax: number,
): CommandFailure | undefined {
  const count = algorithm === "om" ? oralMessageCount(generals, traitorsMax) : 0;
  if (count <= MESSAGES_MAX) return undefined;
  throw badInput(
    "too-many-messages",
    `OM(${traitorsMax}) among ${generals} generals sends ${count} messages, more than ${MESSAGES_MAX}: ask for fewer --generals or ` +
      "--traitors, or for --algorithm sm, which needs far fewer",
  );
}

function allLies(job: ExhaustiveJob): ExhaustiveJob {
  const { algorithm, generals } = job;
  if (generals > EXHAUSTIVE_GENERALS_MAX)
    throw badInput(
      "too-many-generals",
      `--exhaustive --generals ${generals}: every lie is tried among ${EXHAUSTIVE_GENERALS_MAX} at most; beyond, seeds try some: witan ` +
        `simulate --consensus ${algorithm === "om" ? "oral-messages" : "signed-messages"} --members ${generals}`,
    );
  return job;
}
