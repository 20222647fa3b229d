// What a recorder is told of an engine's steps, beside its messages: timers, views, and effects that stay at home. Only
// where somebody listens: asking an engine where it stands costs more than a step.
import type { PbftEffect, PbftInput, PbftStatus } from "@witan/consensus";
import type { EventQueue } from "../world/event-queue.ts";
import type { Mark, Recorder } from "../world/recorder.ts";
import type { Process } from "./process.ts";

interface Note {
  readonly mark: Mark;
  readonly what: string;
}

/** Notes of all processes of a world. */
export class StepNotes {
  readonly #recorder: Recorder;
  readonly #queue: EventQueue;
  /** By place: where its engine stood after its last step. */
  readonly #before: PbftStatus[] = [];

  constructor(recorder: Recorder, queue: EventQueue) {
    this.#recorder = recorder;
    this.#queue = queue;
  }

  stepped(process: Process, input: PbftInput, effects: readonly PbftEffect[]): void {
    const { place } = process;
    const status = process.engine.status();
    const before = this.#before[place];
    this.#before[place] = status;
    const turn = before && turnOf(before, status, { isTick: input.kind === "tick", process });
    if (turn) this.#note(place, turn);
    for (const effect of effects) {
      const note = noteOf(effect);
      if (note) this.#note(place, note);
    }
  }

  #note(process: number, { mark, what }: Note): void {
    this.#recorder.happened(this.#queue.nowUs, { kind: "do", process, mark, what });
  }
}

/** What became of view and timer. */
function turnOf(
  before: PbftStatus,
  { phase, view, membership }: PbftStatus,
  { isTick, process }: { readonly isTick: boolean; readonly process: Process },
): Note | undefined {
  if (membership !== before.membership) {
    const members = process.membershipAt(membership)?.members ?? [];
    const names = members.map(({ name }) => name).join(" ");
    return { mark: "view", what: `members from height ${membership} on: ${names}` };
  }
  const isChanging = phase === "changingView";
  if (view === before.view && isChanging === (before.phase === "changingView")) return undefined;
  if (!isChanging) return { mark: "view", what: `is in view ${view}` };
  return isTick
    ? { mark: "timeout", what: `gives up view ${before.view}: its timer has run out` }
    : { mark: "view", what: `follows to view ${view}` };
}

/** Effects that no message tells of. */
function noteOf(effect: PbftEffect): Note | undefined {
  switch (effect.kind) {
    case "persist": {
      const { record } = effect;
      if (record.kind === "newView")
        return { mark: "write", what: `writes the NEW-VIEW of ${record.message.message.view}` };
      const vote = record.accepted ? ` vote ${record.accepted.message.blockHash.slice(0, 8)}` : "";
      const holds = record.prepared ? ` prepared ${record.prepared.blockHash.slice(0, 8)}` : "";
      return {
        mark: "write",
        what: `writes view ${record.view}${record.changing ? " to come" : ""}${vote}${holds}`,
      };
    }
    case "buildProposal":
      return { mark: "other", what: `builds a block for ${effect.height} in view ${effect.view}` };
    case "judgeProposal":
      return {
        mark: "other",
        what: `judges ${effect.hash.slice(0, 8)}${effect.forced ? ", which is forced" : ""}`,
      };
    case "requestSync":
      return { mark: "other", what: `asks ${effect.from.join(" ")} for blocks up to ${effect.height}` };
    case "evidence":
      return { mark: "other", what: "has evidence of two votes for one slot" };
    case "stableCheckpoint":
      return {
        mark: "other",
        what: `knows that a quorum has ${effect.digest.slice(0, 8)} after ${effect.height}`,
      };
    default:
      return undefined;
  }
}
