// Inflicts the faults of a plan on a world of whole nodes, each at its time, and ends them.
import { bytesToHex } from "@witan/primitives";
import { verifyStore } from "@witan/storage";
import { Random } from "../random.ts";
import { changeNetwork } from "../world/network-faults.ts";
import { type DataCopy, SYNCED_POINT, UNSYNCED_POINT } from "./disk.ts";
import type { NodeProcess } from "./node-process.ts";
import type { NodeFault } from "./plan.ts";
import type { NodesWorld } from "./world.ts";

type Of<Kind extends NodeFault["kind"]> = Extract<NodeFault, { kind: Kind }>;

interface PowerCut {
  /** The call of a port that it waits for, anywhere. */
  waitsFor: string | undefined;
  /** It comes after so many more; in the middle of a synced write after so many microseconds. */
  left: number;
  readonly lastsUs: number;
}

/** Drives the faults of one world. */
export class NodeFaultDriver {
  readonly #world: NodesWorld;
  /** By place: stops at the call of a port that many further. */
  readonly #stops = new Map<number, number>();
  /** The power cut that is to come. */
  #cut: PowerCut | undefined;
  /** Copies of data, by the fault they were made for. */
  readonly #copies = new Map<NodeFault, Promise<DataCopy>>();

  constructor(world: NodesWorld) {
    this.#world = world;
  }

  begin(): void {
    const { plan, queue, network } = this.#world;
    for (const fault of plan.faults) {
      queue.at(fault.atUs, () => this.#begins(fault));
      queue.at(fault.untilUs, () => this.#ends(fault));
    }
    for (const { node, atUs } of plan.gone)
      queue.at(atUs, () => {
        this.#world.count("gone");
        this.#at(node).vanish();
      });
    queue.at(plan.kindAtUs, () => {
      this.#cut = undefined;
      network.turnKind();
    });
  }

  /** A process calls a port: it may be its last. */
  reached(process: NodeProcess, point: string): void {
    const cut = this.#cut;
    if (cut?.waitsFor === point && point === SYNCED_POINT) {
      this.#cut = undefined;
      const { queue } = this.#world;
      queue.at(queue.nowUs + cut.left, () => this.#powerCut(cut));
    } else if (cut?.waitsFor === point) cut.waitsFor = undefined;
    else if (cut !== undefined && cut.waitsFor === undefined && cut.left-- <= 0) {
      this.#cut = undefined;
      this.#powerCut(cut);
      return;
    }
    const left = this.#stops.get(process.place);
    if (left === undefined) return;
    if (left > 0) {
      this.#stops.set(process.place, left - 1);
      return;
    }
    this.#stops.delete(process.place);
    this.#world.count("crash");
    process.heldDown = true;
    process.crash("crashes");
  }

  /** So that there is something to lose, some come in the middle of a write, some right behind one that is not synced. */
  #prepareCut({ atUs, untilUs, effects }: Of<"power-cut">): void {
    const { seed, writeUs, kindAtUs } = this.#world.plan;
    const random = Random.of(seed, `power cut at ${atUs}`);
    const waitsFor = random.pick([undefined, SYNCED_POINT, UNSYNCED_POINT] as const);
    const lefts = { [SYNCED_POINT]: random.below(writeUs[0]), [UNSYNCED_POINT]: random.between(1, 3) };
    const left = waitsFor === undefined ? effects : lefts[waitsFor];
    this.#cut = { waitsFor, left, lastsUs: Math.min(untilUs, kindAtUs) - atUs };
  }

  #powerCut({ lastsUs }: PowerCut): void {
    const world = this.#world;
    const { queue, plan } = world;
    queue.at(Math.min(queue.nowUs + lastsUs, plan.kindAtUs), () => this.#powerIsBack());
    world.count("power-cut");
    for (const process of world.processes) {
      process.heldDown = true;
      process.crash("loses power", true);
      const { lost, cut } = process.disk.powerCut();
      if (lost > 0) world.countAlso("unsynced-lost");
      if (cut) world.countAlso("torn-writes");
    }
  }

  #at(place: number): NodeProcess {
    return this.#world.processes[place] as NodeProcess;
  }

  #begins(fault: NodeFault): void {
    switch (fault.kind) {
      case "crash":
        this.#stops.set(fault.process, fault.effects);
        return;
      case "power-cut":
        this.#prepareCut(fault);
        return;
      case "stop":
        this.#at(fault.process).heldDown = true;
        this.#at(fault.process).stop();
        break;
      case "pause":
        this.#at(fault.process).pause();
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
        this.#at(fault.process).disk.perWriteUs += fault.perWriteUs;
        break;
      case "write-error":
      case "disk-full":
        this.#at(fault.process).excuses.add(fault);
        this.#at(fault.process).disk.fails = fault.kind === "disk-full" ? "all" : "next";
        break;
      case "corruption":
        this.#spoil(fault);
        return;
      case "lost-data":
        this.#stopFor(fault.process, "is stopped, and its data are lost");
        void this.#at(fault.process).disk.replace();
        break;
      case "old-copy":
        this.#copies.set(fault, this.#at(fault.process).disk.copy());
        break;
      case "clock-jump":
        this.#at(fault.process).clock.jumpMs += fault.byMs;
        break;
    }
    this.#world.count(fault.kind);
  }

