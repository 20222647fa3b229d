// A world of whole nodes: real ones, with ledger, mempool, sync, store and RPC, on ports that run on virtual time. Between
// two events everything that promises put off happens, so that the same plan gives the same world, to the last event:
// no node waits for anything but the world's queue.
import { createFakeScheme } from "@witan/crypto";
import { type AdmittedPeer, type FaultSeverity, fastQuorum, type PeerId } from "@witan/primitives";
import type { TransactionOutcome } from "@witan/rpc";
import type { WorldResult } from "../engines/world.ts";
import { Random } from "../random.ts";
import { EventQueue } from "../world/event-queue.ts";
import { type Letter, Network } from "../world/network.ts";
import type { Mark, Recorder } from "../world/recorder.ts";
import { type Also, Tally } from "../world/tally.ts";
import { asViolation, Violation } from "../world/violation.ts";
import { NodeCast } from "./cast.ts";
import type { Decided, NodeCheck, NodeCheckMaker } from "./check.ts";
import { Clients } from "./clients.ts";
import type { Dealing } from "./dealing.ts";
import { wordsOfFrame } from "./frame-words.ts";
import { Liars } from "./liars.ts";
import type { Frame } from "./line.ts";
import { NodeFaultDriver } from "./node-fault-driver.ts";
import type { NodeNetwork, Switchboard } from "./node-network.ts";
import { type LogLine, NodeProcess } from "./node-process.ts";
import { Operators } from "./operators.ts";
import { type NodesPlan, type Owed, owedIn, roleOf } from "./plan.ts";
import type { NodesProtocol } from "./protocols/protocol.ts";
import { protocolOf } from "./protocols/protocols.ts";
import type { WorldScheme } from "./signatures.ts";
import { Twins } from "./twins.ts";
import { UnknownRules } from "./unknown-rules.ts";

/** What a world is made of, beside its plan. */
export interface NodesWorldOptions {
  readonly checks: readonly NodeCheckMaker[];
  /** The fake one, by default. */
  readonly scheme?: WorldScheme;
  readonly recorder?: Recorder | undefined;
  /** Until the world turns kind only these letters arrive, by their names. */
  readonly arriving?: ReadonlySet<string> | undefined;
}

const SAMPLE_US = 1_000_000;
/** What was on its way has come by then, in a kind world. */
const LAST_US = 1_000_000;
/** What is asked of nodes at the end takes no longer. */
const ASKED_US = 30_000_000;

/** One world. */
export class NodesWorld implements Switchboard {
  readonly plan: NodesPlan;
  readonly queue = new EventQueue();
  readonly random: Random;
  readonly cast: NodeCast;
  readonly network: Network;
  readonly processes: readonly NodeProcess[];
  /** How many there are; twins are one. */
  readonly nodes: number;
  /** As every node has them listed; one that is to get another peer key twice. */
  readonly peers: readonly AdmittedPeer[];
  readonly clients: Clients;
  readonly operators: Operators;
  readonly liars: Liars;
  /** What its members run. */
  readonly protocol: NodesProtocol;
  /** What that promises here. Where too many lie two blocks may be final at one height, or none for ever. */
  readonly owed: Owed;
  readonly #options: NodesWorldOptions;
  readonly #checks: readonly NodeCheck[];
  readonly #driver: NodeFaultDriver;
  readonly #twins: Twins;
  readonly #rules: UnknownRules;
  readonly #tally = new Tally();
  /** The message looked at last: the same bytes go to every peer. */
  #lastSaid: Uint8Array | undefined;
  #violation: Violation | undefined;
  #isForked = false;
  #events = 0;
  #top = 0;

