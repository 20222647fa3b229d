// The network port of one process: who may connect, who is connected, who is kept out for faults; requests and their
// answers. The same promises as the one on libp2p (packages/p2p), on lines of the world.
import {
  type AdmittedPeer,
  type Channel,
  type FaultSeverity,
  type Height,
  NETWORK_LIMITS,
  type Network,
  type NetworkHandlers,
  ok,
  type PeerId,
  type PeerStatus,
  present,
  type RequestFault,
  type Result,
  refuse,
} from "@witan/primitives";
import type { Random } from "../random.ts";
import type { Life } from "./life.ts";
import { type Frame, frameBytesMax, LineEnd, type LineOwner, type LineWorld } from "./line.ts";
import { noteFault, type Peer, stranger } from "./node-peer.ts";
import type { NoAnswer, Parcel, Tap } from "./taps/tap.ts";

/** What networks find each other through. */
export interface Switchboard extends LineWorld {
  /** Where a peer is now, as a process at a place sees it; undefined: nobody is up there. */
  networkOf(id: PeerId, place: number, random: Random): NodeNetwork | undefined;
  /** A process hands over a message on the channel of votes. */
  saidBy(network: NodeNetwork, bytes: Uint8Array): void;
  /** Somebody reported a fault of somebody. */
  faulted(by: NodeNetwork, of: PeerId, severity: FaultSeverity, code: string): void;
}

/** What a network is made with. */
export interface NodeNetworkOptions {
  readonly self: PeerId;
  readonly place: number;
  readonly life: Life;
  readonly board: Switchboard;
  readonly random: Random;
  readonly chainId: NetworkHello["chainId"];
  readonly tap: Tap | undefined;
}

type NetworkHello = Parameters<NetworkHandlers["connected"]>[0]["hello"];

const REDIAL_MIN_US = 100_000;
const REDIAL_MAX_US = 5_000_000;
/** A line that lived this long was no failure. */
const SETTLED_US = 1_000_000;
const DIAL_TIMEOUT_US = 5_000_000;
const HELLO_BYTES = 200;

interface Pending {
  readonly end: LineEnd;
  readonly settle: (answer: Result<Uint8Array, RequestFault>) => void;
}

/** A network of one process. */
export class NodeNetwork implements Network, LineOwner {
  readonly self: PeerId;
  readonly place: number;
  readonly life: Life;
  readonly #options: NodeNetworkOptions;
  readonly #peers = new Map<PeerId, Peer>();
  readonly #pending = new Map<number, Pending>();
  readonly #answering = new Map<LineEnd, number>();
  #requests = 0;
  #dials = 0;
  #handlers: NetworkHandlers | undefined;
  #height = 0 as Height;
  #closed = false;

  constructor(options: NodeNetworkOptions) {
    this.#options = options;
    this.self = options.self;
    this.place = options.place;
    this.life = options.life;
  }

  async start(handlers: NetworkHandlers): Promise<void> {
    this.#handlers = handlers;
    for (const peer of this.#peers.values()) this.#dialSoon(peer, 0);
  }

  admit(peers: readonly AdmittedPeer[]): void {
    const wanted = new Map(peers.filter(({ id }) => id !== this.self).map((peer) => [peer.id, peer]));
    for (const peer of this.#peers.values()) {
      if (wanted.has(peer.id)) continue;
      peer.admitted = false;
      peer.end?.end("not-admitted");
      this.#lost(peer, "not-admitted");
    }
    for (const { id, name } of wanted.values()) {
      const peer = this.#peers.get(id) ?? stranger(id);
      const isNew = !peer.admitted;
      this.#peers.set(id, peer);
      peer.name = name;
      peer.admitted = true;
      if (isNew && this.#handlers !== undefined) this.#dialSoon(peer, 0);
    }
  }

  setHeight(height: Height): void {
    this.#height = height;
  }

  listening(): readonly string[] {
    return this.#isOpen ? [`p${this.place}:1`] : [];
  }

  peers(): readonly PeerStatus[] {
    return [...this.#peers.values()].map(({ id, name, end, dropped }) => ({
      ...{ id, name, dropped, connected: end !== undefined, address: undefined },
      direction: end && (end.isDialler ? "out" : "in"),
      ...{ since: undefined, bytesSent: 0, bytesReceived: 0, lastFailure: undefined, bannedUntil: undefined },
    }));
  }

  isConnected(id: PeerId): boolean {
    return this.#peers.get(id)?.end !== undefined;
  }

  send(to: PeerId, channel: Channel, bytes: Uint8Array): boolean {
    if (!this.life.reach(`send ${channel}`)) return false;
    const peer = this.#peers.get(to);
    const end = peer?.end;
    if (peer === undefined || end === undefined) return false;
    const { tap, board } = this.#options;
    if (channel === "consensus") board.saidBy(this, bytes);
    const parcel = { channel, bytes };
    const isQueued = this.#post(end, tap?.send?.(to, parcel) ?? [parcel]);
    if (!isQueued) peer.dropped++;
    return isQueued;
  }

