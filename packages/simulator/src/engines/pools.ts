// The transactions of a world of engines, and which of them each process knows. As with nodes: a client hands one in at one
// process, and at another when nothing came of it; who got it from a client sends it to all, who got it from a peer
// announces it some time later; a crash loses it, and whoever connects tells what waits. A number stands for a transaction.
import { Random } from "../random.ts";
import type { TransactionPlan } from "./plan.ts";
import type { EngineProcess } from "./process.ts";
import type { EngineWorld } from "./world.ts";

/** In a block at most. */
export const BLOCK_MAX = 64;
/** A transaction that waits longer, while blocks are made, is passed over. */
export const OVERDUE_US = 3_000_000;
/** A client asks another process when its transaction is not final after so long. */
export const CLIENT_PATIENCE_US = 2_000_000;
/** Where nobody answers, a client asks the next so much later. */
const NEXT_US = 50_000;
/** The way from a client to a process. */
const HANDED_US = [200, 1_000, 2_000, 5_000, 20_000, 50_000] as const;
/** The way from one process to another, in the middle of all else. */
const TOLD_US = [200, 1_000, 2_000, 5_000, 20_000, 100_000] as const;
/** What came from a peer is announced so much later, if it still waits. */
const ANNOUNCED_US = [1_000_000, 2_000_000] as const;
/** What was lost on its way is sent again after so long; on a line that is cut so often, then the line is broken. */
const AGAIN_US = 250_000;
const AGAIN_MAX = 12;

/** What waits at every process. */
export class Pools {
  readonly #world: EngineWorld;
  readonly #transactions: readonly TransactionPlan[];
  /** By place: since when each waits, oldest first. */
  readonly #pending: readonly Map<number, number>[];
  /** By transaction, the chance on its ways: without another transaction this one takes as long. */
  readonly #chances: Random[] = [];
  /** In the chain of a process that keeps the rules. */
  readonly #final = new Set<number>();
  /** Sent by clients so far. */
  #sent = 0;

  /** @param places how many processes there will be */
  constructor(world: EngineWorld, places: number) {
    this.#world = world;
    this.#transactions = world.plan.transactions;
    this.#pending = Array.from({ length: places }, () => new Map<number, number>());
  }

  /** Numbers of the transactions that were sent. */
  get sent(): number {
    return this.#sent;
  }

  clientOf(id: number): number {
    return this.#transactions[id]?.client ?? 0;
  }

  /** Lets clients send, each at its time. */
  begin(): void {
    const { queue, plan, processes } = this.#world;
    if (plan.told === "together") {
      this.#beginTogether();
      return;
    }
    for (const [id, { atUs }] of this.#transactions.entries())
      queue.at(atUs, () => {
        this.#sent = id + 1;
        const chance = Random.of(plan.seed, `told at ${atUs}`);
        this.#chances[id] = chance;
        if (plan.told === "all") for (const process of processes) this.#admitLater(process, id);
        else this.#hand(id, chance.below(processes.length));
      });
  }

  /** What is sent at one moment comes in one piece, and goes on in one. */
  #beginTogether(): void {
    const { queue, processes, plan, options } = this.#world;
    const { transactionBytes = 0 } = plan;
    const moments = new Map<number, number[]>();
    for (const [id, { atUs }] of this.#transactions.entries())
      moments.set(atUs, [...(moments.get(atUs) ?? []), id]);
    for (const [atUs, ids] of moments)
      queue.at(atUs, () => {
        this.#sent += ids.length;
        const first = processes[this.clientOf(ids[0] as number)] as EngineProcess;
        this.#admitAll(first, ids);
        for (const { place } of processes) {
          if (place === first.place) continue;
          const bytes = ids.length * transactionBytes;
          options.meter?.sent("transactions", bytes);
          this.#world.post(first.place, place, "transactions", bytes, (peer) => this.#admitAll(peer, ids));
        }
      });
  }

  /** All of them before the engine hears of any. */
  #admitAll(process: EngineProcess, ids: readonly number[]): void {
    const pending = this.#of(process);
    const { nowUs } = this.#world.queue;
    for (const id of ids) if (!process.disk.held.has(id)) pending.set(id, nowUs);
    this.look(process);
  }

