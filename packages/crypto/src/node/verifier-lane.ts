// One verifier worker and the batches it has in hand. A worker that dies, or answers what was not asked, is replaced
// and its batches are handed back; what it did not answer is never taken for an answer.
import { Worker } from "node:worker_threads";
import type { SignatureCheck } from "@witan/primitives";
import { packChecks, type WorkerReply, type WorkerRequest, type WorkerStart } from "./packed-checks.ts";

/** What a lane asks of a worker thread. Tests hand in others. */
export interface WorkerPort {
  postMessage(message: WorkerRequest, transfer: readonly ArrayBuffer[]): void;
  terminate(): Promise<unknown>;
  on(event: "message", listener: (reply: WorkerReply) => void): unknown;
  on(event: "error" | "messageerror", listener: (error: Error) => void): unknown;
  on(event: "exit", listener: () => void): unknown;
}

/** Starts a worker. */
export type SpawnWorker = (start: WorkerStart) => WorkerPort;

/** Starts a real worker thread: from source where this file is source, else from what was compiled. */
export function spawnWorker(start: WorkerStart): WorkerPort {
  const source = import.meta.url.endsWith(".ts");
  const file = new URL(source ? "./verifier-worker.ts" : "./verifier-worker.js", import.meta.url);
  const execArgv = ["--conditions=@witan/source", "--disable-warning=ExperimentalWarning"];
  const worker = new Worker(file, { name: "verifier", workerData: start, ...(source && { execArgv }) });
  return worker as WorkerPort;
}

/** Checks that travel together. */
export interface Batch {
  readonly number: number;
  readonly checks: readonly SignatureCheck[];
}

/** What a lane tells the verifier. */
export interface LaneOwner<B extends Batch> {
  /** The lane can take a batch, or another. */
  onReady(): void;
  /** A batch was answered; there is one byte for each check. */
  onAnswer(batch: B, answers: Uint8Array): void;
  /** The worker died over `suspect`, with `others` behind it. A replacement is on its way, or `onLost` follows. */
  onDeath(suspect: B | undefined, others: readonly B[]): void;
  /** No worker can be started any more. */
  onLost(detail: string): void;
}

/**
 * Batches that a worker has in hand at most: the one it checks, and the next, so that it need not wait for a busy
 * main thread in between.
 */
const IN_HAND_MAX = 2;
/**
 * Deaths in a row at the start or with nothing in hand, no batch answered between. Once more is worth a try (memory
 * was short); for ever is a loop. Deaths over a batch are counted at the batch instead: see the verifier.
 */
const FAILURES_MAX = 3;

/** One worker, its replacements after it, and the batches in hand. Starts with `start`, ends with `close`. */
export class Lane<B extends Batch> {
  readonly #start: WorkerStart;
  readonly #spawn: SpawnWorker;
  readonly #owner: LaneOwner<B>;
  /** `ending`: the worker is not trusted any more, and its exit is awaited. */
  #phase: "idle" | "starting" | "ready" | "ending" | "lost" | "closed" = "idle";
  #worker: WorkerPort | undefined;
  #inHand: B[] = [];
  #failures = 0;
  #lastFault = "";

  constructor(start: WorkerStart, spawn: SpawnWorker, owner: LaneOwner<B>) {
    this.#start = start;
    this.#spawn = spawn;
    this.#owner = owner;
  }

  /** How many more batches it takes now. */
  get room(): number {
    return this.#phase === "ready" ? IN_HAND_MAX - this.#inHand.length : 0;
  }

  /** Whether it can take batches, now or after a replacement. */
  get alive(): boolean {
    return this.#phase === "starting" || this.#phase === "ready" || this.#phase === "ending";
  }

  start(): void {
    this.#phase = "starting";
    let worker: WorkerPort;
    try {
      worker = this.#spawn(this.#start);
    } catch (error) {
      this.#lastFault = String(error);
      this.#onExit();
      return;
    }
    this.#worker = worker;
    worker.on("message", (reply) => this.#onReply(reply));
    worker.on("error", (error) => {
      this.#lastFault = String(error); // an exit follows
    });
    worker.on("messageerror", (error) => this.#distrust(String(error)));
    worker.on("exit", () => this.#onExit());
  }

  /** Hands a batch to the worker. Only while there is room. */
  send(batch: B): void {
    const checks = packChecks(batch.checks);
    this.#inHand.push(batch);
    this.#worker?.postMessage({ batch: batch.number, checks }, [checks.buffer]);
  }

  /** Ends the worker. The batches in hand are forgotten. */
  async close(): Promise<void> {
    this.#phase = "closed";
    this.#inHand = [];
    await this.#worker?.terminate();
  }

  #onReply(reply: WorkerReply): void {
    if (this.#phase !== "starting" && this.#phase !== "ready") return;
    if (reply.kind === "ready") {
      this.#phase = "ready";
      this.#owner.onReady();
    } else if (reply.kind === "unable") {
      this.#distrust(reply.detail);
    } else {
      const batch = this.#inHand[0];
      const { answers } = reply;
      const fits = answers instanceof Uint8Array && answers.length === batch?.checks.length;
      if (batch === undefined || batch.number !== reply.batch || !fits) {
        this.#distrust("it answered what was not asked");
        return;
      }
      this.#inHand.shift();
      this.#failures = 0;
      this.#owner.onAnswer(batch, answers);
    }
  }

  /** Ends a worker that can't be trusted; its exit then goes the way of every death. */
  #distrust(fault: string): void {
    this.#lastFault = fault;
    this.#phase = "ending";
    void this.#worker?.terminate();
  }

  #onExit(): void {
    if (!this.alive) return;
    const starting = this.#phase === "starting";
    const [suspect, ...others] = this.#inHand;
    this.#inHand = [];
    this.#worker = undefined;
    if (starting || suspect === undefined) this.#failures++;
    if (this.#failures >= FAILURES_MAX) {
      this.#phase = "lost";
    } else {
      this.start();
    }
    this.#owner.onDeath(suspect, others);
    if (this.#phase === "lost") this.#owner.onLost(this.#lastFault);
  }
}
