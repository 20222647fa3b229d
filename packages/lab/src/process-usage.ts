// What the system says about a process of this machine: since when it runs, how much memory and processor time it took.
// From /proc, so on Linux; elsewhere it is not known.
import { readFileSync } from "node:fs";

/** What a process has used. */
export interface ProcessUsage {
  /** The most physical memory it ever held, in MiB. */
  readonly peakMemoryMiB: number;
  /** Processor time of all its threads, in seconds, to a hundredth. */
  readonly cpuSeconds: number;
  /** Bytes that it has had written to the disk; undefined where the system does not tell who did not start it. */
  readonly diskBytes: number | undefined;
}

/** Clock ticks in a second, as Linux counts in /proc on every platform it supports. */
const TICKS_PER_SECOND = 100;

function procFile(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return undefined; // it ended, or there is no /proc
  }
}

/** The fields of /proc/PID/stat behind the name, which may hold blanks and brackets itself; [0] is field 3, the state. */
function statFields(pid: number): readonly string[] | undefined {
  const text = procFile(pid, "stat");
  return text?.slice(text.lastIndexOf(")") + 2).split(" ");
}

/** What a process that runs has used so far; undefined if it ended, or the system does not tell. */
export function processUsage(pid: number): ProcessUsage | undefined {
  const fields = statFields(pid);
  const peak = /^VmHWM:\s*(\d+) kB$/m.exec(procFile(pid, "status") ?? "")?.[1];
  if (fields === undefined || peak === undefined) return undefined;
  const ticks = Number(fields[11]) + Number(fields[12]);
  const written = /^write_bytes: (\d+)$/m.exec(procFile(pid, "io") ?? "")?.[1];
  return {
    peakMemoryMiB: Number(peak) / 1024,
    cpuSeconds: ticks / TICKS_PER_SECOND,
    diskBytes: written === undefined ? undefined : Number(written),
  };
}

/** A process by its number and the moment it started, since numbers are used again. */
export interface ProcessMark {
  readonly pid: number;
  /** In the system's own count; empty where it does not tell. */
  readonly started: string;
}

/** The mark of a process that runs now. */
export function markOf(pid: number): ProcessMark {
  return { pid, started: statFields(pid)?.[19] ?? "" };
}

/** Whether the process of a mark still runs. A zombie does not: all it holds was given back. */
export function isAlive({ pid, started }: ProcessMark): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs, and belongs to someone else.
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  const fields = statFields(pid);
  if (fields === undefined) return true;
  return fields[0] !== "Z" && (started === "" || fields[19] === started);
}
