// What waits for a worker: runs of checks, first come first. Adding, dropping a job and cutting off a batch's worth
// never walk over what stays, so that tens of thousands of small calls can be cancelled at once. Knows no workers.
import type { SignatureCheck, VerifierAnswer } from "@witan/primitives";

/** A call of `verify` that is not answered yet. */
export interface Job {
  /** The checks that only a worker can answer. */
  readonly checks: readonly SignatureCheck[];
  /** For each of the checks, where in `answers` its answer belongs. */
  readonly positions: readonly number[];
  readonly answers: boolean[];
  /** How many of the checks have no answer yet. */
  left: number;
  settled: boolean;
  readonly settle: (answer: VerifierAnswer | Error) => void;
  /** Its runs that are in the queue; the queue's own. */
  readonly queued: Set<Run>;
}

/** Neighbouring checks of one job, `from` up to but not including `to`: in the queue or in a worker's hands. */
export interface Run {
  readonly job: Job;
  /** Moves on as batches are cut off in the queue. */
  from: number;
  readonly to: number;
  /** Workers that died over it. */
  deaths: number;
  /** Neighbours in the queue; the queue's own. */
  before: Run | undefined;
  after: Run | undefined;
}

/** A run that is not in a queue and no worker has died over. */
export function runOf(job: Job, from: number, to: number): Run {
  return { job, from, to, deaths: 0, before: undefined, after: undefined };
}

/** A doubly linked list of runs. Holds nothing of a job that was dropped, so whoever bounds `checks` bounds it. */
export class RunQueue {
  #first: Run | undefined;
  #last: Run | undefined;
  #checks = 0;

  /** How many checks are in the queue. */
  get checks(): number {
    return this.#checks;
  }

  pushBack(run: Run): void {
    this.#link(this.#last, run, undefined);
  }

  pushFront(run: Run): void {
    this.#link(undefined, run, this.#first);
  }

  /** Takes all runs of a job out of the queue. */
  drop(job: Job): void {
    for (const run of job.queued) this.#unlink(run);
  }

  /**
   * Takes the next batch: runs from the front, of as many jobs as fit, the last one cut where `checksMax` is reached.
   * A run that a worker has died over comes alone and whole: if it kills again, no other job is refused with it.
   */
  take(checksMax: number): readonly Run[] {
    const batch: Run[] = [];
    let room = checksMax;
    for (let run = this.#first; run !== undefined && room > 0; run = this.#first) {
      if (run.deaths > 0 && batch.length > 0) break;
      const length = run.to - run.from;
      if (run.deaths > 0 || length <= room) {
        this.#unlink(run);
        batch.push(run);
        room = run.deaths > 0 ? 0 : room - length;
      } else {
        batch.push(runOf(run.job, run.from, run.from + room));
        run.from += room;
        this.#checks -= room;
        room = 0;
      }
    }
    return batch;
  }

  #link(before: Run | undefined, run: Run, after: Run | undefined): void {
    run.before = before;
    run.after = after;
    if (before === undefined) this.#first = run;
    else before.after = run;
    if (after === undefined) this.#last = run;
    else after.before = run;
    run.job.queued.add(run);
    this.#checks += run.to - run.from;
  }

  #unlink(run: Run): void {
    const { before, after } = run;
    if (before === undefined) this.#first = after;
    else before.after = after;
    if (after === undefined) this.#last = before;
    else after.before = before;
    run.before = undefined;
    run.after = undefined;
    run.job.queued.delete(run);
    this.#checks -= run.to - run.from;
  }
}
