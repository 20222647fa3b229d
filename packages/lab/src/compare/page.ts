// The report as one page that opens without a server: text made from the results, figures inside it, tables to unfold. Pure.
import { modeName } from "./drawing.ts";
import type { Cell, Comparison, ExperimentResult, Figure, ModeFailure, ResultTable } from "./results.ts";

/** The page. @param drawings the SVG of each figure, by its name */
export function pageOf(comparison: Comparison, drawings: ReadonlyMap<string, string>): string {
  const { experiments, machine } = comparison;
  const title = `Finality compared: ${comparison.modes.map(modeName).join(", ")}`;
  const minutes = (comparison.seconds / 60).toFixed(1);
  const facts = [
    `${comparison.program}, run ${comparison.startedAt}, in ${minutes} minutes, seed ${comparison.seed}${comparison.quick ? ", with --quick: short runs" : ""}.`,
    `${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}, Node ${machine.node}.`,
    ...methodOf(comparison),
  ];
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${CSS}</style>
<main>
<h1>${escaped(title)}</h1>
${facts.map(paragraph).join("\n")}
${summaryOf(comparison)}
<nav aria-label="Experiments"><ol>
${experiments.map(({ name, title: text }) => `<li><a href="#${escaped(name)}">${escaped(text)}</a></li>`).join("\n")}
</ol></nav>
${experiments.map((experiment) => sectionOf(experiment, experiments, drawings)).join("\n")}
</main>
</html>
`;
}

/** How it was run, as far as it was. */
function methodOf({ modes, experiments }: Comparison): readonly string[] {
  const has = (source: ExperimentResult["source"]) => experiments.some((one) => one.source === source);
  const beside =
    has("simulator") && modes.includes("pow")
      ? " What is simulated was computed on a thread of its own while proof of work ran, which mostly waits."
      : "";
  return [
    ...(has("processes")
      ? [
          `Every mode ran the same ledger, transactions and client, on this machine, one after another.${beside} Figures from ` +
            "processes compare the modes with each other on one machine; they say nothing about networks between machines.",
        ]
      : []),
    ...(has("simulator") ? ["Figures from the simulator have the distances, and no cost of computing."] : []),
  ];
}

function summaryOf({ modes, summary }: Comparison): string {
  if (summary.length === 0) return "";
  const head = modes.map((mode) => `<th scope="col">${escaped(modeName(mode))}</th>`).join("");
  const rows = summary.map(({ what, source, values }) => {
    const cells = modes.map((mode) => `<td>${escaped(values[mode] ?? "–")}</td>`).join("");
    const label = source === "simulator" ? `${what} (simulated)` : what;
    return `<tr><th scope="row">${escaped(label)}</th>${cells}</tr>`;
  });
  return `<div class="wide"><table class="summary"><thead><tr><td></td>${head}</tr></thead><tbody>
${rows.join("\n")}
</tbody></table></div>`;
}

function sectionOf(
  experiment: ExperimentResult,
  experiments: readonly ExperimentResult[],
  drawings: ReadonlyMap<string, string>,
): string {
  const { name, title, question, source, findings, method, figures, tables, failures } = experiment;
  const where = source === "processes" ? "real processes on one machine" : "the simulator";
  return `<section id="${escaped(name)}">
<h2>${escaped(title)}</h2>
<p class="question">${prose(question)} <span class="source">Measured by ${where}.</span></p>
<ul class="findings">
${findings.map((finding) => `<li>${prose(finding)}</li>`).join("\n")}
</ul>
${failures.map((failure) => failureOf(failure, experiment, experiments)).join("\n")}
${figures.map((figure) => figureOf(figure, drawings.get(figure.name) ?? "")).join("\n")}
<details><summary>How it was measured</summary>
${method.map(paragraph).join("\n")}
</details>
${tables.map(tableOf).join("\n")}
</section>`;
}

/** A failure, with its log where it is told first: one run can be the run of several experiments. */
function failureOf(
  { mode, message, log }: ModeFailure,
  { name }: ExperimentResult,
  experiments: readonly ExperimentResult[],
): string {
  const text = log.join("\n");
  const first = experiments.find(({ failures }) =>
    failures.some(
      (other) => other.mode === mode && other.message === message && other.log.join("\n") === text,
    ),
  );
  const told =
    first === undefined || first.name === name
      ? `<pre>${escaped(text)}</pre>`
      : `<p>It is the failure of “<a href="#${escaped(first.name)}">${escaped(first.title)}</a>”: its log stands there.</p>`;
  return `<div class="failure" role="alert"><p><strong>${escaped(modeName(mode))} failed:</strong> ${escaped(message)}</p>${told}</div>`;
}

function figureOf({ name, title, ran, table }: Figure, svg: string): string {
  return `<figure id="figure-${escaped(name)}" role="group" aria-label="${escaped(title)}">
<div class="wide">${svg}</div>
<figcaption>${prose(ran)} Numbers: <a href="${escaped(table)}.csv">${escaped(table)}.csv</a>.</figcaption>
</figure>`;
}

/** Rows of a table that are shown in the page; its CSV has all. */
const ROWS_SHOWN = 200;

function tableOf({ name, title, columns, rows }: ResultTable): string {
  const head = columns.map(
    ({ name: column, unit, meaning }) =>
      `<th scope="col" title="${escaped(meaning)}">${escaped(column)}${unit === "" ? "" : ` (${escaped(unit)})`}</th>`,
  );
  const shown = rows.slice(0, ROWS_SHOWN);
  const body = shown.map(
    (row) =>
      `<tr>${columns.map((column) => `<td>${escaped(cellText(row[column.name] ?? null))}</td>`).join("")}</tr>`,
  );
  const rest = rows.length > shown.length ? `, the first ${shown.length} of ${rows.length} rows` : "";
  return `<details><summary>Table: ${escaped(title)}${rest} (<a href="${escaped(name)}.csv">${escaped(name)}.csv</a>)</summary>
<div class="wide"><table><thead><tr>${head.join("")}</tr></thead><tbody>
${body.join("\n")}
</tbody></table></div></details>`;
}

function cellText(cell: Cell): string {
  if (cell === null) return "–";
  return typeof cell === "number" && !Number.isInteger(cell) ? cell.toPrecision(4) : `${cell}`;
}

function paragraph(text: string): string {
  return `<p>${prose(text)}</p>`;
}

/** A text whose numbers stay with their units, wherever a line ends. */
function prose(text: string): string {
  return escaped(text).replaceAll(/(\d) (%|ms|s|kB)(?![\w])/g, "$1\u00a0$2");
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function escaped(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
}

const CSS = `
body { font: 16px/1.5 system-ui, sans-serif; color: #111; background: #fff; margin: 0; }
main { max-width: 60rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.3rem; margin-top: 2.5rem; border-top: 1px solid #bbb; padding-top: 1rem; }
.question { font-style: italic; } .source { font-style: normal; color: #444; }
.findings li { margin: .3rem 0; }
figure { margin: 1.5rem 0; } figure svg { width: 100%; max-width: 54rem; min-width: 36rem; height: auto; } figcaption { color: #444; font-size: .85rem; }
.wide { overflow-x: auto; } table { border-collapse: collapse; font-size: .85rem; font-variant-numeric: tabular-nums; }
.summary { font-size: 1rem; } .summary th[scope=row] { text-align: left; font-weight: normal; } .summary thead td { border: 0; }
th, td { border: 1px solid #ccc; padding: .2rem .5rem; text-align: right; } th { background: #f2f2f2; }
details { margin: .7rem 0; } summary { cursor: pointer; }
@media print { details > * { display: block; } figure { break-inside: avoid; } figure svg { min-width: 0; } }
.failure { border: 2px solid #b00020; padding: .5rem 1rem; } .failure pre { overflow-x: auto; font-size: .8rem; }
`;