  #ends(fault: NodeFault): void {
    switch (fault.kind) {
      case "crash":
        this.#stops.delete(fault.process);
        this.#startAgain(fault.process);
        return;
      case "power-cut":
        // What it waits for does not come: then it comes now.
        if (this.#cut?.waitsFor !== undefined) this.#powerCut(this.#cut);
        else this.#powerIsBack();
        this.#cut = undefined;
        return;
      case "stop":
        this.#at(fault.process).heldDown = false;
        this.#at(fault.process).startWhenStopped();
        return;
      case "pause":
        this.#at(fault.process).resume();
        return;
      case "slow-process":
        this.#at(fault.process).perInputUs -= fault.perInputUs;
        return;
      case "partition":
      case "slow-link":
      case "storm":
        changeNetwork(this.#world.network, fault, -1);
        return;
      case "slow-disk":
        this.#at(fault.process).disk.perWriteUs -= fault.perWriteUs;
        return;
      case "write-error":
      case "disk-full":
        this.#at(fault.process).disk.fails = "none";
        this.#at(fault.process).excuses.delete(fault);
        return;
      case "corruption":
        this.#lookThrough(fault);
        return;
      case "lost-data":
        this.#startAgain(fault.process);
        return;
      case "old-copy":
        this.#putBack(fault);
        return;
      case "clock-jump":
        this.#at(fault.process).clock.jumpMs -= fault.byMs;
        return;
    }
  }

  #powerIsBack(): void {
    for (const { place } of this.#world.processes) this.#startAgain(place);
  }

  #stopFor(place: number, why: string): void {
    this.#at(place).heldDown = true;
    this.#at(place).crash(why);
  }

  #startAgain(place: number): void {
    this.#at(place).heldDown = false;
    this.#at(place).start();
  }

  #spoil(fault: Of<"corruption">): void {
    const process = this.#at(fault.process);
    process.excuses.add(fault);
    void process.disk.flipBit().then((key) => {
      if (key === undefined) return;
      this.#world.count("corruption");
      process.tell("other", `a bit flips in the record ${bytesToHex(key)}`);
    });
  }

  /** The operator stops the node, looks through its disk, and puts an empty one in its place if it is spoilt. */
  #lookThrough(fault: Of<"corruption">): void {
    const { process: place } = fault;
    const process = this.#at(place);
    const { isSpoilt } = process.disk;
    this.#stopFor(place, "is stopped by its operator");
    void this.#isNoticed(process).then((isNoticed) => {
      if (isSpoilt && !isNoticed)
        this.#world.violate(
          "damage",
          `a bit flipped at p${place}, and looking through its disk did not show it`,
        );
      if (isNoticed) process.restore();
      process.excuses.delete(fault);
      this.#startAgain(place);
    });
  }

  async #isNoticed({ disk }: NodeProcess): Promise<boolean> {
    try {
      const store = await disk.openForOperator();
      const { damageCount } = await verifyStore(store);
      return damageCount > 0;
    } catch {
      // It can't even be opened.
      return true;
    }
  }

  #putBack(fault: Of<"old-copy">): void {
    const process = this.#at(fault.process);
    this.#stopFor(fault.process, "is stopped, and an old copy takes the place of its data");
    void this.#copies.get(fault)?.then(async (copy) => {
      await process.disk.replace(copy);
      // It may have been made of a disk that was spoilt then.
      if (await this.#isNoticed(process)) process.restore();
      this.#startAgain(fault.process);
    });
  }
}
