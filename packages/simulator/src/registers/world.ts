// A world of registers: replicas, good clients and bad ones, the network and the faults, from one plan. The same plan gives the
// same world, to the last event. What is checked is what good clients see, and nothing else.
import {
  asChecked,
  type RegisterAnswer,
  type RegisterCheckOptions,
  type RegisterOperation,
  type RegisterRequest,
  type RegisterRules,
  type RegisterState,
  type RegisterStatement,
  type RegisterVersion,
  registerAnswerCodec,
  registerQuorum,
  registerRequestCodec,
  serveRegister,
  underRules,
} from "@witan/consensus";
import { bytesToHex, type Hash, type PublicKey, type Signature, toHash } from "@witan/primitives";
import { FaultDriver } from "../engines/fault-driver.ts";
import type { WorldResult } from "../engines/world.ts";
import { Random } from "../random.ts";
import { EventQueue } from "../world/event-queue.ts";
import { Network } from "../world/network.ts";
import type { Mark, Recorder } from "../world/recorder.ts";
import { type Also, Tally } from "../world/tally.ts";
import { asViolation, Violation } from "../world/violation.ts";
import { BadClient } from "./bad-client.ts";
import { CHAIN, RegistersCast, registerNamed } from "./cast.ts";
import type { RegistersCheckMaker } from "./check.ts";
import { GoodClient } from "./good-client.ts";
import { RegisterHistory } from "./history.ts";
import { Knowledge } from "./knowledge.ts";
import { LiarReplica, REPLICA_CONDUCTS } from "./liar-replica.ts";
import type { RegistersPlan } from "./plan.ts";
import type { RegistersProcess } from "./process.ts";
import { ReplicaProcess } from "./replica.ts";
import { answerWords, requestWords } from "./words.ts";

/** How a world is run. */
export interface RegistersWorldOptions {
  readonly rules: RegisterRules;
  readonly checks: Readonly<Record<string, RegistersCheckMaker>>;
  /** Whether replicas answer a PREPARE before their list is durable. */
  readonly answersFirst: boolean;
  /** Whether readers bring replicas up to date. */
  readonly writesBack: boolean;
  readonly recorder?: Recorder | undefined;
  readonly arriving?: ReadonlySet<string> | undefined;
}

/** What a world came to. */
export interface RegistersResult extends WorldResult {
  /** The worst that was found in it, by name. */
  readonly worst: ReadonlyMap<string, number>;
}

const SAMPLE_US = 1_000_000;
/** Bytes of a message beside its value. */
const MESSAGE_BYTES = 600;
const TRUE = (): boolean => true;

/** One world. */
export class RegistersWorld {
  readonly plan: RegistersPlan;
  readonly options: RegistersWorldOptions;
  readonly queue = new EventQueue();
  readonly network: Network;
  readonly cast: RegistersCast;
  readonly history = new RegisterHistory();
  readonly diskChance: Random;
  readonly quorum: number;
  /** Places of replicas. */
  readonly correctReplicas: readonly number[];
  readonly liars: readonly number[];
  readonly processes: readonly RegistersProcess[];
  /** Nobody has lines here that break. */
  readonly connections = { makeAll: (): void => {}, make: (): void => {} };
  readonly worst = new Map<string, number>();
  readonly #good: readonly GoodClient[];
  readonly #known: readonly Knowledge[];
  readonly #driver: FaultDriver<RegistersProcess>;
  readonly #tally = new Tally();
  readonly #nonces: Random;
  /** By place of a replica: keys of clients that it no longer permits. */
  readonly #revoked = new Map<number, Set<PublicKey>>();
  #steps = 0;
  #ended = 0;

