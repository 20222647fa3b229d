// Runs the searches by which the bounds of registers are settled, one after another, until all are through or somebody presses
// Ctrl-C: then what was found so far is told, and that it is not all.
import {
  REGISTER_BOUNDS,
  type RegisterBounds,
  RegisterSearch,
  type RegisterSearchPlan,
  registerSearches,
} from "@witan/simulator";
import { EXIT, type ExitCode } from "../exit.ts";
import { printResult, type Streams } from "../output.ts";
import { hearStopSignals } from "../stop-signals.ts";
import type { ExhaustiveSearch } from "./registers-task.ts";
import { grouped } from "./words.ts";

/** States between two looks at whether to stop. */
const AT_ONCE = 500;
/** From one line of progress to the next, in milliseconds. */
const LINE_MS = 5_000;

interface Searched {
  readonly plan: RegisterSearchPlan;
  readonly bounds: RegisterBounds;
  readonly isWhole: boolean;
}

/** Runs them. @returns 1 if our rules leave more behind than is promised */
export async function runExhaustive(
  streams: Streams,
  json: boolean,
  { variants }: ExhaustiveSearch,
): Promise<ExitCode> {
  const signals = hearStopSignals();
  const searched: Searched[] = [];
  try {
    for (const plan of variants.flatMap(registerSearches)) {
      if (signals.stop.aborted) break;
      if (!json) streams.err(`${titleOf(plan)} …\n`);
      searched.push(await search(streams, json, plan, signals.stop));
    }
  } finally {
    signals.end();
  }
  const stopped = signals.stop.aborted;
  const broken = searched.filter(isTooMuch);
  const result = {
    model: { replicas: 4, byzantine: 1 },
    searches: searched.map(resultOf),
    bounds: Object.fromEntries(variants.map((variant) => [variant, boundOf(variant, searched)])),
    ...{ holds: broken.length === 0, stopped },
  };
  printResult(streams, json, result, () => [
    "four replicas, one of them signs whatever bad clients want; every state they can bring the others to:",
    "",
    ...columns(searched),
    "",
    ...(stopped ? ["stopped by a signal, before all was searched: what is told holds for what was"] : []),
    ...broken.map(({ plan }) => `more than promised: ${titleOf(plan)}`),
    "lurking: writes of one client that may still be seen after it is revoked; overwrites: writes of good clients, one after",
    "another, after which none is. M, L, H and X are rules that docs/registers.md explains; nodes run M + L + H.",
  ]);
  return broken.length > 0 ? EXIT.no : EXIT.done;
}

async function search(
  streams: Streams,
  json: boolean,
  plan: RegisterSearchPlan,
  stop: AbortSignal,
): Promise<Searched> {
  const search = new RegisterSearch(plan.model);
  let lastMs = performance.now();
  while (!search.isDone && !stop.aborted) {
    search.advance(AT_ONCE);
    if (!json && performance.now() - lastMs >= LINE_MS) {
      lastMs = performance.now();
      streams.err(`  ${grouped(search.bounds.states)} states so far\n`);
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { plan, bounds: search.bounds, isWhole: search.isDone };
}

function titleOf({ rules, model }: RegisterSearchPlan): string {
  const { variant, clients, timestamps, values } = model;
  const counts = [
    countWords(clients, "bad client"),
    countWords(timestamps, "timestamp"),
    countWords(values, "value"),
  ];
  return `${variant}, ${rules}: ${counts.join(", ")}`;
}

function isTooMuch({ plan, bounds }: Searched): boolean {
  const { lurking, overwrites } = REGISTER_BOUNDS[plan.model.variant];
  return (
    plan.isOurs && (bounds.lurking > lurking || (overwrites !== undefined && bounds.overwrites > overwrites))
  );
}

function boundOf(variant: string, searched: readonly Searched[]) {
  const ours = searched.filter(({ plan }) => plan.isOurs && plan.model.variant === variant);
  const lurking = Math.max(0, ...ours.map(({ bounds }) => bounds.lurking));
  const overwrites = Math.max(0, ...ours.map(({ bounds }) => bounds.overwrites));
  return { lurking, overwrites };
}

function resultOf({ plan, bounds, isWhole }: Searched) {
  const { variant, clients, timestamps, values } = plan.model;
  const { states, lurking, overwrites, twoValues, path } = bounds;
  const found = { states, lurking, overwrites, twoValues, path: [...path] };
  return { variant, rules: plan.rules, clients, timestamps, values, ...found, whole: isWhole };
}

const HEAD = ["variant", "rules", "bad clients", "timestamps", "values", "states", "lurking", "overwrites"];

function columns(searched: readonly Searched[]): readonly string[] {
  const rows = searched.map(({ plan, bounds, isWhole }) => {
    const { variant, clients, timestamps, values } = plan.model;
    const { states, lurking, overwrites } = bounds;
    const numbers = [clients, timestamps, values].map(String);
    return [
      variant,
      plan.rules,
      ...numbers,
      grouped(states) + (isWhole ? "" : "+"),
      `${lurking}`,
      `${overwrites}`,
    ];
  });
  const all = [HEAD, ...rows];
  const widths = HEAD.map((_, at) => Math.max(...all.map((row) => (row[at] as string).length)));
  return all.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] as number))
      .join("  ")
      .trimEnd(),
  );
}

function countWords(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
