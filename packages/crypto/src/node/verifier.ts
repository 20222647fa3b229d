// Checks signatures on all cores: cuts what is asked into batches, hands them to worker threads, bounds what waits,
// and drops what is no longer wanted. Fails closed: an answer is true only if a worker said so for that very check;
// where no worker could say, the caller gets an error, never a guess.
import { availableParallelism } from "node:os";
import {
  assert,
  type CancelSignal,
  ok,
  type Result,
  refuse,
  type SignatureCheck,
  type SignatureVerifier,
  type VerifierAnswer,
} from "@witan/primitives";
import { checkShape } from "../schemes/scheme.ts";
import { type BackendName, type ChooseFault, chooseScheme } from "./choose.ts";
import { type Batch, Lane, type SpawnWorker, spawnWorker } from "./verifier-lane.ts";

/** How a verifier is set up. All fields have defaults. */
export interface VerifierOptions {
  /** Which backend, as for `chooseScheme`. Default `auto`. */
  readonly scheme?: "auto" | BackendName;
  /** Worker threads, 1 to 256. Default: as many as the process has cores. */
  readonly workers?: number;
  /** How many checks may be accepted and not answered yet. Default 65,536: eight full blocks. */
  readonly waitingMax?: number;
  /** Checks in a batch at most. Default 64: 3 ms of a core with the native backend; what is under way isn't cancelled. */
  readonly batchSize?: number;
}

/** A verifier on worker threads. They keep the process running until `close`. */
export interface WorkerVerifier extends SignatureVerifier {
  /** Why `auto` went without the native backend. */
  readonly nativeRefusal?: string;
}

/** The verifier could not say. Never means "does not hold": the same question may be asked again. */
export class VerifierError extends Error {
  override readonly name = "VerifierError";
  /** `worker-died`: two workers died over the same batch. `workers-lost`: no worker can be started any more. */
  readonly code: "worker-died" | "workers-lost";

