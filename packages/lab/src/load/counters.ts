// What a node has done so far, in numbers, as its metrics say: read where Prometheus would read them.
import { LabFailure } from "../lab-failure.ts";
import { LOOPBACK } from "../network-files.ts";
import type { ProcessUsage } from "../process-usage.ts";

/** What a node has done since it started. */
export interface Counters {
  /** Messages that it has sent to other nodes, one to each counted once: votes, blocks, transactions, questions, answers. */
  readonly messages: number;
  /** Their bytes, without what the transport adds. */
  readonly bytes: number;
  readonly signaturesMade: number;
  readonly signaturesChecked: number;
  /** By its miner. */
  readonly hashes: number;
}

/** The same, with what the system says of the process. */
export type NodeCounters = Counters & Partial<ProcessUsage>;

/** The names of the metrics that make each. */
const METRICS: Readonly<Record<keyof Counters, string>> = {
  messages: "witan_messages_sent_total",
  bytes: "witan_bytes_sent_total",
  signaturesMade: "witan_signatures_made_total",
  signaturesChecked: "witan_signatures_checked_total",
  hashes: "witan_hashes_tried_total",
};

/**
 * Reads the counters of a node.
 * @param port of its metrics
 * @throws {LabFailure} `node-answer` if they can't be read
 */
export async function readCounters(port: number): Promise<Counters> {
  const url = `http://${LOOPBACK}:${port}/metrics`;
  let text: string;
  try {
    const answer = await fetch(url);
    text = await answer.text();
  } catch (error) {
    throw new LabFailure("node-answer", `${url} does not say what the node has done: ${String(error)}`);
  }
  return countersIn(text);
}

/** Counters out of the text that Prometheus reads: those of one name are added up, whatever their labels. */
export function countersIn(text: string): Counters {
  const sums = new Map<string, number>();
  for (const line of text.split("\n")) {
    const [, name, value] = /^([a-z_]+)(?:\{[^}]*\})? ([0-9.e+]+)$/.exec(line) ?? [];
    if (name !== undefined) sums.set(name, (sums.get(name) ?? 0) + Number(value));
  }
  const of = (what: keyof Counters): number => sums.get(METRICS[what]) ?? 0;
  return {
    ...{ messages: of("messages"), bytes: of("bytes") },
    ...{ signaturesMade: of("signaturesMade"), signaturesChecked: of("signaturesChecked") },
    hashes: of("hashes"),
  };
}
