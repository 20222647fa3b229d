// Inflicts the faults of a plan on a world of engines, each at its time, and ends them.
import type { EventQueue } from "../world/event-queue.ts";
import { wordsOfFault } from "../world/fault-words.ts";
import type { Network } from "../world/network.ts";
import { changeNetwork } from "../world/network-faults.ts";
import type { Fault, Plan } from "../world/plan.ts";
import type { Mark, Recorder } from "../world/recorder.ts";
import { BREAKS_US } from "./connections.ts";

/** What faults do to a process. */
interface Sufferer {
  readonly place: number;
  readonly up: boolean;
  perInputUs: number;
  readonly writer: { perWriteUs: number; fails: "none" | "next" | "all" };
  readonly clock: { jumpMs: number };
  crash(): void;
  restart(): void;
  pause(): void;
  resume(): void;
}

/** A world that suffers them. */
interface Suffering<P extends Sufferer> {
  readonly plan: Plan;
  readonly options: { readonly recorder?: Recorder | undefined };
  readonly queue: EventQueue;
  readonly network: Network;
  readonly processes: readonly P[];
  readonly connections: { makeAll(process: P): void; make(one: number, other: number): void };
  count(fault: string): void;
  weather(what: string): void;
  tell(process: P, mark: Mark, what: string): void;
}

type Of<Kind extends Fault["kind"]> = Extract<Fault, { kind: Kind }>;

/** Drives the faults of one world. */
export class FaultDriver<P extends Sufferer> {
  readonly #world: Suffering<P>;
  /** By place: stops before the effect that many further. */
  readonly #stops = new Map<number, number>();
  /** All stop, when so many effects were carried out anywhere. */
  #cutAfter: number | undefined;

  constructor(world: Suffering<P>) {
    this.#world = world;
  }

  begin(): void {
    const { plan, queue, network } = this.#world;
    for (const fault of plan.faults) {
      queue.at(fault.atUs, () => {
        this.#tell(fault, "begins");
        this.#begins(fault);
      });
      queue.at(fault.untilUs, () => {
        this.#tell(fault, "ends");
        this.#ends(fault);
      });
    }
    queue.at(plan.kindAtUs, () => {
      this.#world.weather("from here on nothing is lost or late");
      network.turnKind();
    });
  }

  #tell(fault: Fault, when: "begins" | "ends"): void {
    if (this.#world.options.recorder === undefined) return;
    const words = wordsOfFault(fault);
    if (words === undefined) return;
    if (words.process === undefined) this.#world.weather(words[when]);
    else this.#world.tell(this.#at(words.process), "other", words[when]);
  }

  /** Whether a process stops before its next effect: then it has crashed, or all have. */
  stopsHere(process: P): boolean {
    if (this.#cutAfter !== undefined && this.#cutAfter-- <= 0) {
      this.#cutAfter = undefined;
      this.#world.count("power-cut");
      this.#world.weather("all lose power");
      for (const one of this.#world.processes) if (one.up) one.crash();
      return true;
    }
    const left = this.#stops.get(process.place);
    if (left === undefined) return false;
    if (left > 0) {
      this.#stops.set(process.place, left - 1);
      return false;
    }
    this.#stops.delete(process.place);
    this.#world.count("crash");
    process.crash();
    return true;
  }

  #at(place: number): P {
    return this.#world.processes[place] as P;
  }

  #begins(fault: Fault): void {
    switch (fault.kind) {
      case "crash":
        this.#stops.set(fault.process, fault.effects);
        return;
      case "power-cut":
        this.#cutAfter = fault.effects;
        return;
      case "pause":
        if (this.#at(fault.process).up) this.#at(fault.process).pause();
        break;
      case "slow-process":
        this.#at(fault.process).perInputUs += fault.perInputUs;
        break;
      case "partition":
      case "slow-link":
      case "storm":
        changeNetwork(this.#world.network, fault, 1);
        break;
      case "slow-disk":
        this.#at(fault.process).writer.perWriteUs += fault.perWriteUs;
        break;
      case "write-error":
      case "disk-full":
        this.#at(fault.process).writer.fails = fault.kind === "disk-full" ? "all" : "next";
        break;
      case "clock-jump":
        this.#at(fault.process).clock.jumpMs += fault.byMs;
        break;
    }
    this.#world.count(fault.kind);
  }

  #ends(fault: Fault): void {
    switch (fault.kind) {
      case "crash":
        this.#stops.delete(fault.process);
        this.#at(fault.process).restart();
        return;
      case "power-cut":
        this.#cutAfter = undefined;
        for (const process of this.#world.processes) process.restart();
        return;
      case "pause":
        this.#at(fault.process).resume();
        if (fault.untilUs - fault.atUs >= BREAKS_US) this.#world.connections.makeAll(this.#at(fault.process));
        return;
      case "slow-process":
        this.#at(fault.process).perInputUs -= fault.perInputUs;
        return;
      case "partition":
      case "slow-link":
      case "storm":
        changeNetwork(this.#world.network, fault, -1);
        if (fault.kind === "partition") this.#connectAgain(fault);
        return;
      case "slow-disk":
        this.#at(fault.process).writer.perWriteUs -= fault.perWriteUs;
        return;
      case "write-error":
      case "disk-full":
        this.#at(fault.process).writer.fails = "none";
        this.#at(fault.process).restart();
        return;
      case "clock-jump":
        this.#at(fault.process).clock.jumpMs -= fault.byMs;
        return;
    }
  }

  /** Lines that were cut for long broke. */
  #connectAgain({ cut, atUs, untilUs }: Of<"partition">): void {
    if (untilUs - atUs < BREAKS_US) return;
    const pairs = new Set(cut.map(([from, to]) => `${Math.min(from, to)} ${Math.max(from, to)}`));
    for (const pair of pairs) {
      const [one = 0, other = 0] = pair.split(" ").map(Number);
      this.#world.connections.make(one, other);
    }
  }
}