  /** A process came back, and knows of nothing. */
  came(process: EngineProcess): void {
    this.#of(process).clear();
    if (this.#world.plan.told !== "all") return;
    for (let id = 0; id < this.#sent; id++) if (!process.disk.held.has(id)) this.#admitLater(process, id);
  }

  /** Of two that have connected one tells the other what waits. */
  greet(from: EngineProcess, to: EngineProcess): void {
    for (const id of this.#of(from).keys()) this.#tell(from.place, to, id, AGAIN_MAX);
  }

  /** What a block of this process holds. */
  pendingOf(process: EngineProcess): readonly number[] {
    return [...this.#of(process).keys()].slice(0, BLOCK_MAX);
  }

  /** These are in the chain of a process. */
  included(process: EngineProcess, ids: readonly number[]): void {
    for (const id of ids) {
      this.#of(process).delete(id);
      if (!process.lies) this.#final.add(id);
    }
    this.look(process);
  }

  /** Tells the engine what there is to do. */
  look(process: EngineProcess): void {
    const [since] = this.#of(process).values();
    const overdue = since !== undefined && this.#world.queue.nowUs - since > OVERDUE_US;
    process.work(since !== undefined, overdue);
  }

  /** A client hands it in; soon at the next process where nobody answers, and later where nothing comes of it. */
  #hand(id: number, place: number): void {
    const { queue, processes } = this.#world;
    const process = processes[place % processes.length] as EngineProcess;
    queue.at(queue.nowUs + this.#chance(id).by(HANDED_US), () => {
      if (this.#final.has(id)) return;
      if (process.up && this.#admit(process, id))
        for (const peer of processes) if (peer !== process) this.#tell(process.place, peer, id, 0);
      queue.at(queue.nowUs + (process.up ? CLIENT_PATIENCE_US : NEXT_US), () => {
        if (!this.#final.has(id)) this.#hand(id, place + 1);
      });
    });
  }

  #admitLater(process: EngineProcess, id: number): void {
    const { queue } = this.#world;
    queue.at(queue.nowUs + this.#chance(id).by(TOLD_US), () => {
      if (process.up) this.#admit(process, id);
    });
  }

  /** @returns false: it was known */
  #admit(process: EngineProcess, id: number): boolean {
    const pending = this.#of(process);
    if (pending.has(id) || process.disk.held.has(id)) return false;
    pending.set(id, this.#world.queue.nowUs);
    this.look(process);
    return true;
  }

  /** From one process to another: what is lost is sent again, until the line breaks. @param tries made so far */
  #tell(from: number, to: EngineProcess, id: number, tries: number): void {
    const { queue, network } = this.#world;
    const chance = this.#chance(id);
    const hindered = network.hinders(from, to.place, chance.below(1_000));
    if (hindered === "cut" && tries >= AGAIN_MAX) return;
    queue.at(queue.nowUs + (hindered ? AGAIN_US : chance.by(TOLD_US)), () => {
      if (!to.up || this.#of(to).has(id) || to.disk.held.has(id)) return;
      if (hindered) this.#tell(from, to, id, tries + 1);
      else if (this.#admit(to, id)) this.#announceLater(to, id);
    });
  }

  #announceLater(by: EngineProcess, id: number): void {
    const { queue, processes } = this.#world;
    const [least, most] = ANNOUNCED_US;
    queue.at(queue.nowUs + this.#chance(id).between(least, most), () => {
      if (!by.up || !this.#of(by).has(id)) return;
      for (const peer of processes)
        if (peer !== by && !this.#of(peer).has(id) && !peer.disk.held.has(id))
          this.#tell(by.place, peer, id, 0);
    });
  }

  #chance(id: number): Random {
    return this.#chances[id] as Random;
  }

  #of({ place }: EngineProcess): Map<number, number> {
    return this.#pending[place] as Map<number, number>;
  }
}
