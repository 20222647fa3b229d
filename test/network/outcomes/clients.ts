// Clients under fire: each brings in one transaction after another over ways that are cut, to validators that are killed,
// until it knows the end of each; some others only wait for what they know by its id. All that anybody was told is kept.
import assert from "node:assert/strict";
import { isEnd, RpcClient, settleTransaction, waitForTransaction } from "@witan/client";
import { bytesToHex } from "@witan/primitives";
import type { TransactionOutcome } from "@witan/rpc";
import { fittingFetch } from "../answers-fit.ts";
import { textOf } from "../conditions.ts";
import type { TestNetwork } from "../harness.ts";
import type { Case, Cases, Errand } from "./cases.ts";
import { CuttingProxy } from "./cutting-proxy.ts";

/** An end that somebody was told. */
export interface Told {
  readonly errand: Errand;
  readonly outcome: TransactionOutcome;
}

/** What the clients of a network were told. */
export interface Account {
  /** By those who brought it in: one end for each errand. */
  readonly ends: Told[];
  /** By those who waited for the id. */
  readonly heard: Told[];
  readonly cases: { readonly of: Case; readonly ends: readonly Told[] }[];
}

/** How long until the end of a transaction must be known. */
const END_MS = 150_000;
/** One of so many transactions is waited for by its id, too. */
const WATCHED = 4;
const WATCH_MS = 3_000;
const PIECES_PER_CUT = 25;

/** Clients at work: begun by `start`, done when `done` resolves. */
export class Clients {
  readonly account: Account = { ends: [], heard: [], cases: [] };
  readonly #network: TestNetwork;
  readonly #ways: readonly CuttingProxy[];
  readonly #nodes: readonly RpcClient[];
  readonly #stop = new AbortController();
  #left: number;
  #problem: string | undefined;
  #lanes: readonly Promise<void>[] = [];

  private constructor(network: TestNetwork, ways: readonly CuttingProxy[], count: number) {
    this.#network = network;
    this.#ways = ways;
    this.#nodes = ways.map(({ url }) => new RpcClient({ url, timeoutMs: 5_000, fetch: fittingFetch }));
    this.#left = count;
    network.guards.push(() => assert.ok(this.#problem === undefined, this.#problem));
  }

  /** Begins: so many transactions at least, by so many clients at a time. */
  static async start(
    network: TestNetwork,
    cases: Cases,
    { count, lanes }: { readonly count: number; readonly lanes: number },
  ): Promise<Clients> {
    const { random, rpcPort } = network;
    const ways = await Promise.all(
      network.nodes.map((_, at) =>
        CuttingProxy.open({ port: rpcPort + at, random, piecesPerCut: PIECES_PER_CUT }),
      ),
    );
    const clients = new Clients(network, ways, count);
    const rivals = cases.rivalChanges(0);
    clients.#lanes = Array.from({ length: lanes }, (_, lane) =>
      clients.#run(cases, lane === 0 ? rivals : undefined),
    );
    return clients;
  }

  get isDone(): boolean {
    return this.#left <= 0;
  }

  get cuts(): number {
    return this.#ways.reduce((sum, { cuts }) => sum + cuts, 0);
  }

  /** Waits until so many more ends are known, or all. */
  async more(count: number): Promise<void> {
    const wanted = this.account.ends.length + count;
    await this.#network.until(
      `${count} more ends are known`,
      () => this.account.ends.length >= wanted || this.isDone,
      END_MS,
    );
  }

  /** Waits until the end of every transaction is known. */
  async done(): Promise<void> {
    await Promise.all(this.#lanes);
    this.#network.checkAlive();
  }

  /** Ends all clients, done or not, and their ways. */
  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#ways.map((way) => way.close()));
    await Promise.all(this.#lanes);
  }

  async #run(cases: Cases, first: Case | undefined): Promise<void> {
    try {
      for (let one = first; one !== undefined || this.#left > 0; one = undefined) {
        if (this.#stop.signal.aborted) return;
        await this.#settle(one ?? cases.next());
      }
    } catch (error) {
      this.#problem ??= textOf(error);
    }
  }

  async #settle(of: Case): Promise<void> {
    this.#left -= of.errands.length;
    const watched = of.errands.filter(() => this.#network.random() * WATCHED < 1);
    const heard = Promise.all(watched.map((errand) => this.#hear(errand)));
    for (const errand of of.errands) this.#scatter(errand);
    const ends = await Promise.all(of.errands.map((errand) => this.#bringIn(errand)));
    this.account.cases.push({ of, ends });
    await heard;
  }

  async #bringIn(errand: Errand): Promise<Told> {
    const { node, transaction, sentTo } = errand;
    const nodes = [...this.#nodes.slice(node), ...this.#nodes.slice(0, node)];
    const outcome = await settleTransaction(nodes, transaction, {
      timeoutMs: END_MS,
      wasSent: sentTo !== undefined,
      signal: this.#stop.signal,
    });
    assert.ok(isEnd(outcome), `${errand.kind} ${transaction.id} has no end: ${JSON.stringify(outcome)}`);
    const told = { errand, outcome };
    this.account.ends.push(told);
    return told;
  }

  /** Sends it, and hears no answer. */
  #scatter({ transaction, sentTo = [] }: Errand): void {
    const params = { transaction: bytesToHex(transaction.bytes) };
    for (const node of sentTo) this.#nodes[node]?.call("transaction_submit", params).catch(() => undefined);
  }

  /** Whatever a node that knows the id only says must be as true. */
  async #hear(errand: Errand): Promise<void> {
    const node = this.#nodes[Math.floor(this.#network.random() * this.#nodes.length)];
    assert.ok(node !== undefined);
    const asked = waitForTransaction(node, errand.transaction.id, {
      timeoutMs: WATCH_MS,
      signal: this.#stop.signal,
    });
    // Nobody answered in time: nothing was told.
    const outcome = await asked.catch(() => undefined);
    if (outcome !== undefined && isEnd(outcome)) this.account.heard.push({ errand, outcome });
  }
}
