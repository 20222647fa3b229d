// One connection to one peer, from the greeting to the end. Nothing is delivered before the greeting is done, and
// whatever breaks the rules of frames ends it with a name.
//
// The peer with the smaller id chooses: it greets second, and only on the connection it keeps. So of two that were
// dialled at the same moment one survives, both sides agree which, and neither ever goes back on it.
import {
  type CancelSignal,
  type Channel,
  type Hello,
  ok,
  type PeerId,
  type RequestFault,
  type Result,
  refuse,
} from "@witan/primitives";
import { Exchange } from "./exchange.ts";
import { FRAME, type Frame } from "./frame.ts";
import { agree, decodeHello, encodeHello, HELLO_BYTES_MAX } from "./hello.ts";
import { Inbox } from "./inbox.ts";
import { Outbox } from "./outbox.ts";
import type { ResolvedSettings } from "./settings.ts";
import type { Lane, Wire } from "./wire.ts";

/** How a connection ended: by what we did, by what the peer told us, by what it did wrong, or with the line. */
export interface LinkEnd {
  readonly by: "us" | "peer" | "fault" | "line";
  readonly code: string;
}

/** What a link needs of the network it belongs to. */
export interface LinkOwner {
  readonly self: PeerId;
  readonly settings: ResolvedSettings;
  ownHello(): Hello;
  /** Whether this connection may be kept; else why not, which the peer is told. Asked of the one that chooses. */
  choose(link: Link): string | undefined;
  ready(link: Link): void;
  message(link: Link, channel: Channel, bytes: Uint8Array): void | Promise<void>;
  request(link: Link, bytes: Uint8Array): Promise<Uint8Array | undefined>;
  received(link: Link, bytes: number): void;
  sent(link: Link, bytes: number): void;
  ended(link: Link, end: LinkEnd): void;
  /** The link has something to write, some time soon. */
  wake(link: Link): void;
}

type Phase =
  | { readonly kind: "greeting" }
  | { readonly kind: "ready"; readonly hello: Hello; readonly version: number }
  /** It is being told why it has to go. */
  | { readonly kind: "leaving" }
  | { readonly kind: "ended" };

const NOTHING = new Uint8Array(0);
const REFUSAL_BYTES_MAX = 64;
/** A peer may be set to greater pieces than we; not to greater ones than this. */
const PIECE_BYTES_MAX = 64 * 1024;
/** Codes are words; what a peer makes up is not shown to anybody. */
const CODE = /^[a-z][a-z-]{0,63}$/;

/** A connection to one peer. */
export class Link {
  readonly id: PeerId;
  readonly wire: Wire;
  readonly #owner: LinkOwner;
  readonly #outbox: Outbox;
  readonly #exchange: Exchange;
  readonly #inboxes = new Map<Lane, Inbox>();
  #phase: Phase = { kind: "greeting" };
  #stopTimer: () => void = () => {};
  #heardAt: number;
  #wroteAt: number;
  /** By when something has to come; set when the peer seems to have lost this connection. */
  #probeUntil = Number.POSITIVE_INFINITY;

