// One case of Byzantine generals: orders, what each lieutenant heard and obeys, and messages beside the formula.
import { oralMessageCount } from "@witan/consensus";
import {
  drawDiagram,
  type GeneralReport,
  type GeneralsJob,
  type GeneralsReport,
  type Heard,
  runGenerals,
} from "@witan/simulator";
import { EXIT, type ExitCode } from "../exit.ts";
import { printResult, type Streams, table } from "../output.ts";
import { checkDiagramFile, writeDiagram } from "../simulate/diagram-file.ts";
import { grouped } from "../simulate/words.ts";
import { fewestFor } from "./options.ts";

/** Runs it. @returns 1 if the loyal lieutenants do not agree, or do not obey a loyal commander */
export async function runCase(
  streams: Streams,
  json: boolean,
  job: GeneralsJob,
  diagram: string | undefined,
): Promise<ExitCode> {
  if (diagram !== undefined) await checkDiagramFile(diagram);
  const report = runGenerals(job);
  if (diagram !== undefined) await writeDiagram(diagram, drawn(job, report));
  printResult(streams, json, resultOf(job, report, diagram), () => linesOf(job, report, diagram));
  return report.ic1 && report.ic2 !== false ? EXIT.done : EXIT.no;
}

/** `OM(2)`. */
export function nameOf(algorithm: GeneralsJob["algorithm"], traitorsMax: number): string {
  return `${algorithm.toUpperCase()}(${traitorsMax})`;
}

function drawn(job: GeneralsJob, { seed, actors, happenings, broken }: GeneralsReport): string {
  const title = `${nameOf(job.algorithm, job.traitorsMax)}, ${job.generals} generals, seed ${seed}`;
  return drawDiagram({ title, actors, happenings, broken });
}

function traitorsOf({ generals }: GeneralsReport): readonly string[] {
  return generals.flatMap(({ name, isTraitor }) => (isTraitor ? [name] : []));
}

function resultOf({ algorithm }: GeneralsJob, report: GeneralsReport, diagram: string | undefined) {
  const { generals, traitorsMax, order, seed, ic1, ic2 = null, messages, formula, forged } = report;
  const [commander, ...lieutenants] = generals;
  return {
    ...{ algorithm, generals: generals.length, traitors: [...traitorsOf(report)], traitorsMax },
    ...{ commander: commander?.isTraitor ? "traitor" : "loyal", order, seed },
    lieutenants: lieutenants.map(({ name, isTraitor, heard, obeys = null }) => ({
      ...{ name, isTraitor, obeys },
      heard: heard.map((one) => ({ by: [...one.by], order: one.order })),
    })),
    ...{ ic1, ic2 },
    messages: { ...messages, all: messages.loyal + messages.traitors },
    ...{ formula: { ...formula }, forged },
    ...(diagram === undefined ? {} : { diagram }),
  };
}

function linesOf(job: GeneralsJob, report: GeneralsReport, diagram: string | undefined): readonly string[] {
  const { generals, order, seed } = report;
  const traitors = traitorsOf(report);
  const [commander, ...lieutenants] = generals;
  const ordered = commander?.isTraitor
    ? `${commander.name}, a traitor, says to each what it likes (asked to order: ${order})`
    : `${commander?.name} orders ${order}`;
  return [
    ...table([
      [
        "algorithm",
        `${nameOf(job.algorithm, job.traitorsMax)} among ${generals.length} generals, seed ${seed}`,
      ],
      ["traitors", traitors.length === 0 ? "none" : traitors.join(", ")],
      ["order", ordered],
    ]),
    ...tooFew(job),
    "",
    ...lieutenants.flatMap((one) => lieutenantLines(job, one)),
    "",
    ...table([
      [
        "IC1",
        report.ic1
          ? "holds: all loyal lieutenants obey the same order"
          : "BROKEN: loyal lieutenants obey different orders",
      ],
      ["IC2", ic2Words(report.ic2)],
      ["messages", messageWords(job, report)],
      ...(diagram === undefined ? [] : [["diagram", diagram] as const]),
    ]),
  ];
}

function tooFew({ algorithm, generals, traitors, traitorsMax }: GeneralsJob): readonly string[] {
  const least = fewestFor(algorithm, traitors);
  if (traitors > traitorsMax)
    return [
      `(${nameOf(algorithm, traitorsMax)} bears ${traitorsMax}, and ${traitors} are traitors: it may fail)`,
    ];
  if (generals >= least) return [];
  return algorithm === "om"
    ? [`(too few: ${traitors} among oral messages take ${least} generals; it may fail)`]
    : [`(fewer than ${least}: there are not two loyal ones to agree)`];
}

function ic2Words(ic2: boolean | undefined): string {
  if (ic2 === undefined) return "nothing is owed to a commander who is a traitor";
  return ic2
    ? "holds: they obey their loyal commander"
    : "BROKEN: a loyal lieutenant does not obey its loyal commander";
}

function lieutenantLines(
  { algorithm }: GeneralsJob,
  { name, isTraitor, heard, obeys }: GeneralReport,
): readonly string[] {
  if (isTraitor) return [`${name}  a traitor`];
  const told = algorithm === "om" ? oralLines(heard) : signedLines(heard);
  return [`${name}  ${obeys === "attack" ? "attacks" : "retreats"}`, ...told.map((line) => `      ${line}`)];
}

/** One line for each number of mouths. Said nothing counts as retreat. */
function oralLines(heard: readonly Heard[]): readonly string[] {
  const most = Math.max(0, ...heard.map(({ by }) => by.length));
  return Array.from({ length: most }, (_, at) => at + 1).map((length) => {
    const those = heard.filter(({ by }) => by.length === length);
    if (length === 1) return `heard ${those[0]?.order} from ${those[0]?.by[0]}`;
    if (length === 2)
      return `and that it ordered ${those.map(({ by, order }) => `${order} (${by[1]})`).join(", ")}`;
    const attacks = those.filter(({ order }) => order === "attack").length;
    return `and through ${length - 1}, ${those.length} times: attack ${attacks}, retreat ${those.length - attacks}`;
  });
}

function signedLines(heard: readonly Heard[]): readonly string[] {
  if (heard.length === 0) return ["heard no order that its commander signed"];
  return heard.map(({ by, order }) => `heard ${order}, signed by ${by.join(", ")}`);
}

function messageWords({ algorithm, traitorsMax }: GeneralsJob, report: GeneralsReport): string {
  const { messages, formula, forged, generals } = report;
  const by = `${grouped(messages.loyal)} by loyal generals, ${grouped(messages.traitors)} by traitors`;
  if (algorithm === "om")
    return `${grouped(messages.loyal + messages.traitors)} (${by}); the formula says ${grouped(formula.messages)}, where nobody is silent`;
  const oral = oralMessageCount(generals.length, traitorsMax);
  return (
    `${by}${forged > 0 ? `, of which ${grouped(forged)} forged and dropped` : ""}; the formula says ${grouped(formula.messages)} where all ` +
    `are loyal, and ${grouped(formula.most)} at most of the loyal (OM(${traitorsMax}): ${grouped(oral)})`
  );
}
