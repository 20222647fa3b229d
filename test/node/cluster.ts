// Several nodes in one process, and what must hold of them at the end of every test: one chain, nothing final lost, no
// validator against itself, no money made or lost.
import assert from "node:assert/strict";
import { formatAddress } from "@witan/crypto";
import type { Chain, Genesis, SealedTransaction } from "@witan/ledger";
import { type AdmittedPeer, bytesToHex, type ConsensusMode, present } from "@witan/primitives";
import type { TransactionOutcome } from "@witan/rpc";
import type { GenesisOptions } from "../ledger/build.ts";
import { keyOfName, testGenesis } from "../ledger/build.ts";
import { Seat, type SeatOptions } from "./seat.ts";
import { World } from "./world.ts";

/** Everybody who is ever paid in these tests. */
const PAID = ["alice", "bob", "carol", "a pay", "b pay", "c pay", "d pay", "p pay", "q pay"] as const;

/** How a cluster is made. */
export interface ClusterOptions {
  readonly mode?: ConsensusMode;
  readonly genesis?: GenesisOptions;
  /** The members of the genesis, unless said otherwise. */
  readonly seats?: readonly SeatOptions[];
}

/** Transfers that go on. */
export interface Stream {
  readonly count: number;
  stop(): Promise<void>;
}

/** Blocks on demand only, so that tests say when one is made. */
export function genesisOf(
  { parameters, ...more }: GenesisOptions = {},
  mode: ConsensusMode = "pbft",
): Genesis {
  return testGenesis(mode, { ...more, parameters: { emptyBlockIntervalMs: 0, ...parameters } });
}

/** Nodes that know each other. */
export class Cluster {
  readonly world: World;
  readonly seats: Seat[] = [];
  /** What was answered `final`. */
  readonly #finals = new Map<string, Extract<TransactionOutcome, { status: "final" }>>();

  private constructor(world: World) {
    this.world = world;
    world.describe = () => this.seats.map((seat) => stateOf(seat)).join("\n");
    world.failure = () => this.seats.filter(({ mayFail }) => !mayFail).flatMap(({ failures }) => failures)[0];
  }

  /** Nodes that run and are connected. */
  static async start({ mode = "pbft", genesis = {}, seats }: ClusterOptions = {}): Promise<Cluster> {
    const cluster = await Cluster.of({ mode, genesis, ...(seats === undefined ? {} : { seats }) });
    for (const seat of cluster.seats) await seat.start();
    await cluster.connected();
    return cluster;
  }

  /** Nodes that do not run yet. */
  static async of({ mode = "pbft", genesis = {}, seats }: ClusterOptions = {}): Promise<Cluster> {
    const cluster = new Cluster(await World.open(genesisOf(genesis, mode)));
    const names = cluster.chain.genesis.members.map(({ name }) => ({ name }));
    for (const options of seats ?? names) cluster.add(options);
    return cluster;
  }

  get chain(): Chain {
    return this.world.chain;
  }

  /** Those that run. */
  get running(): readonly Seat[] {
    return this.seats.filter((seat) => seat.isRunning);
  }

  /** One more place; nothing runs there yet, and those that run admit it only once their peers are listed anew. */
  add(options: SeatOptions): Seat {
    const seat = new Seat(this.world, options, () => this.peers());
    this.seats.push(seat);
    return seat;
  }

  /** Everybody, as a configuration lists them. */
  peers(): readonly AdmittedPeer[] {
    return this.seats.map(({ name, peerId: id, address }) => ({ id, name, address }));
  }

  seat(name: string): Seat {
    return present(
      this.seats.find((one) => one.name === name),
      `the seat ${name}`,
    );
  }

  /** Waits until all that run are connected with each other. */
  connected(): Promise<void> {
    return this.world.until("all are connected", () =>
      this.running.every(({ network, peerId }) =>
        this.running.every((other) => other.peerId === peerId || network.isConnected(other.peerId)),
      ),
    );
  }

  /** Breaks the lines between one node and others. */
  cut(one: string, ...others: readonly string[]): void {
    for (const other of others) this.world.hub.cut(this.seat(one).peerId, this.seat(other).peerId);
  }

  heal(one: string, ...others: readonly string[]): void {
    for (const other of others) this.world.hub.heal(this.seat(one).peerId, this.seat(other).peerId);
  }

  /** Submits a transaction at a node and waits until it has a fate. */
  async submit(at: string, transaction: SealedTransaction, timeoutMs = 60_000): Promise<TransactionOutcome> {
    const params = { transaction: bytesToHex(transaction.bytes), waitFor: "final", timeoutMs } as const;
    const outcome = await this.world.settled(
      `${transaction.id} has a fate at ${at}`,
      this.seat(at).call("transaction_submit", params),
      timeoutMs + 1_000,
    );
    this.note(outcome);
    return outcome;
  }