  /** What its tap says unasked. */
  speak(): void {
    for (const { id, end } of this.#peers.values())
      if (end !== undefined) this.#post(end, this.#options.tap?.speaks?.(id) ?? []);
  }

  #post(end: LineEnd, parcels: readonly Parcel[]): boolean {
    let isQueued = true;
    for (const { channel, bytes } of parcels)
      isQueued = end.send({ lane: channel, bytes, id: 0 }) && isQueued;
    return isQueued;
  }

  request(
    to: PeerId,
    bytes: Uint8Array,
    { timeoutMs, signal }: Parameters<Network["request"]>[2],
  ): Promise<Result<Uint8Array, RequestFault>> {
    const end = this.#peers.get(to)?.end;
    if (signal?.aborted) return Promise.resolve(refuse("cancelled"));
    if (!this.life.reach("request") || end === undefined) return Promise.resolve(refuse("not-connected"));
    if (bytes.length > NETWORK_LIMITS.requestBytes) return Promise.resolve(refuse("too-large"));
    const id = ++this.#requests;
    return new Promise((resolve) => {
      const giveUp = (code: RequestFault): void => this.#pending.get(id)?.settle(refuse(code));
      const cancelled = (): void => giveUp("cancelled");
      signal?.addEventListener("abort", cancelled, { once: true });
      const settle: Pending["settle"] = (answer) => {
        this.#pending.delete(id);
        signal?.removeEventListener("abort", cancelled);
        resolve(answer);
      };
      this.#pending.set(id, { end, settle });
      end.send({ lane: "request", bytes: this.#options.tap?.asks?.(to, bytes) ?? bytes, id });
      this.life.later(timeoutMs * 1_000, () => giveUp("timeout"));
    });
  }

  reportFault(id: PeerId, severity: FaultSeverity, code: string): void {
    const { board } = this.#options;
    board.faulted(this, id, severity, code);
    const peer = this.#peers.get(id);
    if (peer === undefined) return;
    if (!noteFault(peer, severity, board.queue.nowUs)) return;
    peer.end?.end("banned");
    this.#lost(peer, "banned");
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const peer of this.#peers.values()) {
      peer.end?.end("shutting-down");
      peer.end = undefined;
    }
  }

  /** Requests that wait for an answer. */
  get asked(): number {
    return this.#pending.size;
  }

  /** The process is gone. */
  died(quietly: boolean): void {
    this.#closed = true;
    for (const { end } of this.#peers.values()) if (end && !end.over) end.died(quietly);
  }

  /** Cuts lines, as a liar or a router may: they come back by themselves. */
  cutSome(random: Random): void {
    for (const peer of this.#peers.values()) {
      if (peer.end === undefined || !random.chance(500)) continue;
      peer.end.end("connection-lost");
      this.#lost(peer, "connection-lost");
    }
  }

  get #isOpen(): boolean {
    return this.#handlers !== undefined && !this.#closed && this.life.alive;
  }

  // Lines.

  #dialSoon(peer: Peer, afterUs: number): void {
    // One of the two dials; a twin does not dial its twin.
    if (this.self >= peer.id) return;
    const number = ++this.#dials;
    peer.dialling = number;
    this.life.later(afterUs, () => {
      if (peer.dialling === number) this.#dial(peer, number);
    });
  }

