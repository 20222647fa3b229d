// A network of peers that know each other, on any transport: who may connect, which connection is kept, who is cut off
// for faults, and the way from `send` to a wire. Knows no protocol of theirs.
import {
  type AdmittedPeer,
  assert,
  type CancelSignal,
  type Channel,
  type FaultSeverity,
  type Height,
  type Network,
  type NetworkHandlers,
  type PeerId,
  type PeerStatus,
  type RequestFault,
  type Result,
  refuse,
} from "@witan/primitives";
import { Dialler } from "./dialler.ts";
import { Link, type LinkEnd, type LinkOwner } from "./link.ts";
import { NetworkError } from "./network-error.ts";
import { PeerRecord } from "./peer-record.ts";
import type { ResolvedSettings } from "./settings.ts";
import { Strangers } from "./strangers.ts";
import type { Transport, Wire } from "./wire.ts";

type Phase = "new" | "starting" | "open" | "closed";

/** Connections of one peer that are being greeted at a time: each side dials once, and one may be dying. */
const GREETINGS_MAX = 4;
/** What is told of ends that say nothing of why: mostly the peer's process has ended. */
const LINE_ENDS: Readonly<Record<string, string>> = {
  "lane-closed": "the connection ended from the other side",
  "connection-lost": "the connection was lost",
};
/** Ends of a connection that are no refusal of anybody. */
const HARMLESS = ["duplicate", "shutting-down"];

const NO_HANDLERS: NetworkHandlers = {
  connected() {},
  disconnected() {},
  message() {},
  request: () => Promise.resolve(undefined),
};

/** The network port on a transport. */
export class PeerNetwork implements Network {
  readonly self: PeerId;
  readonly #transport: Transport;
  readonly #settings: ResolvedSettings;
  readonly #dialler: Dialler;
  readonly #records = new Map<PeerId, PeerRecord>();
  readonly #strangers = new Strangers();
  /** Links that have something to write, all written to together at the end of this turn of the event loop. */
  readonly #awake = new Set<Link>();
  #flushing: NodeJS.Immediate | undefined;
  #handlers = NO_HANDLERS;
  #phase: Phase = "new";
  #addresses: readonly string[] = [];
  #height = 0 as Height;
  #stopBeats: () => void = () => {};
  #closed: Promise<void> | undefined;
  readonly #owner: LinkOwner;

