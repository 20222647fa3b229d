// The figures of a bench, from what was seen. Pure.

/** A distribution in two numbers, in milliseconds. */
export type Percentiles = { readonly p50: number; readonly p99: number };

/** The least value that at least this share of the values do not exceed; 0 of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

/** The median and the 99th percentile, to a hundredth. */
export function percentilesOf(values: readonly number[]): Percentiles {
  return { p50: rounded(percentile(values, 0.5), 2), p99: rounded(percentile(values, 0.99), 2) };
}

/** A number with so many digits behind the point. */
export function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

/** What a ratio is made of. */
export interface RatioParts {
  /** Final transactions in a second. */
  readonly throughput: number;
  readonly validators: number;
  /** Signatures that one core checks in a second, when it does nothing else. */
  readonly verifyPerSecond: number;
  readonly cores: number;
  /** Processor time of the load process while the network worked, and how long that was, in seconds. */
  readonly loadCpuSeconds: number;
  readonly wallSeconds: number;
}

/**
 * How much of what the machine could check at the very most it has made final: every validator checks every signature, on
 * the cores that the load leaves them. 1 would be: nothing but checking signatures.
 */
export function ratioOf(parts: RatioParts): number {
  const { throughput, validators, verifyPerSecond, cores, loadCpuSeconds, wallSeconds } = parts;
  const coresLeft = cores - loadCpuSeconds / wallSeconds;
  return (throughput * validators) / (verifyPerSecond * coresLeft);
}

/** A transaction as it was submitted: see `SubmittedTransaction`. */
interface Sent {
  readonly id: string;
  readonly node: number;
  readonly at: number;
}

/** What a node's chain said afterwards, and when it reported its blocks. */
export interface NodeView {
  readonly places: ReadonlyMap<string, { readonly height: number }>;
  readonly repeated: readonly string[];
  /** When each height was reported, in milliseconds since 1970. */
  readonly reportedAt: ReadonlyMap<number, number>;
}

/** What became of the load. */
export interface LoadOutcome {
  /** Transactions that stand on every node's chain exactly once. */
  readonly final: number;
  /** Those that do not. */
  readonly lost: readonly string[];
  /** From when each was sent until the node that it was sent to reported its block, in milliseconds. */
  readonly latenciesMs: readonly number[];
  /** From the first that was sent until the last node reported the last block with one of them, in milliseconds. */
  readonly wallMs: number;
}

/** Compares what was sent with every node's chain. */
export function outcomeOf(sent: readonly Sent[], nodes: readonly NodeView[]): LoadOutcome {
  const repeated = new Set(nodes.flatMap((node) => node.repeated));
  const lost: string[] = [];
  const latenciesMs: number[] = [];
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { id, node, at } of sent) {
    from = Math.min(from, at);
    const seen = nodes.map((view) => reportOf(view, id));
    if (repeated.has(id) || seen.includes(undefined)) {
      lost.push(id);
      continue;
    }
    for (const time of seen) to = Math.max(to, time ?? 0);
    latenciesMs.push((seen[node] ?? 0) - at);
  }
  const final = sent.length - lost.length;
  return { final, lost, latenciesMs, wallMs: final === 0 ? 0 : to - from };
}

/** When a node reported the block with a transaction; a block that it did not report counts with the next that it did. */
function reportOf({ places, reportedAt }: NodeView, id: string): number | undefined {
  const height = places.get(id)?.height;
  if (height === undefined) return undefined;
  const exact = reportedAt.get(height);
  if (exact !== undefined) return exact;
  const later = [...reportedAt].filter(([reported]) => reported > height).map(([, at]) => at);
  return later.length === 0 ? undefined : Math.min(...later);
}
