// Which code ran: V8's precise block coverage of this thread, asked for through the inspector. New is what was left
// out every time before; block ranges are merged where counts are equal, so the parts left out are what is compared.
import { Session } from "node:inspector";

interface Range {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly count: number;
}
interface CoverageResult {
  readonly result: readonly {
    readonly url: string;
    readonly functions: readonly { readonly ranges: readonly Range[] }[];
  }[];
}

type Span = readonly [number, number];

function sum(spans: readonly Span[]): number {
  return spans.reduce((total, [from, to]) => total + to - from, 0);
}

/** The parts that lie in both; both sorted, each without overlaps. */
function common(a: readonly Span[], b: readonly Span[]): Span[] {
  const found: Span[] = [];
  for (const [from, to] of a)
    for (const [otherFrom, otherTo] of b) {
      const [start, end] = [Math.max(from, otherFrom), Math.min(to, otherTo)];
      if (start < end) found.push([start, end]);
    }
  return found;
}

/** The outermost ranges that did not run. */
function leftOut(ranges: readonly Range[]): Span[] {
  const found: Span[] = [];
  for (const { startOffset, endOffset, count } of ranges) {
    const last = found.at(-1);
    if (count === 0 && (!last || startOffset >= last[1])) found.push([startOffset, endOffset]);
  }
  return found;
}

/** Coverage of the ledger's sources and of the SSZ library below them. One at a time; stop it when done. */
export class Coverage {
  readonly #session = new Session();
  /** What never ran, for each function that did. */
  readonly #never = new Map<string, readonly Span[]>();

  constructor() {
    this.#session.connect();
    this.#session.post("Profiler.enable");
    this.#session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
    this.take();
  }

  /** Whether code ran since the last call that never had before; it then counts as seen, unless this only looks. */
  take(only: "look" | "keep" = "keep"): boolean {
    let isNew = false;
    for (const { url, functions } of this.#result().result) {
      if (!url.includes("/packages/") && !url.includes("/@chainsafe/ssz/")) continue;
      for (const { ranges } of functions) {
        const [whole] = ranges;
        if (!whole || whole.count === 0) continue;
        const key = `${url} ${whole.startOffset} ${whole.endOffset}`;
        const before = this.#never.get(key) ?? [[whole.startOffset, whole.endOffset] as const];
        const after = common(before, leftOut(ranges));
        if (this.#never.has(key) && sum(after) === sum(before)) continue;
        isNew = true;
        if (only === "look") return true;
        this.#never.set(key, after);
      }
    }
    return isNew;
  }

  /** How many functions ran at all. */
  get functions(): number {
    return this.#never.size;
  }

  /** Ends the measuring. */
  stop(): void {
    this.#session.post("Profiler.stopPreciseCoverage");
    this.#session.disconnect();
  }

  #result(): CoverageResult {
    let result: CoverageResult = { result: [] };
    // The session is of this very thread, so the answer is there when the call returns.
    this.#session.post("Profiler.takePreciseCoverage", (_, answer) => {
      result = answer as CoverageResult;
    });
    return result;
  }
}
