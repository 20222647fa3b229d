// The numbers that operators watch, for Prometheus: names as its conventions ask, no label without a bound. Gauges are
// read when they are asked for; counters count what passes by.
import type { Miner, Node } from "@witan/node";
import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { PortCounts } from "./counted-ports.ts";

/** The metrics of a process that runs a node. */
export class NodeMetrics implements PortCounts {
  readonly #all = new Registry();
  readonly #faults: Counter<"peer" | "code">;
  readonly #refused: Counter<"code">;
  readonly #banned: Counter<"peer">;
  readonly #blocks: Counter;
  readonly #transactions: Counter;
  readonly #messages: Counter<"kind">;
  readonly #bytes: Counter<"kind">;
  readonly #signed: Counter;
  readonly #checked: Counter;

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
    this.#messages = new Counter({
      name: "witan_messages_sent_total",
      help: "messages to peers, one for each that gets it, by channel; and requests and answers",
      labelNames: ["kind"],
      registers,
    });
    this.#bytes = new Counter({
      name: "witan_bytes_sent_total",
      help: "bytes of those messages, without what the transport adds",
      labelNames: ["kind"],
      registers,
    });
    this.#signed = new Counter({
      name: "witan_signatures_made_total",
      help: "signatures made with the voting keys",
      registers,
    });
    this.#checked = new Counter({
      name: "witan_signatures_checked_total",
      help: "signatures checked, of transactions and of members",
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

  sent(kind: string, bytes: number): void {
    this.#messages.inc({ kind });
    this.#bytes.inc({ kind }, bytes);
  }

  signed(signatures: number): void {
    this.#signed.inc(signatures);
  }

  checked(signatures: number): void {
    this.#checked.inc(signatures);
  }

  mines(miner: Miner): void {
    let before = 0;
    new Counter({
      name: "witan_hashes_tried_total",
      help: "hashes that mining has tried",
      registers: [this.#all],
      collect() {
        const { hashes } = miner;
        this.inc(hashes - before);
        before = hashes;
      },
    });
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
