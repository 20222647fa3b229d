// Redundant flight computers, as the lecture tells of the 777: all compute the same from the same input, and what moves the
// surfaces does what most of them say. A vote masks fewer than half that are wrong, each in its own way; it masks none where
// more than half are wrong alike, and none where they were not told the same.
import type { ClassicEffect, ClassicEngine, ClassicInput } from "../classic.ts";

/** What goes between the stick, the computers and the surfaces, frame by frame. */
export type FlightMessage =
  | { readonly kind: "input"; readonly frame: number; readonly value: number }
  | { readonly kind: "command"; readonly frame: number; readonly value: number };

/** The pilot moves the stick: the frames count from 1. */
export interface MoveStick {
  readonly frame: number;
  readonly value: number;
}

/** What the surfaces do. `holds`: no command has a majority, so they stay where they are. */
export type SurfaceOutcome =
  | { readonly kind: "moves"; readonly frame: number; readonly value: number }
  | { readonly kind: "holds"; readonly frame: number };

/** What the engine takes in. */
export type FlightInput = ClassicInput<FlightMessage, MoveStick>;
/** What it wants done. */
export type FlightEffect = ClassicEffect<FlightMessage, never, SurfaceOutcome>;

/** Places: the stick is 0, then the computers, then the surfaces. */
export interface FlightConfig {
  readonly me: number;
  readonly computers: number;
  /** The surfaces wait so long for a majority, from the first command of a frame on. */
  readonly patienceTicks: number;
}

/** What a part knows. */
export interface FlightStatus {
  readonly part: "stick" | "computer" | "surfaces";
  readonly frame: number;
}

/** The law of control that every computer keeps to. */
export function commandFor(input: number): number {
  return 2 * input;
}

interface Ballot {
  readonly frame: number;
  readonly commands: Map<number, number>;
  ticks: number;
  isOver: boolean;
}

/** The stick, a computer, or the surfaces with their vote: by its place. */
export class RedundantComputers
  implements ClassicEngine<FlightMessage, MoveStick, never, SurfaceOutcome, FlightStatus>
{
  readonly #config: FlightConfig;
  /** The last frame that it worked on. Older ones are over: only one ballot is kept. */
  #frame = 0;
  #ballot: Ballot | undefined;

  constructor(config: FlightConfig) {
    this.#config = config;
  }

  step(input: FlightInput): readonly FlightEffect[] {
    const { part } = this.status();
    switch (input.kind) {
      case "request":
        return part === "stick" ? this.#tellAll(input.request) : [];
      case "message":
        if (part === "computer") return this.#compute(input.from, input.message);
        return part === "surfaces" ? this.#count(input.from, input.message) : [];
      case "tick":
        return this.#passTime();
    }
  }

  status(): FlightStatus {
    const { me, computers } = this.#config;
    return { part: me === 0 ? "stick" : me <= computers ? "computer" : "surfaces", frame: this.#frame };
  }

  #tellAll({ frame, value }: MoveStick): readonly FlightEffect[] {
    this.#frame = frame;
    return Array.from({ length: this.#config.computers }, (_, at): FlightEffect => {
      return { kind: "send", to: at + 1, message: { kind: "input", frame, value } };
    });
  }

  #compute(from: number, { kind, frame, value }: FlightMessage): readonly FlightEffect[] {
    if (from !== 0 || kind !== "input" || frame <= this.#frame) return [];
    this.#frame = frame;
    const message: FlightMessage = { kind: "command", frame, value: commandFor(value) };
    return [{ kind: "send", to: this.#config.computers + 1, message }];
  }

  #count(from: number, { kind, frame, value }: FlightMessage): readonly FlightEffect[] {
    const { computers } = this.#config;
    if (kind !== "command" || from < 1 || from > computers || frame < this.#frame) return [];
    if (frame > this.#frame) {
      // Of a frame that is still open nobody learns any more: the next has begun.
      this.#frame = frame;
      this.#ballot = { frame, commands: new Map(), ticks: 0, isOver: false };
    }
    const ballot = this.#ballot;
    if (ballot === undefined || ballot.isOver || ballot.commands.has(from)) return [];
    ballot.commands.set(from, value);
    const alike = [...ballot.commands.values()].filter((other) => other === value).length;
    if (2 * alike > computers) return this.#close(ballot, { kind: "moves", frame, value });
    return ballot.commands.size === computers ? this.#close(ballot, { kind: "holds", frame }) : [];
  }

  #close(ballot: Ballot, outcome: SurfaceOutcome): readonly FlightEffect[] {
    ballot.isOver = true;
    return [{ kind: "tell", outcome }];
  }

  #passTime(): readonly FlightEffect[] {
    const ballot = this.#ballot;
    if (ballot === undefined || ballot.isOver || ++ballot.ticks < this.#config.patienceTicks) return [];
    return this.#close(ballot, { kind: "holds", frame: ballot.frame });
  }
}
