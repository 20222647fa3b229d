// Faults in words, for traces and diagrams. What a process itself tells of, as crashes and pauses, is not told here.
import type { Fault } from "./plan.ts";

/** What is said when a fault begins, and when it ends. */
export interface FaultWords {
  /** Whom it meets; undefined: the network. */
  readonly process: number | undefined;
  readonly begins: string;
  readonly ends: string;
}

/** Undefined: who meets it tells of it. */
export function wordsOfFault(fault: Fault): FaultWords | undefined {
  switch (fault.kind) {
    case "crash":
    case "power-cut":
    case "pause":
      return undefined;
    case "slow-process": {
      const { process, perInputUs } = fault;
      return { process, begins: `takes ${perInputUs} us for each input`, ends: "is as fast as before" };
    }
    case "slow-disk": {
      const { process, perWriteUs } = fault;
      return {
        process,
        begins: `takes ${perWriteUs} us more for each write`,
        ends: "writes as fast as before",
      };
    }
    case "write-error":
      return { process: fault.process, begins: "has a disk that refuses", ends: "has a disk that writes" };
    case "disk-full":
      return { process: fault.process, begins: "has a full disk", ends: "has room on its disk" };
    case "clock-jump":
      return {
        process: fault.process,
        begins: `has a clock that is off by ${fault.byMs} ms`,
        ends: "has its clock set right",
      };
    case "partition": {
      const links = linksOf(fault.cut);
      return { process: undefined, begins: `cut: ${links}`, ends: `no more cut: ${links}` };
    }
    case "slow-link": {
      const { from, to, addUs } = fault;
      const link = `p${from} to p${to}`;
      return {
        process: undefined,
        begins: `${link} takes ${addUs} us more`,
        ends: `${link} is as fast as before`,
      };
    }
    case "storm": {
      const loss = `${fault.lossPermille} of 1000 messages more are lost`;
      return { process: undefined, begins: `storm: ${loss}`, ends: "the storm is over" };
    }
  }
}

/** `p0 to p1 p2, p3 to p1`. */
function linksOf(cut: readonly (readonly [number, number])[]): string {
  const to = new Map<number, number[]>();
  for (const [from, end] of cut) to.set(from, [...(to.get(from) ?? []), end]);
  return [...to].map(([from, ends]) => `p${from} to ${ends.map((end) => `p${end}`).join(" ")}`).join(", ");
}