  constructor(transport: Transport, settings: ResolvedSettings) {
    this.self = transport.self;
    this.#transport = transport;
    this.#settings = settings;
    this.#dialler = new Dialler({ transport, settings, entered: (wire) => this.#enter(wire) });
    this.#owner = {
      self: this.self,
      settings,
      ownHello: () => ({ ...settings.hello, height: this.#height }),
      choose: (link) => this.#choose(link),
      ready: (link) => this.#ready(link),
      message: (link, channel, bytes) => this.#handlers.message(link.id, channel, bytes),
      request: (link, bytes) => this.#handlers.request(link.id, bytes),
      received: (link, bytes) => this.#count(link, "bytesReceived", bytes),
      sent: (link, bytes) => this.#count(link, "bytesSent", bytes),
      ended: (link, end) => this.#ended(link, end),
      wake: (link) => this.#wake(link),
    };
  }

  async start(handlers: NetworkHandlers): Promise<void> {
    if (this.#phase === "closed") throw new NetworkError("closed", "the network was closed; open another");
    assert(this.#phase === "new", "a network is started once");
    this.#phase = "starting";
    this.#handlers = handlers;
    try {
      this.#addresses = await this.#transport.start({
        mayEnter: (id, address) => this.#mayEnter(id, address),
        mayStay: (id) => this.#objection(id) === undefined,
        entered: (wire) => this.#enter(wire),
        refused: (peer, code) => this.#settings.observer.refused?.(peer, code),
      });
    } catch (error) {
      if (this.#phase === "starting") this.#phase = "new";
      throw error;
    }
    if (this.#isClosed()) throw new NetworkError("closed", "the network was closed while it started");
    this.#phase = "open";
    this.#beginBeats();
    this.#dialler.start();
    for (const record of this.#records.values()) this.#dialler.soon(record);
  }

  admit(peers: readonly AdmittedPeer[]): void {
    const now = this.#settings.clock.monotonicMs();
    const wanted = new Map(peers.filter(({ id }) => id !== this.self).map((peer) => [peer.id, peer]));
    for (const record of [...this.#records.values()]) {
      if (wanted.has(record.id)) continue;
      record.admitted = undefined;
      record.stopDialling();
      for (const link of [...record.links]) link.refuse("not-admitted");
      // A ban outlives the admission: otherwise leaving and coming back would end it.
      if (record.standing.bannedFor(now) === 0) this.#records.delete(record.id);
    }
    for (const peer of wanted.values()) {
      const record = this.#records.get(peer.id) ?? new PeerRecord(peer.id, this.#settings.times);
      this.#records.set(peer.id, record);
      const isElsewhere = record.admitted?.address !== peer.address;
      record.admitted = peer;
      if (isElsewhere) this.#dialler.soon(record);
    }
  }

  setHeight(height: Height): void {
    this.#height = height;
  }

  listening(): readonly string[] {
    return this.#addresses;
  }

  peers(): readonly PeerStatus[] {
    const { clock } = this.#settings;
    const [wall, now] = [clock.now(), clock.monotonicMs()];
    return [
      ...[...this.#records.values()].map((record) => record.status(wall, now)),
      ...this.#strangers.statuses().filter(({ id }) => !this.#records.has(id)),
    ];
  }

  isConnected(id: PeerId): boolean {
    return this.#records.get(id)?.link !== undefined;
  }

  send(to: PeerId, channel: Channel, bytes: Uint8Array): boolean {
    assert(
      bytes.length <= this.#settings.limits[`${channel}Bytes`],
      `a message of ${bytes.length} bytes on ${channel}`,
    );
    const record = this.#records.get(to);
    if (record?.link === undefined) return false;
    const isQueued = record.link.send(channel, bytes);
    if (!isQueued) record.dropped++;
    return isQueued;
  }

  request(
    to: PeerId,
    bytes: Uint8Array,
    options: { readonly timeoutMs: number; readonly signal?: CancelSignal },
  ): Promise<Result<Uint8Array, RequestFault>> {
    const { requestBytes } = this.#settings.limits;
    const link = this.#records.get(to)?.link;
    if (options.signal?.aborted === true)
      return Promise.resolve(refuse("cancelled", "it was not wanted any more"));
    if (link === undefined) return Promise.resolve(refuse("not-connected"));
    if (bytes.length <= requestBytes) return link.request(bytes, options);
    return Promise.resolve(
      refuse("too-large", `the request has ${bytes.length} bytes, ${requestBytes} are allowed`),
    );
  }

  reportFault(id: PeerId, severity: FaultSeverity, code: string): void {
    const { observer, clock } = this.#settings;
    observer.fault?.(id, severity, code);
    const record = this.#records.get(id);
    const now = clock.monotonicMs();
    // What was under way when it was cut off is no reason to keep it out for longer.
    if (record === undefined || record.standing.bannedFor(now) > 0) return;
    if (severity === "serious" || record.standing.addFault(now)) this.#ban(record, code);
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#phase = "closed";
    this.#stopBeats();
    this.#dialler.stop();
    for (const record of this.#records.values()) {
      record.stopDialling();
      for (const link of [...record.links]) link.refuse("shutting-down");
    }
    this.#strangers.cut();
    if (this.#flushing !== undefined) clearImmediate(this.#flushing);
    this.#awake.clear();
    this.#addresses = [];
    await this.#transport.close();
  }

  #isClosed(): boolean {
    return this.#phase === "closed";
  }

  /** Why a peer may not connect. */
  #objection(id: PeerId): string | undefined {
    if (this.#isClosed()) return "shutting-down";
    const record = this.#records.get(id);
    if (id === this.self) return "self";
    if (record?.admitted === undefined) return "not-admitted";
    return record.standing.bannedFor(this.#settings.clock.monotonicMs()) > 0 ? "banned" : undefined;
  }

  #mayEnter(id: PeerId, address: string): boolean {
    const code = this.#objection(id);
    if (code === undefined || this.#strangers.hasRoom) return true;
    this.#strangers.note(id, address, code);
    this.#settings.observer.refused?.({ id, address }, code);
    return false;
  }

  #enter(wire: Wire): void {
    const objection = this.#objection(wire.id);
    const record = this.#records.get(wire.id);
    const link = new Link(wire, this.#owner);
    if (objection !== undefined || record === undefined) {
      this.#strangers.add(link);
      link.begin(objection ?? "not-admitted");
      return;
    }
    const greetings = [...record.links].filter((each) => each !== record.link).length;
    record.links.add(link);
    link.begin(greetings < GREETINGS_MAX ? undefined : "too-many-connections");
  }

  #choose(link: Link): string | undefined {
    const objection = this.#objection(link.id);
    const { link: kept } = this.#records.get(link.id) ?? {};
    if (objection !== undefined || kept === undefined) return objection;
    // It would not come again if it did not think the first one lost.
    kept.probe();
    return "duplicate";
  }

  #ready(link: Link): void {
    const record = this.#records.get(link.id);
    const { greeted } = link;
    if (record === undefined || greeted === undefined) return;
    // The peer chose this one: for it the other is gone.
    record.link?.fail("replaced");
    const { clock } = this.#settings;
    record.stopDialling();
    record.link = link;
    record.since = clock.now();
    record.readyAt = clock.monotonicMs();
    this.#handlers.connected({
      id: link.id,
      name: record.name,
      hello: greeted.hello,
      version: greeted.version,
    });
  }

  #ended(link: Link, end: LinkEnd): void {
    const { clock, observer, times } = this.#settings;
    const { id, wire } = link;
    this.#awake.delete(link);
    const record = this.#records.get(id);
    const isRecorded = record?.links.delete(link) === true;
    const wasReady = isRecorded && record.link === link;
    if (!wasReady && end.by !== "line" && !HARMLESS.includes(end.code)) {
      observer.refused?.({ id, address: wire.address }, end.code);
    }
    if (!isRecorded) {
      this.#strangers.ended(link, end.code);
      return;
    }
    if (end.code !== "duplicate")
      record.lastFailure =
        end.by === "peer" ? `the peer said ${end.code}` : (LINE_ENDS[end.code] ?? end.code);
    if (wasReady) record.link = undefined;
    if (end.by === "fault") this.reportFault(id, "serious", end.code);
    if (wasReady) this.#handlers.disconnected(id, end.code);
    if (wasReady && clock.monotonicMs() - record.readyAt >= times.settledMs) {
      record.attempts = 0;
      this.#dialler.soon(record);
    } else this.#dialler.later(record);
  }

  #ban(record: PeerRecord, code: string): void {
    const { clock, observer } = this.#settings;
    const banMs = record.standing.ban(clock.monotonicMs());
    observer.banned?.(record.id, clock.now() + banMs, code);
    record.stopDialling();
    for (const link of [...record.links]) link.refuse("banned");
    this.#dialler.soon(record);
  }

  #count(link: Link, what: "bytesSent" | "bytesReceived", bytes: number): void {
    const record = this.#records.get(link.id);
    if (record !== undefined) record[what] += bytes;
  }

  #wake(link: Link): void {
    this.#awake.add(link);
    this.#flushing ??= setImmediate(() => {
      this.#flushing = undefined;
      const links = [...this.#awake];
      this.#awake.clear();
      for (const each of links) each.flush();
    });
  }

  #beginBeats(): void {
    const { clock, times } = this.#settings;
    const interval = times.idleTimeoutMs / 6;
    let last = clock.monotonicMs();
    this.#stopBeats = clock.every(interval, () => {
      const now = clock.monotonicMs();
      // A process that stood still heard nobody, which is not the peers' fault: what they sent is still to be read.
      const late = now - last - interval;
      last = now;
      for (const { link } of this.#records.values()) link?.beat(now, late > interval ? late : 0);
    });
  }
}
