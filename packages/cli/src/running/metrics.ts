// The numbers that operators watch, for Prometheus: names as its conventions ask, no label without a bound. Gauges are
// read when they are asked for; counters count what passes by.
import type { Node } from "@witan/node";
import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";

/** The metrics of a process that runs a node. */
export class NodeMetrics {
  readonly #all = new Registry();
  readonly #faults: Counter<"peer" | "code">;
  readonly #refused: Counter<"code">;
  readonly #banned: Counter<"peer">;
  readonly #blocks: Counter;
  readonly #transactions: Counter;

  constructor() {
    const registers = [this.#all];
    collectDefaultMetrics({ register: this.#all });
    this.#faults = new Counter({
      name: "witan_peer_faults_total",
      help: "what peers did wrong, by the peer's name and by code",
      labelNames: ["peer", "code"],
      registers,
    });
    this.#refused = new Counter({
      name: "witan_peers_refused_total",
      help: "connections refused, by code: strangers, other chains",
      labelNames: ["code"],
      registers,
    });
    this.#banned = new Counter({
      name: "witan_peers_banned_total",
      help: "peers cut off for faults",
      labelNames: ["peer"],
      registers,
    });
    this.#blocks = new Counter({
      name: "witan_blocks_final_total",
      help: "blocks made final here",
      registers,
    });
    this.#transactions = new Counter({
      name: "witan_transactions_final_total",
      help: "transactions in blocks made final here",
      registers,
    });
  }

  /** A peer did something wrong. @param peer its name: of those that are admitted, so there are not many */
  fault(peer: string, code: string): void {
    this.#faults.inc({ peer, code });
  }

  /** A connection was refused. */
  refused(code: string): void {
    this.#refused.inc({ code });
  }

  /** A peer was cut off. */
  banned(peer: string): void {
    this.#banned.inc({ peer });
  }

  /** A block is final. */
  block(transactions: number): void {
    this.#blocks.inc();
    this.#transactions.inc(transactions);
  }

  /** Shows a node's state from now on. */
  watch(node: Node): void {
    const gauge = (name: string, help: string, value: () => number): void => {
      new Gauge({
        name: `witan_${name}`,
        help,
        registers: [this.#all],
        collect() {
          this.set(value());
        },
      });
    };
    gauge("height", "height of the last final block", () => node.readings().height);
    gauge("peers_connected", "peers that are connected", () => node.readings().peers);
    gauge("validators", "members that decide the next height", () => node.readings().validators);
    gauge(
      "consensus_view",
      "view of the height in progress; in bp-fast-paxos its round",
      () => node.readings().view,
    );
    gauge("consensus_quorum", "votes that a decision takes", () => node.readings().quorum);
    gauge(
      "consensus_evidence",
      "misbehaviour of members that was seen, such as votes that contradict each other",
      () => node.readings().evidence,
    );
    gauge("mempool_transactions", "pending transactions", () => node.readings().pending);
    gauge("mempool_bytes", "memory of pending transactions", () => node.readings().pendingBytes);
    gauge("outputs", "outputs that are not spent", () => node.readings().outputs);
    gauge("sync_behind_blocks", "blocks that peers have and this node lacks", () => node.readings().behind);
    gauge("sync_held_bytes", "blocks fetched that wait to be applied", () => node.readings().syncBytes);
    new Gauge({
      name: "witan_consensus_kept",
      help: "messages of others that the engine keeps, by kind; bounded, whatever they send",
      labelNames: ["kind"],
      registers: [this.#all],
      collect() {
        for (const [kind, count] of Object.entries(node.readings().kept)) this.set({ kind }, count);
      },
    });
  }

  /** All of it as Prometheus reads it. */
  text(): Promise<string> {
    return this.#all.metrics();
  }

  /** The media type of `text`. */
  get contentType(): string {
    return this.#all.contentType;
  }
}