  constructor(code: "worker-died" | "workers-lost", message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Starts a verifier: chooses and tests the backend here, then again in each worker.
 * Its `verify` rejects with VerifierError where no worker could answer; a batch whose worker died is tried once more
 * before that. More checks at once than `waitingMax` are always `busy`.
 * Codes: as `chooseScheme`, and `worker` (a worker did not start).
 * @throws {AssertionError} for options out of range
 */
export async function openVerifier(
  options: VerifierOptions = {},
  spawn: SpawnWorker = spawnWorker,
): Promise<Result<WorkerVerifier, ChooseFault | "worker">> {
  const settings = settingsOf(options);
  const chosen = await chooseScheme(options.scheme ?? "auto");
  if (!chosen.ok) return chosen;
  const verifier = new BatchVerifier(chosen.value.name, settings, spawn, chosen.value.nativeRefusal);
  const fault = await verifier.start();
  if (fault === undefined) return ok(verifier);
  await verifier.close();
  return refuse("worker", `a verifier worker did not start: ${fault}`);
}

interface Settings {
  readonly workers: number;
  readonly waitingMax: number;
  readonly batchSize: number;
}

function settingsOf(options: VerifierOptions): Settings {
  const { workers = availableParallelism(), waitingMax = 65_536, batchSize = 64 } = options;
  assert(Number.isInteger(workers) && workers >= 1 && workers <= 256, `${workers} verifier workers`);
  assert(Number.isSafeInteger(waitingMax) && waitingMax >= 1, `waitingMax of ${waitingMax}`);
  assert(Number.isInteger(batchSize) && batchSize >= 1 && batchSize <= 65_536, `batchSize of ${batchSize}`);
  return Object.freeze({ workers, waitingMax, batchSize });
}

/** A call of `verify` that is not answered yet. */
interface Job {
  readonly answers: boolean[];
  batchesLeft: number;
  settled: boolean;
  readonly settle: (answer: VerifierAnswer | VerifierError) => void;
}

interface JobBatch extends Batch {
  readonly job: Job;
  /** Where in the answers of the job each check belongs. */
  readonly positions: readonly number[];
  deaths: number;
}

/** Smaller pieces cost more in messages than another core brings. */
const PIECE_MIN = 8;
/** A batch that was there when two workers died is refused: a third would die too. */
const DEATHS_MAX = 2;
const CANCELLED: VerifierAnswer = Object.freeze({ ok: false, code: "cancelled" });

class BatchVerifier implements WorkerVerifier {
  readonly name: string;
  readonly nativeRefusal?: string;
  readonly #settings: Settings;
  readonly #lanes: readonly Lane<JobBatch>[];
  #phase: "starting" | "open" | "lost" | "closed" = "starting";
  #onStarted: (fault: string | undefined) => void = () => {};
  #lostDetail = "";
  #lastBatch = 0;
  /** Batches that no worker has in hand, first come first. Bounded by `waitingMax` checks. */
  #queue: JobBatch[] = [];
  readonly #jobs = new Set<Job>();
  /** Checks accepted, and neither answered nor dropped. */
  #waiting = 0;

  constructor(name: BackendName, settings: Settings, spawn: SpawnWorker, nativeRefusal: string | undefined) {
    this.name = name;
    if (nativeRefusal !== undefined) this.nativeRefusal = nativeRefusal;
    this.#settings = settings;
    const owner = {
      onReady: () => this.#onReady(),
      onAnswer: (batch: JobBatch, answers: Uint8Array) => this.#onAnswer(batch, answers),
      onDeath: (suspect: JobBatch | undefined, others: readonly JobBatch[]) => this.#onDeath(suspect, others),
      onLost: (detail: string) => this.#onLost(detail),
    };
    this.#lanes = Array.from({ length: settings.workers }, () => new Lane({ backend: name }, spawn, owner));
  }

  /** Starts the workers. @returns undefined once all are ready, or why one can't be */
  start(): Promise<string | undefined> {
    return new Promise((resolve) => {
      this.#onStarted = resolve;
      for (const lane of this.#lanes) lane.start();
    });
  }

  async verify(checks: readonly SignatureCheck[], signal?: CancelSignal): Promise<VerifierAnswer> {
    if (this.#phase === "closed" || signal?.aborted) return CANCELLED;
    if (this.#phase === "lost") throw this.#lostError();
    const positions: number[] = [];
    for (const [position, check] of checks.entries()) if (checkShape(check)) positions.push(position);
    const answers = new Array<boolean>(checks.length).fill(false);
    if (positions.length === 0) return ok(answers);
    const { waitingMax } = this.#settings;
    if (this.#waiting + positions.length > waitingMax) {
      const detail = `${this.#waiting} checks wait, ${positions.length} more would pass the bound of ${waitingMax}`;
      return refuse("busy", detail);
    }
    const answer = await this.#run(checks, positions, answers, signal);
    if (answer instanceof VerifierError) throw answer;
    return answer;
  }

  async close(): Promise<void> {
    this.#phase = "closed";
    for (const job of [...this.#jobs]) job.settle(CANCELLED);
    await Promise.all(this.#lanes.map((lane) => lane.close()));
  }

  #run(
    checks: readonly SignatureCheck[],
    positions: readonly number[],
    answers: boolean[],
    signal: CancelSignal | undefined,
  ): Promise<VerifierAnswer | VerifierError> {
    return new Promise((resolve) => {
      const onAbort = () => job.settle(CANCELLED);
      const job: Job = {
        answers,
        batchesLeft: 0,
        settled: false,
        settle: (answer) => {
          if (job.settled) return;
          job.settled = true;
          this.#jobs.delete(job);
          signal?.removeEventListener("abort", onAbort);
          if (job.batchesLeft > 0) this.#dropQueued(job);
          resolve(answer);
        },
      };
      this.#jobs.add(job);
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#enqueue(job, checks, positions);
      this.#dispatch();
    });
  }

  /** Cuts a job into batches of even size: no more than needed, but one for every worker if there is enough. */
  #enqueue(job: Job, checks: readonly SignatureCheck[], positions: readonly number[]): void {
    const { batchSize, workers } = this.#settings;
    const forAll = Math.min(workers, Math.ceil(positions.length / PIECE_MIN));
    const pieces = Math.max(Math.ceil(positions.length / batchSize), forAll);
    const size = Math.ceil(positions.length / pieces);
    for (let at = 0; at < positions.length; at += size) {
      const part = positions.slice(at, at + size);
      const own = part.map((position) => checks[position] as SignatureCheck);
      this.#queue.push({ number: ++this.#lastBatch, job, checks: own, positions: part, deaths: 0 });
      job.batchesLeft++;
    }
    this.#waiting += positions.length;
  }

  #dispatch(): void {
    while (this.#queue.length > 0) {
      let freest: Lane<JobBatch> | undefined;
      for (const lane of this.#lanes) if (lane.room > (freest?.room ?? 0)) freest = lane;
      if (freest === undefined) return;
      const batch = this.#queue.shift();
      if (batch !== undefined) freest.send(batch);
    }
  }

  #onReady(): void {
    if (this.#phase === "starting" && this.#lanes.every((lane) => lane.room > 0)) {
      this.#phase = "open";
      this.#onStarted(undefined);
    }
    this.#dispatch();
  }

  #onAnswer(batch: JobBatch, answers: Uint8Array): void {
    const { job } = batch;
    this.#waiting -= batch.checks.length;
    job.batchesLeft--;
    for (const [index, position] of batch.positions.entries()) job.answers[position] = answers[index] === 1;
    if (job.batchesLeft === 0) job.settle(ok(job.answers));
    this.#dispatch();
  }

  /** The suspect and those behind it go back to the front of the queue, in their order; the suspect only once. */
  #onDeath(suspect: JobBatch | undefined, others: readonly JobBatch[]): void {
    const again = suspect === undefined ? [] : [suspect, ...others];
    this.#queue.unshift(...again);
    if (suspect !== undefined && ++suspect.deaths >= DEATHS_MAX) {
      const message = `${DEATHS_MAX} verifier workers died over the same ${suspect.checks.length} checks`;
      suspect.job.settle(new VerifierError("worker-died", message));
    }
    for (const batch of again) if (batch.job.settled) this.#dropQueued(batch.job);
    this.#dispatch();
  }

  #onLost(detail: string): void {
    this.#lostDetail = detail;
    if (this.#phase === "starting") this.#onStarted(detail);
    if (this.#lanes.some((lane) => lane.alive)) return;
    this.#phase = "lost";
    for (const job of [...this.#jobs]) job.settle(this.#lostError());
  }

  #lostError(): VerifierError {
    return new VerifierError("workers-lost", `no verifier worker can be started: ${this.#lostDetail}`);
  }

  #dropQueued(job: Job): void {
    this.#queue = this.#queue.filter((batch) => {
      if (batch.job !== job) return true;
      this.#waiting -= batch.checks.length;
      job.batchesLeft--;
      return false;
    });
  }
}
