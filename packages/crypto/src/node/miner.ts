// Mines on threads of its own: hands them work, drops theirs the moment other work comes, and counts what they try. What is
// worth mining on is not its affair.
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { assert } from "@witan/primitives";

/** What nonces are tried for. */
export interface HashWork {
  /** An encoded header of 128 bytes. The nonce is its last 8, little-endian: whatever is there is replaced. */
  readonly header: Uint8Array;
  /** SHA-256 of SHA-256 of the header, read as a little-endian number, must not be above this. */
  readonly target: bigint;
}

/** How a miner is set up. */
export interface MinerOptions {
  /** Threads, 1 to 256. Default: as many as the process has cores. */
  readonly threads?: number;
  /** Hashes a second of all threads together, above 0; undefined: as many as they can. */
  readonly hashRate?: number | undefined;
  /** A thread has ended, which none should; the others go on. */
  readonly onLost?: (detail: string) => void;
}

/** A miner on worker threads. They don't keep the process running. */
export interface ThreadMiner {
  /** Hashes tried since it was made. */
  readonly hashes: number;
  /** Begins to try, and drops what it was trying before. `onFound` is called once, or never if `mine` or `stop` comes first. */
  mine(work: HashWork, onFound: (nonce: bigint) => void): void;
  /** Drops what it is trying. */
  stop(): void;
  /** Ends all threads. */
  close(): Promise<void>;
}

/** What a thread is started with. */
export interface MinerStart {
  readonly lane: number;
  readonly lanes: number;
  readonly perSecond: number | undefined;
  /** [0]: the number of what is wanted now. */
  readonly signal: Int32Array<SharedArrayBuffer>;
  /** Tried, by lane. */
  readonly hashes: BigUint64Array<SharedArrayBuffer>;
}

/** What a thread is to do: nothing where `work` is undefined. */
export interface MinerRequest {
  readonly job: number;
  readonly work: HashWork | undefined;
}

/** A thread has found a nonce. */
export interface MinerReply {
  readonly job: number;
  readonly nonce: bigint;
}

/** Starts the threads of a miner. @throws {AssertionError} for options out of range */
export function openMiner(options: MinerOptions = {}): ThreadMiner {
  return new Threads(options);
}

class Threads implements ThreadMiner {
  readonly #signal = new Int32Array(new SharedArrayBuffer(4));
  readonly #hashes: BigUint64Array<SharedArrayBuffer>;
  readonly #workers: readonly Worker[];
  #job = 0;
  #onFound: ((nonce: bigint) => void) | undefined;
  #isClosed = false;

  constructor({ threads = availableParallelism(), hashRate, onLost }: MinerOptions) {
    assert(Number.isInteger(threads) && threads >= 1 && threads <= 256, `${threads} threads`);
    assert(hashRate === undefined || hashRate > 0, `a hash rate of ${hashRate}`);
    this.#hashes = new BigUint64Array(new SharedArrayBuffer(8 * threads));
    const perSecond = hashRate === undefined ? undefined : hashRate / threads;
    this.#workers = Array.from({ length: threads }, (_, lane) => {
      const start = { lane, lanes: threads, perSecond, signal: this.#signal, hashes: this.#hashes };
      const worker = spawn(start);
      worker.on("message", (reply: MinerReply) => this.#found(reply));
      let fault = "it ended by itself";
      worker.on("error", (error) => {
        fault = String(error); // an exit follows
      });
      worker.on("exit", () => {
        if (!this.#isClosed) onLost?.(fault);
      });
      worker.unref();
      return worker;
    });
  }

  get hashes(): number {
    let sum = 0n;
    for (let lane = 0; lane < this.#hashes.length; lane++) sum += Atomics.load(this.#hashes, lane);
    return Number(sum);
  }

  mine(work: HashWork, onFound: (nonce: bigint) => void): void {
    this.#onFound = onFound;
    this.#tell(work);
  }

  stop(): void {
    this.#onFound = undefined;
    this.#tell(undefined);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#onFound = undefined;
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #tell(work: HashWork | undefined): void {
    const request: MinerRequest = { job: ++this.#job, work };
    // The number first: a thread that sees it knows which request to wait for, and drops what it tries.
    Atomics.store(this.#signal, 0, request.job);
    for (const worker of this.#workers) worker.postMessage(request);
    Atomics.notify(this.#signal, 0);
  }

  /** What two threads found at once, or one too late, is dropped. */
  #found({ job, nonce }: MinerReply): void {
    if (job !== this.#job || this.#onFound === undefined) return;
    const onFound = this.#onFound;
    this.stop();
    onFound(nonce);
  }
}

/** Starts a thread: from source where this file is source, else from what was compiled. */
function spawn(start: MinerStart): Worker {
  const source = import.meta.url.endsWith(".ts");
  const file = new URL(source ? "./miner-worker.ts" : "./miner-worker.js", import.meta.url);
  const execArgv = ["--conditions=@witan/source", "--disable-warning=ExperimentalWarning"];
  return new Worker(file, { name: "miner", workerData: start, ...(source && { execArgv }) });
}