  constructor(plan: NodesPlan, options: NodesWorldOptions) {
    const { seed, members, spares, observers } = plan;
    this.plan = plan;
    this.#options = options;
    this.random = Random.of(seed, "lines");
    this.cast = new NodeCast(plan, options.scheme ?? createFakeScheme());
    this.protocol = protocolOf(plan);
    this.owed = owedIn(plan);
    this.liars = new Liars(this);
    this.#twins = new Twins(this);
    this.#rules = new UnknownRules(this);
    const nodes = [...Array(members + spares + observers).keys()];
    this.nodes = nodes.length;
    const renamed = new Set(
      plan.changes.flatMap((change) => (change.kind === "replace-peer-key" ? [change.node] : [])),
    );
    this.peers = nodes.flatMap((node): AdmittedPeer[] => {
      const ids = this.cast.peerIds(node).slice(0, renamed.has(node) ? 2 : 1);
      return ids.map((id) => ({ id, name: this.cast.nameOf(node), address: undefined }));
    });
    this.network = new Network({
      ...{ seed, plan: plan.network, queue: this.queue, recorder: options.recorder },
      isUp: (place) => this.processes[place]?.up === true,
      count: (fault) => this.count(fault),
      arriving: options.arriving,
      kindAtUs: plan.kindAtUs,
    });
    const places = [...nodes, ...plan.liars.filter(({ twin }) => twin).map(({ node }) => node)];
    this.processes = places.map((node, place) => new NodeProcess(this, place, node));
    for (let twins = places.length - nodes.length; twins > 0; twins--) this.count("twin");
    this.clients = new Clients(this);
    this.operators = new Operators(this);
    this.#checks = options.checks.map((make) => make(this));
    this.#driver = new NodeFaultDriver(this);
  }

  /** Lets the world run to its end, or to the first violation. */
  async run(): Promise<WorldResult> {
    try {
      this.#begin();
      await this.#live();
      if (!this.owed.liveness && !this.#isForked) await this.#silenceLiars();
      for (const check of this.#checks)
        if (this.#violation === undefined)
          await this.#settled(this.#isForked ? check.forked?.() : check.ended?.());
      if (this.#violation === undefined && this.plan.unknownRules && !this.#isForked) await this.#rules.run();
    } catch (error) {
      this.#violation ??= asViolation(error, "world");
    }
    for (const process of this.processes) process.crash("the world is over");
    return {
      ...{ violation: this.#violation, events: this.#events, decisions: this.#top },
      ...{ faults: this.#tally.faults, also: this.#tally.also },
      ...{ virtualUs: this.queue.nowUs, letters: this.network.letters },
    };
  }

  #begin(): void {
    this.liars.begin();
    this.#twins.begin();
    for (const process of this.processes) process.start();
    this.clients.begin();
    this.operators.begin();
    this.#driver.begin();
    this.#sampleAt(SAMPLE_US);
  }

  #sampleAt(atUs: number): void {
    this.queue.at(atUs, () => {
      for (const check of this.#checks) {
        const looked = check.sampled?.();
        looked?.catch((error: unknown) => this.#caught(error));
      }
      this.#lookForLate();
      this.#sampleAt(atUs + SAMPLE_US);
    });
  }

  /**
   * Until the world has been kind, and everything that was sent is final everywhere; or for as long as that may take; or
   * until there is a fork that may be.
   */
  async #live(): Promise<void> {
    const { kindAtUs, boundUs } = this.plan;
    const last = this.plan.dealings.at(-1)?.atUs ?? 0;
    const fromUs = Math.max(kindAtUs, last);
    await this.#advance(fromUs, () => this.#isForked);
    await this.#advance(fromUs + boundUs, () => this.#isForked || this.isSettled);
    if (!this.#isForked && !this.isSettled) this.#late();
  }

  /** So that no fork comes while nodes are asked: what is left of them is no quorum. */
  async #silenceLiars(): Promise<void> {
    for (const process of this.processes) if (this.isLiar(process)) process.crash("the world is over");
    await this.#advance(this.queue.nowUs + LAST_US, () => this.#isForked);
    // Where all agree, who was behind comes after.
    if (this.owed.agreement) await this.#advance(this.queue.nowUs + ASKED_US, () => this.#areEqual);
  }

  /** In a kind world nothing waits for longer than the bound, whatever else goes on. */
  #lookForLate(): void {
    const { kindAtUs, boundUs } = this.plan;
    const { nowUs } = this.queue;
    if (nowUs > kindAtUs + boundUs && this.clients.waitsSince(nowUs - boundUs)) this.#late();
  }

  #late(): void {
    if (this.owed.liveness) this.violate("liveness", this.#standing(this.plan.boundUs));
  }

  /** Event by event, and after each all that promises have put off. */
  async #advance(untilUs: number, isEnough: () => boolean): Promise<void> {
    while (this.#violation === undefined && !isEnough() && this.queue.step(untilUs)) {
      this.#events++;
      await allPromises();
    }
  }

  /** Lets the world go on for some time, or until it is enough. */
  async goOn(forUs: number, isEnough: () => boolean): Promise<void> {
    await this.#advance(this.queue.nowUs + forUs, isEnough);
  }

  /** Lets the world go on until a promise is kept. */
  async #settled(promise: void | Promise<void>): Promise<void> {
    let isOver = false;
    Promise.resolve(promise).then(
      () => {
        isOver = true;
      },
      (error: unknown) => {
        isOver = true;
        this.#caught(error);
      },
    );
    await allPromises();
    await this.#advance(this.queue.nowUs + ASKED_US, () => isOver);
    if (!isOver) this.violate("answers", "what nodes were asked at the end had no answer");
  }

  /** Whether all nodes that should run, at one height, and hold everything that clients and operators wait for. */
  get isSettled(): boolean {
    const { height = -1 } = this.staying[0] ?? {};
    return this.#areEqual && this.clients.isDone(height) && this.operators.isDone;
  }

  get #areEqual(): boolean {
    const heights = this.staying.map(({ height }) => height);
    const least = Math.min(...heights);
    return least >= 0 && least === Math.max(...heights);
  }

