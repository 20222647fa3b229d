// Failures of the lab: what could not be done with processes, ports and folders of this machine, in words for people.

/** Why the lab could not do something. Stable, for programs. */
export type LabFailureCode =
  /** A node ended, or said why it can't, before it was ready. */
  | "node-failed"
  /** A node did not become ready in time. */
  | "node-not-ready"
  /** The command that starts nodes can't be run. */
  | "node-not-started"
  /** A command of `witan` that was needed on the way failed; the message is its own. */
  | "command-failed"
  /** Ports that the network was to listen on are taken. */
  | "ports-in-use"
  /** The folder is in use by another process. */
  | "folder-in-use"
  /** The folder is not one that a devnet made. */
  | "folder-not-ours"
  /** The folder holds a network with other settings than those asked for. */
  | "folder-differs"
  /** There can be no folder at that place. */
  | "folder-not-made"
  /** A file of the folder can't be read as what it should be. */
  | "folder-damaged"
  /** The nodes did not find each other in time. */
  | "not-connected"
  /** A node answered what it should not, or not at all. */
  | "node-answer"
  /** Too few validators are left to decide anything. */
  | "quorum-lost"
  /** What was submitted did not become final. */
  | "not-final"
  /** The process that makes the load failed. */
  | "load-failed"
  /** Whoever started it stopped it before there was anything to stop. */
  | "stopped";

/** A mistake in a setting, as a node names it: by field, with what was found and what was expected. */
export interface LabProblem {
  readonly field: string;
  readonly found: string;
  readonly expected: string;
  readonly source?: string;
}

/** The lab could not do something: an operational failure, or (`fault` is `input`) a setting that can't be. */
export class LabFailure extends Error {
  override readonly name = "LabFailure";
  readonly code: LabFailureCode;
  /** `input`: what was asked for can't be had like this; `unable`: the machine or a process did not play along. */
  readonly fault: "input" | "unable";
  /** The last lines that the process concerned wrote to its log, where there is one. */
  readonly log: readonly string[];
  /** The mistakes in its settings that the process named; none in most cases. */
  readonly problems: readonly LabProblem[];

  /** @param message what happened, why, and what to do */
  constructor(
    code: LabFailureCode,
    message: string,
    more: Partial<Pick<LabFailure, "fault" | "log" | "problems">> = {},
  ) {
    super(message);
    this.code = code;
    // A folder that is not whole is mended by who asks, wherever in it that shows.
    this.fault = more.fault ?? (code === "folder-damaged" ? "input" : "unable");
    this.log = more.log ?? [];
    this.problems = more.problems ?? [];
  }
}