  /** Submits a transaction that must become final. */
  async pay(at: string, transaction: SealedTransaction): Promise<void> {
    const outcome = await this.submit(at, transaction);
    assert.equal(outcome.status, "final", `${transaction.id} at ${at}: ${JSON.stringify(outcome)}`);
  }

  /** Submits one transfer after the other, each as soon as the one before is final, until `stop`. */
  stream(at: string, transfers: Iterator<SealedTransaction>): Stream {
    const stream = { count: 0, isOver: false };
    const work = async (): Promise<void> => {
      while (!stream.isOver) {
        const { bytes } = transfers.next().value as SealedTransaction;
        const params = { transaction: bytesToHex(bytes), waitFor: "final", timeoutMs: 60_000 } as const;
        const outcome = await this.seat(at).call("transaction_submit", params);
        assert.equal(outcome.status, "final", JSON.stringify(outcome));
        this.note(outcome);
        stream.count++;
      }
    };
    const working = work();
    working.catch(() => {});
    return {
      get count() {
        return stream.count;
      },
      stop: async () => {
        stream.isOver = true;
        await this.world.settled("the stream ends", working);
      },
    };
  }

  /** Notes what somebody was answered. */
  note(outcome: TransactionOutcome): void {
    if (outcome.status === "final") this.#finals.set(outcome.transaction, outcome);
  }

  /** Waits until all that run are at one height, this one at least. */
  agreed(height = 0, forMs?: number): Promise<void> {
    return this.world.until(
      `all are at one height of at least ${height}`,
      () => {
        const heights = this.running.map((seat) => seat.height);
        return Math.min(...heights) >= height && Math.min(...heights) === Math.max(...heights);
      },
      forMs,
    );
  }

  /** The power goes everywhere. */
  async powerCut(): Promise<void> {
    for (const seat of this.seats) seat.crash();
    for (const seat of this.seats) await seat.disk.powerCut();
  }

  /** Starts those that do not run. */
  async startAll(): Promise<void> {
    for (const seat of this.seats) if (!seat.isRunning) await seat.start();
  }

  /** Ends a test: waits until all that run agree, holds everything against what must hold, and stops them. */
  async finish(): Promise<void> {
    await this.agreed();
    assert.deepEqual(this.world.forks, [], "two blocks at one height");
    assert.deepEqual(this.world.votes.contradictions, [], "a validator contradicts itself");
    for (const { honest, signed, name } of this.seats)
      if (honest) assert.deepEqual(signed.refusals, [], `the guard of ${name} had to refuse`);
    for (const { losesData, silences, name } of this.seats)
      if (!losesData) assert.equal(silences, 0, `${name} takes its own data for older than its guard`);
    const supply = supplyOf(this.world.chain.genesis);
    for (const seat of this.running) {
      for (const { transaction, height, hash, index } of this.#finals.values()) {
        const found = await seat.call("chain_transaction", { transaction });
        assert.deepEqual(
          { ...found, bytes: "" },
          { transaction, status: "final", height, hash, index, bytes: "" },
          `at ${seat.name}`,
        );
      }
      assert.deepEqual(await this.#held(seat), supply, `what everybody holds at ${seat.name}`);
    }
    for (const seat of this.seats) {
      assert.ok(seat.mayFail || seat.failures.length === 0, `${seat.name} failed`);
      await seat.stop();
    }
  }

  async #held(seat: Seat): Promise<Readonly<Record<string, bigint>>> {
    const sums: Record<string, bigint> = {};
    for (const name of PAID) {
      const address = formatAddress(this.chain.genesis.addressPrefix, keyOfName(name).policyHash);
      const { balances } = await seat.call("chain_balance", { address });
      for (const [asset, sum] of Object.entries(balances)) sums[asset] = (sums[asset] ?? 0n) + BigInt(sum);
    }
    return sums;
  }
}

/** The four members of the test genesis. */
export function membersOnly(settings: SeatOptions["settings"] = {}): readonly SeatOptions[] {
  return ["a", "b", "c", "d"].map((name) => ({ name, settings }));
}

function supplyOf({ allocations }: Genesis): Readonly<Record<string, bigint>> {
  const sums: Record<string, bigint> = {};
  for (const { asset, amount } of allocations) sums[asset] = (sums[asset] ?? 0n) + amount;
  return sums;
}

function stateOf(seat: Seat): string {
  if (!seat.isRunning) return `${seat.name}: does not run`;
  const { height, view, pending, peers, behind } = seat.node.readings();
  return `${seat.name}: height ${height}, view ${view}, ${pending} pending, ${peers} peers, ${behind} behind`;
}