  constructor(wire: Wire, owner: LinkOwner) {
    this.id = wire.id;
    this.wire = wire;
    this.#owner = owner;
    const { clock, limits } = owner.settings;
    this.#heardAt = clock.monotonicMs();
    this.#wroteAt = this.#heardAt;
    this.#outbox = new Outbox(wire, limits, (bytes) => {
      this.#wroteAt = clock.monotonicMs();
      owner.sent(this, bytes);
    });
    this.#exchange = new Exchange({
      outbox: this.#outbox,
      limits,
      clock,
      answer: (bytes) => owner.request(this, bytes),
      wake: () => owner.wake(this),
    });
  }

  /** What the peer said and the version both speak, once the greeting is done. */
  get greeted(): { readonly hello: Hello; readonly version: number } | undefined {
    return this.#phase.kind === "ready" ? this.#phase : undefined;
  }

  get isOver(): boolean {
    return this.#phase.kind === "ended";
  }

  /** Begins to hear, and greets if it is not for this side to choose; or tells the peer at once why it has to go. */
  begin(refusal: string | undefined): void {
    const { clock, times } = this.#owner.settings;
    this.#stopTimer = clock.after(times.helloTimeoutMs, () => this.fail("hello-timeout"));
    this.#openInbox("control");
    this.wire.listen({
      received: (lane, bytes) => this.#receive(lane, bytes),
      writable: () => this.flush(),
      closed: (code) => this.#end({ by: "line", code }),
    });
    if (refusal !== undefined) this.refuse(refusal);
    else if (!this.#isChooser) this.#greet();
  }

  send(channel: Channel, bytes: Uint8Array): boolean {
    if (this.#phase.kind !== "ready" || !this.#outbox.message(channel, bytes)) return false;
    this.#owner.wake(this);
    return true;
  }

  request(
    bytes: Uint8Array,
    options: { readonly timeoutMs: number; readonly signal?: CancelSignal },
  ): Promise<Result<Uint8Array, RequestFault>> {
    if (this.#phase.kind !== "ready") return Promise.resolve(refuse("not-connected"));
    return this.#exchange.request(bytes, options);
  }

  /** Writes what the wire takes. */
  flush(): void {
    if (this.#phase.kind === "ended") return;
    this.#outbox.flush();
  }

  /** Sends a heartbeat if it is time, and ends the link if the line is dead. `pause`: how long we did not listen. */
  beat(now: number, pause: number): void {
    if (this.#phase.kind !== "ready") return;
    const { idleTimeoutMs } = this.#owner.settings.times;
    this.#heardAt += pause;
    if (now - this.#heardAt >= idleTimeoutMs) this.fail("idle-timeout");
    else if (now - this.#wroteAt >= idleTimeoutMs / 3) this.#control(FRAME.ping, NOTHING);
  }

  /** The peer came a second time: asks whether this connection is still there. */
  probe(): void {
    const { clock, times } = this.#owner.settings;
    if (this.#phase.kind !== "ready" || this.#probeUntil !== Number.POSITIVE_INFINITY) return;
    this.#probeUntil = clock.monotonicMs() + times.probeTimeoutMs;
    this.#control(FRAME.ping, NOTHING);
    this.#stopTimer = clock.after(times.probeTimeoutMs, () => this.fail("probe-timeout"));
  }

  /** Tells the peer why it has to go. It hangs up when it has read that, or we do after a while. */
  refuse(code: string, by: LinkEnd["by"] = "us"): void {
    if (this.#phase.kind === "ended" || this.#phase.kind === "leaving") return;
    const { clock, times } = this.#owner.settings;
    this.#outbox.control(FRAME.refusal, new TextEncoder().encode(code));
    this.#over({ kind: "leaving" }, { by, code });
    this.#stopTimer = clock.after(times.farewellMs, () => this.#hangUp());
    this.flush();
  }

  /** Ends the connection without a word. */
  fail(code: string): void {
    this.wire.abort();
    this.#end({ by: "line", code });
  }

  get #isChooser(): boolean {
    return this.#owner.self < this.id;
  }

  #greet(): void {
    this.#control(FRAME.hello, encodeHello(this.#owner.ownHello()));
  }

  #control(kind: number, body: Uint8Array): void {
    if (this.#outbox.control(kind, body)) this.#owner.wake(this);
    else this.fail("control-queue-full");
  }

  #receive(lane: Lane, bytes: Uint8Array): void {
    if (this.#phase.kind === "ended") return;
    this.#heardAt = this.#owner.settings.clock.monotonicMs();
    this.#owner.received(this, bytes.length);
    if (this.#probeUntil !== Number.POSITIVE_INFINITY) {
      this.#probeUntil = Number.POSITIVE_INFINITY;
      this.#stopTimer();
    }
    const inbox = this.#inboxes.get(lane);
    if (inbox === undefined) this.#fault("before-hello");
    else inbox.push(bytes);
  }

  #openInbox(lane: Lane): void {
    const { wire } = this;
    const handle =
      lane === "control"
        ? (frame: Frame) => this.#handleControl(frame)
        : (frame: Frame) => this.#owner.message(this, lane, frame.body);
    this.#inboxes.set(
      lane,
      new Inbox({
        limitOf: (kind) => this.#limitOf(lane, kind),
        handle,
        pause: () => wire.pause(lane),
        resume: () => wire.resume(lane),
        fault: (code) => this.#fault(code),
      }),
    );
  }

  /** How long the body of a frame may be now; undefined: it may not come at all. */
  #limitOf(lane: Lane, kind: number): number | undefined {
    const { limits } = this.#owner.settings;
    if (lane !== "control") return kind === FRAME.message ? limits[`${lane}Bytes`] : undefined;
    if (kind === FRAME.refusal) return REFUSAL_BYTES_MAX;
    if (this.#phase.kind === "greeting") return kind === FRAME.hello ? HELLO_BYTES_MAX : undefined;
    switch (kind) {
      case FRAME.ping:
      case FRAME.pong:
        return 0;
      case FRAME.request:
        return 4 + limits.requestBytes;
      case FRAME.piece:
        return 4 + PIECE_BYTES_MAX;
      case FRAME.answer:
      case FRAME.refused:
      case FRAME.cancel:
        return 8;
      default:
        return undefined;
    }
  }

  #handleControl(frame: Frame): void {
    if (this.#phase.kind === "leaving") {
      // Both want to end it: nobody has to wait for the other.
      if (frame.kind === FRAME.refusal) this.#hangUp();
      return;
    }
    switch (frame.kind) {
      case FRAME.hello:
        this.#handleHello(frame.body);
        return;
      case FRAME.refusal: {
        const code = new TextDecoder().decode(frame.body);
        this.wire.end();
        this.#end({ by: "peer", code: CODE.test(code) ? code : "unreadable" });
        return;
      }
      case FRAME.ping:
        this.#control(FRAME.pong, NOTHING);
        return;
      case FRAME.pong:
        return;
      default: {
        const fault = this.#exchange.receive(frame);
        if (fault !== undefined) this.#fault(fault);
      }
    }
  }

  #handleHello(bytes: Uint8Array): void {
    const read = decodeHello(bytes);
    if (!read.ok) {
      this.#fault("bad-hello");
      return;
    }
    const hello = read.value;
    const version = agree(this.#owner.settings.hello, hello);
    const fault = version.ok ? this.#choose() : version;
    if (!fault.ok) this.refuse(fault.code);
    if (!version.ok || !fault.ok) return;
    this.#stopTimer();
    if (this.#isChooser) this.#greet();
    this.#phase = { kind: "ready", hello, version: version.value };
    for (const lane of ["consensus", "transactions", "bulk"] as const) this.#openInbox(lane);
    this.#owner.ready(this);
    this.wire.openLanes();
  }

  #choose(): Result<undefined, string> {
    const code = this.#isChooser ? this.#owner.choose(this) : undefined;
    return code === undefined ? ok(undefined) : refuse(code);
  }

  #fault(code: string): void {
    this.refuse(code, "fault");
  }

  #hangUp(): void {
    this.#stopTimer();
    if (this.#phase.kind === "ended") return;
    this.#phase = { kind: "ended" };
    this.wire.end();
  }

  #end(end: LinkEnd): void {
    if (this.#phase.kind === "ended") return;
    if (this.#phase.kind === "leaving") {
      this.#phase = { kind: "ended" };
      this.#stopTimer();
    } else this.#over({ kind: "ended" }, end);
  }

  #over(phase: Phase, end: LinkEnd): void {
    this.#phase = phase;
    this.#stopTimer();
    for (const [lane, inbox] of this.#inboxes)
      if (lane !== "control" || phase.kind === "ended") inbox.close();
    this.#exchange.close();
    this.#owner.ended(this, end);
  }
}