  #standing(boundUs: number): string {
    const lines = this.staying.map((process) => {
      const readings = process.running?.readings();
      if (readings === undefined) return `p${process.place} does not run`;
      const { height, view, pending, peers } = readings;
      return `p${process.place} at height ${height}, view ${view}, ${pending} pending, ${peers} peers`;
    });
    const waits = `${this.clients.describe()}; ${this.operators.describe()}`;
    return `not everything is final ${boundUs / 1_000_000} s after the world turned kind: ${lines.join("; ")}; ${waits}`;
  }

  // Who is who.

  /** Processes of nodes that keep the rules. */
  get correct(): readonly NodeProcess[] {
    return this.processes.filter((process) => !this.isLiar(process));
  }

  /** Those of them that have not crashed for ever. */
  get staying(): readonly NodeProcess[] {
    return this.correct.filter(({ isGone }) => !isGone);
  }

  isLiar(process: NodeProcess): boolean {
    return this.liars.includes(process);
  }

  /**
   * Correct nodes that run, and have come equally far: all of them, unless too many lie. Then certificates that come later
   * need only come for what a quorum of acceptors has decided: who counts votes may be a block ahead of them for ever.
   */
  get abreast(): readonly NodeProcess[] {
    if (this.owed.liveness) return this.staying;
    const isAcceptor = ({ node }: NodeProcess) => roleOf(this.plan, node) === "acceptor";
    const [counted, quorum] = this.protocol.certifiesLater
      ? [this.staying.filter(isAcceptor), fastQuorum(this.processes.filter(isAcceptor).length)]
      : [this.staying, 1];
    const heights = counted.map(({ height }) => height).sort((a, b) => b - a);
    const top = heights[quorum - 1];
    return this.staying.filter(({ height, running }) => running !== undefined && height === top);
  }

  networkOf(id: PeerId, place: number, random: Random): NodeNetwork | undefined {
    const there = this.processes.filter(({ network }) => network?.self === id);
    return there.length === 0 ? undefined : this.#twins.reached(there, place, random)?.network;
  }

  // What processes ask of the world.

  send(letter: Letter): void {
    this.network.send(letter);
  }

  wordsOf(frame: Frame): string {
    return wordsOfFrame(frame, this.cast.chain, this.protocol.words);
  }

  /** A port of a process is called: it may end there. */
  reached(process: NodeProcess, point: string): void {
    this.#driver.reached(process, point);
  }

  // What processes tell.

  violate(check: string, message: string): void {
    this.#violation ??= new Violation(check, message);
  }

  #caught(error: unknown): void {
    this.#violation ??= asViolation(error, "world");
  }

  /** Two blocks are final at one height, and so many lie that this may be. */
  forked(): void {
    this.#isForked = true;
  }

  /** A fault is inflicted, or a lie told. */
  count(fault: string): void {
    this.#tally.inflicted(fault);
  }

  /** What is no fault. */
  countAlso(name: Also): void {
    this.#tally.happened(name);
  }

  tell({ place }: NodeProcess, mark: Mark, what: string): void {
    this.#options.recorder?.happened(this.queue.nowUs, { kind: "suffer", process: place, mark, what });
  }

  note({ place }: NodeProcess, mark: Mark, what: () => string): void {
    this.#options.recorder?.happened(this.queue.nowUs, { kind: "do", process: place, mark, what: what() });
  }

  opened(at: NodeProcess, tip: Decided): void {
    this.#tellAll((check) => check.decided?.(at, tip));
  }

  decided(at: NodeProcess, block: Decided): void {
    const { height, hash } = block;
    if (!this.isLiar(at)) this.#top = Math.max(this.#top, height);
    this.note(at, "decide", () => `decides ${hash.slice(0, 8)} at ${height}`);
    this.#tellAll((check) => check.decided?.(at, block));
  }

  /** A process hands over a message for the wire. */
  saidBy({ place }: NodeNetwork, bytes: Uint8Array): void {
    if (bytes === this.#lastSaid) return;
    this.#lastSaid = bytes;
    const at = this.processes[place] as NodeProcess;
    const saying = this.protocol.sayingOf(bytes, at, this.cast);
    if (saying !== undefined) this.#tellAll((check) => check.said?.(at, saying));
  }

  told(at: NodeProcess, dealing: Dealing, outcome: TransactionOutcome): void {
    this.#tellAll((check) => check.told?.(at, dealing, outcome));
  }

  logged(at: NodeProcess, line: LogLine): void {
    this.#tellAll((check) => check.logged?.(at, line));
  }

  faulted(by: NodeNetwork, of: PeerId, severity: FaultSeverity, code: string): void {
    this.countAlso(`blamed-${severity}`);
    const at = this.processes[by.place] as NodeProcess;
    this.note(at, "other", () => `blames ${of.slice(-8)}: ${code}`);
    const blamed = this.processes.filter(({ node }) => this.cast.peerIds(node).includes(of));
    this.#tellAll((check) => check.faulted?.(at, blamed, code));
  }

  refused(at: NodeProcess, why: string): void {
    this.note(at, "other", () => `its guard refuses: ${why}`);
    this.#tellAll((check) => check.refused?.(at, why));
  }

  failed(at: NodeProcess, error: unknown): void {
    this.note(at, "other", () => `fails: ${String(error).split("\n", 1)[0]}`);
    if (!this.#rules.failed(at, error)) this.#tellAll((check) => check.failed?.(at, error));
  }

  /** Checks are told in the middle of what nodes do: what they throw must not reach the nodes. Behind a fork nothing holds. */
  #tellAll(tell: (check: NodeCheck) => void): void {
    if (this.#isForked) return;
    try {
      for (const check of this.#checks) tell(check);
    } catch (error) {
      this.#caught(error);
    }
  }
}

/**
 * Until nothing that promises put off is left. What the event loop calls next begins only when the queue of microtasks is
 * empty, and worlds have no timers, files or threads that could come between.
 */
function allPromises(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
