// Who started this process by npm or npx, and whether they are still there. npm runs a command through a shell, which
// keeps Ctrl-C's signal to itself while it waits, and ends by others without its child: so a command that runs until it
// is told to stop would outlive both. Looks only where npm ran `witan` itself: whoever is started by hand, by a service
// manager or by another script goes on when its parent ends.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** What npm was asked to run: `'witan'` by npx, `exec witan devnet` by `npm start`; nothing that it is to leave behind. */
const RUNS_WITAN = /^(?:exec )?["']?witan\b(?!.*&\s*$)/;

/** A process, as the system tells of it. */
interface Told {
  readonly parent: number;
  readonly commandLine: string;
}

/** The processes whose end is ours too: the parent; and where that is npm's shell, npm above it. */
export class NpmStarters {
  readonly #pids: readonly number[];

  private constructor(pids: readonly number[]) {
    this.#pids = pids;
  }

  /** Those of this process; none where npm did not start it. */
  static find(environment: NodeJS.ProcessEnv = process.env): NpmStarters {
    if (!RUNS_WITAN.test(environment["npm_lifecycle_script"] ?? "")) return new NpmStarters([]);
    const parent = process.ppid;
    const told = toldOf(parent);
    return new NpmStarters(told !== undefined && isShell(told) ? [parent, told.parent] : [parent]);
  }

  get isNobody(): boolean {
    return this.#pids.length === 0;
  }

  /** Whether one of them has ended. */
  isOneGone(): boolean {
    const [parent, above] = this.#pids;
    if (parent !== undefined && process.ppid !== parent) return true;
    return above !== undefined && !isThere(above);
  }
}

function isShell({ commandLine }: Told): boolean {
  const [program = "", flag] = commandLine.split(/[\0 ]/);
  return flag === "-c" && /(?:^|\/)\w*sh$/.test(program);
}

function isThere(pid: number): boolean {
  const stat = statOf(pid);
  if (stat !== undefined) return stat[0] !== "Z";
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It is there, and another user's.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** The fields of /proc/PID/stat behind the name: its state, its parent, …; undefined where there is none. */
function statOf(pid: number): readonly string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined; // it ended, or this is no Linux
  }
}

function toldOf(pid: number): Told | undefined {
  try {
    const stat = statOf(pid);
    if (stat !== undefined)
      return { parent: Number(stat[1]), commandLine: readFileSync(`/proc/${pid}/cmdline`, "utf8") };
    const said = execFileSync("ps", ["-o", "ppid=,command=", "-p", `${pid}`], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    const [, parent, commandLine = ""] = /^\s*(\d+)\s+(.*)/.exec(said) ?? [];
    return parent === undefined ? undefined : { parent: Number(parent), commandLine };
  } catch {
    return undefined; // a system that does not tell: then the parent alone is watched
  }
}
