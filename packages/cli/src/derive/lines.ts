// A derivation in lines for people: what each step costs, what it survives, what breaks without the next.
import { type Costs, type DerivedStep, type MissingProtection, named, type Survival } from "@witan/simulator";
import { commandAgain, type ToldDerivation } from "./result.ts";

/** All of it. */
export function derivationLines(told: ToldDerivation): readonly string[] {
  const { derivation, task, seconds } = told;
  const { steps } = derivation;
  return [
    `BP Fast Paxos from Paxos, with t = ${task.tolerated} acceptors that may crash; seeds from ${task.from}; ${seconds.toFixed(1)} s`,
    "",
    ...costLines(steps),
    "",
    ...survivalLines(steps),
    "",
    ...missingLines(told),
  ];
}

function costLines(steps: readonly DerivedStep[]): readonly string[] {
  const head = ["acceptors", "delays", "messages", "signatures", "MACs"];
  const rows = steps.map(({ step, acceptors, calm, firstProposerGone }, at) => [
    ...[`${at + 1} ${step.name}`, step.section, `${acceptors} = ${step.needs}`],
    ...costCells(calm),
    ...costCells(firstProposerGone),
  ]);
  const [first = "", ...rest] = head;
  return [
    "One decision: when all goes well, then when the first proposer has crashed. Signatures and MACs: made / checked.",
    ...columns([["step", "section", first, ...rest, ...rest], ...rows]),
    ...notes(steps),
  ];
}

function costCells(costs: Costs): readonly string[] {
  const { delays, messages, signaturesMade, signaturesChecked, macsMade, macsChecked } = costs;
  return [
    `${delays}`,
    `${messages}`,
    `${signaturesMade} / ${signaturesChecked}`,
    `${macsMade} / ${macsChecked}`,
  ];
}

function notes(steps: readonly DerivedStep[]): readonly string[] {
  const ahead = steps.find(({ calm }) => calm.ahead > 0)?.calm.ahead;
  const later = steps.find(({ calm }) => calm.signaturesLater > 0)?.calm.signaturesLater;
  return [
    ...(ahead === undefined ? [] : [`Of Fast Paxos ${ahead} messages are sent before there is any value.`]),
    ...(later === undefined
      ? []
      : [`BP Fast Paxos makes ${later} signatures more after the decision: its certificate, for others.`]),
  ];
}

function survivalLines(steps: readonly DerivedStep[]): readonly string[] {
  const kinds = steps[0]?.survivals.map(({ circumstances }) => circumstances) ?? [];
  const rows = kinds.map((name) => [
    name,
    ...steps.map(({ step, survivals }) => {
      const survival = survivals.find(({ circumstances }) => circumstances === name);
      return survival === undefined ? "" : survivalCell(survival, step.bears.includes(name));
    }),
  ]);
  const chains = steps.map(({ survivals }) => {
    const chain = survivals.find((one) => one.chain)?.chain;
    return chain === undefined ? "" : `${chain.median} to ${chain.most}`;
  });
  return [
    "What they survive, in the same worlds: how many broke, of how many; which rule, and the first seed that does.",
    ...columns([["circumstances", ...steps.map((_, at) => `${at + 1}`)], ...rows]),
    "",
    "Messages in a row until all have learnt, when proposers compete: in the middle one of the worlds, and at most.",
    ...columns([
      ["", ...steps.map((_, at) => `${at + 1}`)],
      ["competing", ...chains],
    ]),
  ];
}

function survivalCell({ worlds, broken, first }: Survival, must: boolean): string {
  if (first === undefined) return must ? `0/${worlds}` : `(0/${worlds})`;
  return `${broken}/${worlds} ${first.check} ${first.seed}${must ? " WRONG" : ""}`;
}

function missingLines({ derivation, diagrams }: ToldDerivation): readonly string[] {
  const { steps, missing } = derivation;
  const lines = steps.flatMap(({ step }, at) => {
    const found = missing.get(step.lacks.specimen);
    if (found === undefined) return [];
    return [
      `${at + 1} ${step.name}. Next: ${step.lacks.next}.`,
      ...oneMissing(found).map((line) => `    ${line}`),
      ...(diagrams.has(step.lacks.specimen) ? [`    drawn: ${diagrams.get(step.lacks.specimen)}`] : []),
    ];
  });
  return ["What breaks without what the next step brings, made small:", ...lines];
}

function oneMissing(missing: MissingProtection): readonly string[] {
  const { says, found } = missing;
  if (found === undefined) return [`${says}: nothing broke, so the checks are broken`];
  const { violation, after } = found.shrunk;
  const [message = ""] = named(violation.message, found.actors).split("\n", 1);
  return [
    `${says}:`,
    `${violation.check}: ${message} (seed ${found.seed}, ${after.letters} messages)`,
    `again: ${commandAgain(missing, found.seed)}`,
  ];
}

/** Rows in columns, each as wide as its widest cell. */
function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => (row[at] ?? "").length)));
  return rows.map((row) =>
    row
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
}