  constructor(plan: RegistersPlan, options: RegistersWorldOptions) {
    const { seed, replicas, liars, variant, registers } = plan;
    this.plan = plan;
    this.options = options;
    this.cast = new RegistersCast(replicas);
    this.quorum = registerQuorum(this.cast.membership);
    this.diskChance = Random.of(seed, "disks");
    this.#nonces = Random.of(seed, "nonces");
    this.network = new Network({
      ...{ seed, plan: plan.network, queue: this.queue, recorder: options.recorder },
      isUp: (process) => this.processes[process]?.up === true,
      count: (fault) => this.count(fault),
      ...{ arriving: options.arriving, kindAtUs: plan.kindAtUs },
    });
    const places = [...Array(replicas).keys()];
    this.liars = places.filter((place) => liars.some(({ replica }) => replica === place));
    this.correctReplicas = places.filter((place) => !this.liars.includes(place));
    this.#known = Array.from(
      { length: registers },
      (_, number) => new Knowledge(registerNamed(number, variant), this.cast.membership.from, this.quorum),
    );
    const all = Array.from({ length: replicas + plan.goodClients + plan.badClients }, (_, place) =>
      this.#process(place),
    );
    this.processes = all;
    this.#good = all.filter((one): one is GoodClient => one instanceof GoodClient);
    this.#driver = new FaultDriver<RegistersProcess>(this);
  }

  /** Lets the world run to its end, or to the first violation. */
  run(): RegistersResult {
    let violation: Violation | undefined;
    const checks = Object.values(this.options.checks).map(({ make }) => make(this));
    try {
      this.#begin();
      this.#sampleAt(SAMPLE_US, checks);
      this.#live();
      for (const check of checks) check();
    } catch (error) {
      violation = asViolation(error, "engine");
    }
    return {
      ...{ violation, events: this.#steps, decisions: this.#ended, virtualUs: this.queue.nowUs },
      ...{ faults: this.#tally.faults, also: this.#tally.also, letters: this.network.letters },
      worst: this.worst,
    };
  }

  #process(place: number): RegistersProcess {
    const { plan } = this;
    const liar = plan.liars.find(({ replica }) => replica === place);
    if (liar !== undefined && liar.conduct in REPLICA_CONDUCTS) {
      const chance = Random.of(plan.seed, `liar ${place}`);
      return new LiarReplica(this, place, { name: liar.conduct, chance });
    }
    if (place < plan.replicas) return new ReplicaProcess(this, place);
    const client = place - plan.replicas;
    if (client < plan.goodClients)
      return new GoodClient(
        this,
        place,
        plan.operations.filter((one) => one.client === client),
      );
    const bad = client - plan.goodClients;
    return new BadClient(
      this,
      place,
      plan.mischief.filter((one) => one.client === bad),
    );
  }

  #begin(): void {
    const { plan, queue } = this;
    this.#driver.begin();
    for (const { client, atUs, spreadUs } of plan.revocations) {
      const place = plan.replicas + plan.goodClients + client;
      const chance = Random.of(plan.seed, `revocation ${client}`);
      for (const replica of this.correctReplicas)
        queue.at(atUs + chance.below(spreadUs + 1), () => this.#revoke(replica, place));
    }
    for (const process of this.processes) process.begin();
  }

  #revoke(replica: number, place: number): void {
    const revoked = this.#revoked.get(replica) ?? new Set();
    this.#revoked.set(replica, revoked);
    const key = this.cast.keyOf(place);
    revoked.add(key);
    const isAll = this.correctReplicas.every((one) => this.#revoked.get(one)?.has(key));
    if (!isAll) return;
    this.history.stop(place);
    this.happened("revoked");
    this.weather(`p${place} is revoked at all replicas`);
  }

  #sampleAt(atUs: number, checks: readonly (() => void)[]): void {
    this.queue.at(atUs, () => {
      for (const check of checks) check();
      this.#sampleAt(atUs + SAMPLE_US, checks);
    });
  }

  #live(): void {
    const { kindAtUs, boundUs } = this.plan;
    const isDone = () => this.#good.every((client) => client.isDone);
    while (this.queue.step(kindAtUs));
    while (!isDone() && this.queue.step(kindAtUs + boundUs));
    const waiting = this.#good.find((client) => !client.isDone);
    if (waiting === undefined || boundUs === 0) return;
    throw new Violation(
      "liveness",
      `not all operations are done ${boundUs / 1_000_000} s after the world turned kind: ${waiting.standing}`,
    );
  }

  // What processes ask of the world, and tell it.

  get checkOptions(): RegisterCheckOptions {
    const { membership } = this.cast;
    const { rules } = this.options;
    return {
      chainId: CHAIN,
      rules,
      memberships: (from) => (from === membership.from ? membership : undefined),
    };
  }

  /** A statement as it is signed. */
  bound(statement: RegisterStatement): RegisterStatement {
    return underRules(this.options.rules, statement);
  }

  signerAt(place: number): (statement: RegisterStatement) => Signature {
    return (statement) => this.cast.sign(place, this.bound(statement));
  }

  permitsAt(place: number): (client: PublicKey) => boolean {
    return (client) => this.#revoked.get(place)?.has(client) !== true;
  }

  nonce(): Hash {
    const words = Array.from({ length: 8 }, () => this.#nonces.next().toString(16).padStart(8, "0"));
    return toHash(words.join(""));
  }

  /** What a request comes to at a replica that holds this. */
  servedFrom(place: number, state: RegisterState, request: RegisterOperation): RegisterAnswer {
    const { rules } = this.options;
    const { from } = this.cast.membership;
    const options = { membership: from, permits: TRUE, sign: this.signerAt(place), rules };
    return serveRegister(options, state, asChecked(request)).answer;
  }

  isBad(place: number): boolean {
    return this.processes[place] instanceof BadClient;
  }

  knownOf(register: number): Knowledge {
    return this.#known[register] as Knowledge;
  }

  knownNamed(name: string): Knowledge {
    return this.#known.find(({ register }) => register.name === name) as Knowledge;
  }

  get allKnown(): readonly Knowledge[] {
    return this.#known;
  }

  /** What names a value that was read: good clients never write the same text twice, others may. */
  nameOfValue(version: RegisterVersion, data: Uint8Array): string {
    if (version.timestamp.counter === 0) return "";
    const text = new TextDecoder().decode(data);
    const writer = this.cast.placeOf(version.timestamp.client);
    return this.isBad(writer) ? `${text} at ${version.timestamp.counter}` : text;
  }

  asks(from: number, to: number, request: RegisterRequest): void {
    if (request.kind === "list") return;
    const bytes = registerRequestCodec.encode(request);
    const came = registerRequestCodec.decode(bytes);
    if (!came.ok) throw new Violation("encoding", `a request does not survive its bytes: ${came.detail}`);
    this.network.send({
      ...{ from, to, bytes: bytes.length + MESSAGE_BYTES, what: () => requestWords(this.cast, request) },
      deliver: () => {
        const replica = this.processes[to];
        if (replica instanceof ReplicaProcess) replica.hear(() => replica.ask(from, request));
      },
    });
  }

  answers(from: number, to: number, request: RegisterOperation, answer: RegisterAnswer): void {
    const bytes = registerAnswerCodec.encode(answer);
    const came = registerAnswerCodec.decode(bytes);
    if (!came.ok || bytesToHex(registerAnswerCodec.encode(came.value)) !== bytesToHex(bytes))
      throw new Violation("encoding", `an answer does not survive its bytes: ${answer.kind}`);
    this.network.send({
      ...{ from, to, bytes: bytes.length, what: () => answerWords(this.cast, answer) },
      deliver: () => {
        const client = this.processes[to];
        if (client instanceof GoodClient || client instanceof BadClient)
          client.hear(() => client.answered(from, request, answer));
      },
    });
  }

  stopsHere(process: RegistersProcess): boolean {
    return this.#driver.stopsHere(process);
  }

  stepped(): void {
    this.#steps++;
    this.queue.count();
  }

  /** An operation has ended. */
  ended(): void {
    this.#ended++;
  }

  /** Something as bad as this was found. */
  found(name: string, count: number): void {
    this.worst.set(name, Math.max(this.worst.get(name) ?? 0, count));
  }

  lies(process: RegistersProcess, conduct: string): void {
    this.count(conduct);
    this.note(process, "lie", () => conduct);
  }

  count(fault: string): void {
    this.#tally.inflicted(fault);
  }

  /** Something that is no fault. */
  happened(name: Also): void {
    this.#tally.happened(name);
  }

  weather(what: string): void {
    this.options.recorder?.happened(this.queue.nowUs, { kind: "weather", what });
  }

  tell({ place }: { readonly place: number }, mark: Mark, what: string): void {
    this.options.recorder?.happened(this.queue.nowUs, { kind: "suffer", process: place, mark, what });
  }

  note({ place }: { readonly place: number }, mark: Mark, what: () => string): void {
    this.options.recorder?.happened(this.queue.nowUs, { kind: "do", process: place, mark, what: what() });
  }
}