  #dialLater(peer: Peer): void {
    const { random, board } = this.#options;
    const full = Math.min(REDIAL_MAX_US, REDIAL_MIN_US * 2 ** Math.min(peer.attempts++, 10));
    const bannedUs = Math.max(0, peer.bannedUntilUs - board.queue.nowUs);
    this.#dialSoon(peer, bannedUs + random.between(full / 2, full));
  }

  #dial(peer: Peer, number: number): void {
    const { board, random } = this.#options;
    if (!this.#isOpen || !peer.admitted || peer.end !== undefined) return;
    const there = board.networkOf(peer.id, this.place, random);
    if (there === undefined) {
      this.#dialLater(peer);
      return;
    }
    const failed = (): void => {
      if (peer.dialling === number && peer.end === undefined) this.#dialLater(peer);
    };
    const [mine, theirs] = LineEnd.pair(
      board,
      { owner: this, id: this.self },
      { owner: there, id: there.self },
    );
    const hello = this.#hello();
    board.send({
      ...{ from: this.place, to: there.place, bytes: HELLO_BYTES, what: () => "dials" },
      deliver: () =>
        there.life.enter(() => there.#dialled(hello, theirs, { mine, peer, number, by: this, failed })),
    });
    this.life.later(DIAL_TIMEOUT_US, failed);
  }

  #dialled(
    hello: NetworkHello,
    end: LineEnd,
    dial: {
      readonly mine: LineEnd;
      readonly peer: Peer;
      readonly number: number;
      readonly by: NodeNetwork;
      readonly failed: () => void;
    },
  ): void {
    const { board } = this.#options;
    const peer = this.#peers.get(end.peer);
    // The same letter a second time.
    if (peer?.end === end || end.over) return;
    const isBanned = peer !== undefined && peer.bannedUntilUs > board.queue.nowUs;
    const isDouble = peer?.end?.isWhole === true;
    const back = { from: this.place, to: dial.by.place, bytes: HELLO_BYTES };
    if (!this.#isOpen || peer?.admitted !== true || isBanned || isDouble) {
      const refused = (): void => dial.by.life.enter(dial.failed);
      board.send({ ...back, what: () => "refuses the line", deliver: refused });
      return;
    }
    if (peer.end !== undefined) {
      peer.end.end("replaced");
      this.#lost(peer, "replaced");
    }
    const answer = this.#hello();
    const accepted = (): void => {
      if (end.over) return;
      const lost = (): void => {
        board.queue.at(board.queue.nowUs + 500_000, accepted);
      };
      const deliver = (): void => dial.by.#accepted(answer, dial);
      board.send({ ...back, what: () => "takes the line", deliver, lost });
    };
    accepted();
    this.#connected(peer, end, hello);
  }

  #accepted(
    hello: NetworkHello,
    { mine, peer, number }: { readonly mine: LineEnd; readonly peer: Peer; readonly number: number },
  ): void {
    // Perhaps the same letter a second time.
    if (mine.over || peer.end === mine) return;
    const isWanted = this.#isOpen && peer.admitted && peer.end === undefined && peer.dialling === number;
    if (!isWanted) {
      mine.end("connection-lost");
      return;
    }
    this.life.enter(() => {
      if (peer.end === mine) return;
      if (mine.over || peer.end !== undefined || !this.#isOpen) mine.end("connection-lost");
      else this.#connected(peer, mine, hello);
    });
  }

  #connected(peer: Peer, end: LineEnd, hello: NetworkHello): void {
    peer.end = end;
    peer.sinceUs = this.#options.board.queue.nowUs;
    this.#handlers?.connected({ id: peer.id, name: peer.name, hello, version: 1 });
    end.begin();
  }

  ended(end: LineEnd, code: string): void {
    const peer = this.#peers.get(end.peer);
    if (peer?.end === end) this.#lost(peer, code);
    else if (peer !== undefined && end.isDialler && peer.end === undefined) this.#dialLater(peer);
  }

  /** A line is over. */
  #lost(peer: Peer, code: string): void {
    const { end } = peer;
    if (end === undefined) return;
    peer.end = undefined;
    this.#answering.delete(end);
    for (const one of [...this.#pending.values()])
      if (one.end === end) one.settle(refuse("not-connected", "the connection ended before the answer"));
    if (this.#closed) return;
    this.#handlers?.disconnected(peer.id, code);
    if (this.#options.board.queue.nowUs - peer.sinceUs >= SETTLED_US) peer.attempts = 0;
    this.#dialLater(peer);
  }

  #hello(): NetworkHello {
    return { chainId: this.#options.chainId, versions: [1], height: this.#height, agent: "witan/simulator" };
  }

  // Frames.

  received(end: LineEnd, frame: Frame): void | Promise<void> {
    const handlers = present(this.#handlers, "a line before the start");
    const { lane, bytes, id } = frame;
    if (bytes.length > frameBytesMax(lane)) {
      this.reportFault(end.peer, "serious", "too-large");
      return undefined;
    }
    if (lane === "request") {
      this.#answer(end, id, bytes);
      return undefined;
    }
    if (lane === "answer") {
      const pending = this.#pending.get(id);
      if (pending?.end === end) pending.settle(frame.fault === undefined ? ok(bytes) : refuse(frame.fault));
      return undefined;
    }
    if (lane === "end") return undefined;
    const { tap } = this.#options;
    const heard = tap?.hears ? tap.hears(end.peer, { channel: lane, bytes }) : bytes;
    return heard && handlers.message(end.peer, lane, heard);
  }

  #answer(end: LineEnd, id: number, bytes: Uint8Array): void {
    const underway = this.#answering.get(end) ?? 0;
    const say = (answer: Uint8Array | NoAnswer | "busy"): void => {
      const lane = "answer";
      if (answer === "never") return;
      if (typeof answer === "string") end.send({ lane, id, bytes: new Uint8Array(0), fault: answer });
      else end.send({ lane, id, bytes: answer });
    };
    if (underway >= NETWORK_LIMITS.requestsAtOnce) {
      say("busy");
      return;
    }
    this.#answering.set(end, underway + 1);
    void present(this.#handlers, "a line before the start")
      .request(end.peer, bytes)
      .then((honest) => {
        this.#answering.set(end, (this.#answering.get(end) ?? 1) - 1);
        if (!this.life.reach("answer")) return;
        const answer = honest ?? "refused";
        say(this.#options.tap?.answer?.(end.peer, bytes, answer) ?? answer);
      });
  }
}
