// Checks signatures on all cores: joins and cuts what is asked into batches, hands them to worker threads, bounds what
// waits, and drops what is no longer wanted. One or two checks that find nothing else to do are made right here. Fails
// closed: an answer is true only if a backend said so for that very check; where no worker could say, the caller gets
// an error, never a guess.
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
import { type BytesScheme, checkShape } from "../schemes/scheme.ts";
import { type BackendName, type ChooseFault, type ChosenScheme, chooseScheme } from "./choose.ts";
import { SharedSignals } from "./shared-signals.ts";
import { type Batch, Lane, type SpawnWorker, spawnWorker } from "./verifier-lane.ts";
import { type Job, type Run, RunQueue, runOf } from "./verifier-queue.ts";

/** How a verifier is set up. All fields have defaults. */
export interface VerifierOptions {
  /** Which backend, as for `chooseScheme`. Default `auto`. */
  readonly scheme?: "auto" | BackendName;
  /** Worker threads, 1 to 256. Default: as many as the process has cores. */
  readonly workers?: number;
  /** How many checks may be accepted and not answered yet. Default 65,536: eight full blocks. */
  readonly waitingMax?: number;
  /**
   * Checks in a batch at most; small calls share one. Default 64: 3 ms of a core with the native backend; what is under
   * way isn't cancelled.
   */
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
  /** `worker-died`: two workers died over the same checks. `workers-lost`: no worker can be started any more. */
  readonly code: "worker-died" | "workers-lost";

  constructor(code: "worker-died" | "workers-lost", message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Starts a verifier: chooses and tests the backend here, then again in each worker.
 * Its `verify` rejects with VerifierError where no worker could answer; checks whose worker died are tried once more
 * before that, each call's by themselves. More checks at once than `waitingMax` are always `busy`.
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
  const verifier = new BatchVerifier(chosen.value, settings, spawn);
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

/** Checks of one job or several, in the order of its runs. */
interface JobBatch extends Batch {
  readonly runs: readonly Run[];
}

/** Smaller batches cost more in messages than another core brings, as long as there is more to put in. */
const SHARE_MIN = 8;
/**
 * Checks that are made on the caller's thread if no worker has anything in hand: 0.06 ms each. A message to a worker
 * and back costs as much, and on a busy machine a worker is woken late: a lone transaction was final 2 ms sooner.
 */
const HERE_MAX = 2;
/** Checks that were with two workers when they died are refused: a third would die too. */
const DEATHS_MAX = 2;
const CANCELLED: VerifierAnswer = Object.freeze({ ok: false, code: "cancelled" });

class BatchVerifier implements WorkerVerifier {
  readonly name: string;
  readonly nativeRefusal?: string;
  /** What checks on this thread; none where one check takes longer than a message to a worker and back. */
  readonly #here: BytesScheme | undefined;
  readonly #settings: Settings;
  readonly #lanes: readonly Lane<JobBatch>[];
  #phase: "starting" | "open" | "lost" | "closed" = "starting";
  #onStarted: (fault: string | undefined) => void = () => {};
  #lostDetail = "";
  #lastBatch = 0;
  /** What no worker has in hand. With `#inHand` bounded by `waitingMax` checks. */
  readonly #queue = new RunQueue();
  /** Checks that workers have in hand, those of settled jobs included. */
  #inHand = 0;
  readonly #jobs = new Set<Job>();
  readonly #signals = new SharedSignals();

  constructor({ name, nativeRefusal, scheme }: ChosenScheme, settings: Settings, spawn: SpawnWorker) {
    this.name = name;
    this.#here = name === "native" ? scheme : undefined;
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
    const waiting = this.#queue.checks + this.#inHand;
    if (waiting + positions.length > waitingMax) {
      const detail = `${waiting} checks wait, ${positions.length} more would pass the bound of ${waitingMax}`;
      return refuse("busy", detail);
    }
    if (waiting === 0 && positions.length <= HERE_MAX && this.#here !== undefined) {
      for (const position of positions)
        answers[position] = this.#here.verify(checks[position] as SignatureCheck);
      return ok(answers);
    }
    const asked = positions.map((position) => checks[position] as SignatureCheck);
    const answer = await this.#run(asked, positions, answers, signal);
    if (answer instanceof Error) throw answer;
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
  ): Promise<VerifierAnswer | Error> {
    return new Promise((resolve) => {
      const onAbort = () => job.settle(CANCELLED);
      const job: Job = {
        checks,
        positions,
        answers,
        left: checks.length,
        settled: false,
        queued: new Set(),
        settle: (answer) => {
          if (job.settled) return;
          job.settled = true;
          this.#jobs.delete(job);
          this.#queue.drop(job);
          if (signal !== undefined) this.#signals.unwatch(signal, onAbort);
          resolve(answer);
        },
      };
      this.#jobs.add(job);
      if (signal !== undefined) this.#signals.watch(signal, onAbort);
      this.#queue.pushBack(runOf(job, 0, checks.length));
      this.#dispatch();
    });
  }

  #dispatch(): void {
    while (this.#queue.checks > 0) {
      let freest: Lane<JobBatch> | undefined;
      for (const lane of this.#lanes) if (lane.room > (freest?.room ?? 0)) freest = lane;
      if (freest === undefined) return;
      const runs = this.#queue.take(this.#share());
      const checks = runs.flatMap(({ job, from, to }) => job.checks.slice(from, to));
      this.#inHand += checks.length;
      freest.send({ number: ++this.#lastBatch, runs, checks });
    }
  }

  /** How much the next batch takes of what waits: a worker's share, so that all help, but neither little nor a lot. */
  #share(): number {
    const { batchSize, workers } = this.#settings;
    return Math.min(batchSize, Math.max(SHARE_MIN, Math.ceil(this.#queue.checks / workers)));
  }

  #onReady(): void {
    if (this.#phase === "starting" && this.#lanes.every((lane) => lane.room > 0)) {
      this.#phase = "open";
      this.#onStarted(undefined);
    }
    this.#dispatch();
  }

  #onAnswer(batch: JobBatch, answers: Uint8Array): void {
    this.#inHand -= batch.checks.length;
    let index = 0;
    for (const { job, from, to } of batch.runs) {
      for (const position of job.positions.slice(from, to)) job.answers[position] = answers[index++] === 1;
      job.left -= to - from;
      if (job.left === 0) job.settle(ok(job.answers));
    }
    this.#dispatch();
  }

  /** What the worker had in hand goes back to the front of the queue, in its order; what killed twice is refused. */
  #onDeath(suspect: JobBatch | undefined, others: readonly JobBatch[]): void {
    for (const run of suspect?.runs ?? []) {
      if (++run.deaths < DEATHS_MAX) continue;
      const message = `${DEATHS_MAX} verifier workers died over the same ${run.to - run.from} checks`;
      run.job.settle(new VerifierError("worker-died", message));
    }
    const inHand = suspect === undefined ? [] : [suspect, ...others];
    for (const batch of inHand.reverse()) {
      this.#inHand -= batch.checks.length;
      for (const run of batch.runs.toReversed()) if (!run.job.settled) this.#queue.pushFront(run);
    }
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
}
