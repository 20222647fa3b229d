// What a recorder is told of an engine's steps, beside its messages: suspicions, rounds, and effects that stay at home. Only
// where somebody listens: asking an engine where it stands costs more than a step.
import type { BpfpEffect, BpfpInput, BpfpStatus } from "@witan/consensus";
import type { Mark, Recorder } from "../world/recorder.ts";
import type { Process } from "./process.ts";
import { evidenceWords } from "./words.ts";
import type { BpfpWorld } from "./world.ts";

interface Note {
  readonly mark: Mark;
  readonly what: string;
}

/** Notes of all processes of a world. */
export class StepNotes {
  readonly #recorder: Recorder;
  readonly #world: BpfpWorld;
  /** By place: where its engine stood after its last step. */
  readonly #before: BpfpStatus[] = [];

  constructor(recorder: Recorder, world: BpfpWorld) {
    this.#recorder = recorder;
    this.#world = world;
  }

  stepped(process: Process, input: BpfpInput, effects: readonly BpfpEffect[]): void {
    const { place } = process;
    const status = process.engine.status();
    const before = this.#before[place];
    this.#before[place] = status;
    const turn = before && turnOf(before, status, process);
    if (turn) this.#note(place, turn);
    // What is said again in the same step is told once.
    const told = new Set<string>();
    for (const effect of effects) {
      const note = this.#noteOf(effect, process, input.kind === "tick");
      if (note === undefined || told.has(note.what)) continue;
      told.add(note.what);
      this.#note(place, note);
    }
  }

  #note(process: number, { mark, what }: Note): void {
    this.#recorder.happened(this.#world.queue.nowUs, { kind: "do", process, mark, what });
  }

  /** Effects that no message tells of. */
  #noteOf(effect: BpfpEffect, process: Process, isTick: boolean): Note | undefined {
    switch (effect.kind) {
      case "persist":
        return { mark: "write", what: `writes ${recordWords(effect.record)}` };
      case "broadcast": {
        const { message } = effect;
        if (message.kind !== "trustChange" || message.reason !== "suspicion") return undefined;
        return {
          mark: isTick ? "timeout" : "view",
          what: `suspects the proposer of round ${message.round - 1}`,
        };
      }
      case "buildProposal":
        return { mark: "other", what: `builds a block for ${effect.height} in round ${effect.round}` };
      case "judgeProposal":
        return {
          mark: "other",
          what: `judges ${effect.hash.slice(0, 8)}${effect.forced ? ", which is forced" : ""}`,
        };
      case "requestSync":
        return { mark: "other", what: `asks ${effect.from.join(" ")} for blocks up to ${effect.height}` };
      case "evidence": {
        const { membership } = process.ground;
        const words = evidenceWords(effect.evidence, (member) => this.#world.nameOf(membership, member));
        return { mark: "other", what: `has evidence: ${words}` };
      }
      case "certify":
        return { mark: "write", what: `writes the certificate of ${effect.certificate.height}` };
      case "stableCheckpoint":
        return {
          mark: "other",
          what: `knows that a quorum has ${effect.digest.slice(0, 8)} after ${effect.height}`,
        };
      default:
        return undefined;
    }
  }
}

/** What became of round and members. */
function turnOf(
  before: BpfpStatus,
  { phase, round, membership }: BpfpStatus,
  process: Process,
): Note | undefined {
  if (membership !== before.membership) {
    const members = process.membershipAt(membership)?.members ?? [];
    const names = members.map(({ name }) => name).join(" ");
    return { mark: "view", what: `members from height ${membership} on: ${names}` };
  }
  const isChanging = phase === "changingTrust";
  if (round === before.round && isChanging === (before.phase === "changingTrust")) return undefined;
  return { mark: "view", what: isChanging ? `goes to round ${round}` : `is in round ${round}` };
}

function recordWords(record: Extract<BpfpEffect, { kind: "persist" }>["record"]): string {
  switch (record.kind) {
    case "progress": {
      const vote = record.vote ? ` vote ${record.vote.blockHash.slice(0, 8)} r${record.vote.round}` : "";
      return `round ${record.round}${vote}`;
    }
    case "proof":
      return `the proof of round ${record.round}`;
    case "proposed":
      return `that it proposes ${record.blockHash.slice(0, 8)} at ${record.height} in round ${record.round}`;
  }
}
