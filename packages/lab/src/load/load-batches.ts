// The load as it travels: transfers signed beforehand, and batches of calls sent to nodes over a few connections, as fast
// as they answer or at a steady pace. What a busy node does not take is sent to it again.
import { Agent, request } from "node:http";
import { LabFailure } from "../lab-failure.ts";
import {
  type LoadPace,
  type RefusedTransaction,
  type SubmittedTransaction,
  sharedNow,
} from "./load-messages.ts";

/** A transfer that is ready to be sent. */
export interface SignedTransfer {
  readonly id: string;
  /** Its bytes in hex. */
  readonly bytes: string;
}

/** What came of submitting. */
export interface Submission {
  readonly transactions: readonly SubmittedTransaction[];
  readonly refused: readonly RefusedTransaction[];
  readonly retries: number;
}

/** How it is submitted. */
export interface SubmitPlan {
  readonly rpc: readonly string[];
  readonly pace: LoadPace;
  /** What nodes answer after: with proof of work nobody waits until it is final, or all connections would. */
  readonly waitFor: "admitted" | "final";
  /** Ends a load at a steady pace early: what is not due yet is not sent. */
  readonly signal?: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

/** Before what was refused as too much is sent again, in milliseconds. */
const RETRY_MS = 25;
/** At a steady pace: nodes that did not answer one after another until the load as a whole has failed. */
const FAILED_MAX = 400;
/** Errors of the moment: the node has too much to do, or is behind the others. A client asks again, and so does a load. */
const OF_THE_MOMENT: readonly number[] = [-32005, -32002];
/** An answer that does not come in this time never will, in milliseconds. */
const ANSWER_MS = 60_000;

interface Answer {
  readonly id: number;
  readonly result?: { readonly status: string; readonly code?: string; readonly message?: string };
  readonly error?: { readonly code: number; readonly message: string };
}

interface Batch {
  readonly node: number;
  readonly transfers: readonly SignedTransfer[];
  /** The request as it is sent; made before the clock starts. */
  readonly body: string;
}

/** Transactions of a batch at a steady pace are due together: of so many milliseconds. */
const STEADY_MS = 20;
/** Connections to one node at a steady pace: more batches wait for one of them. */
const STEADY_SOCKETS = 64;

function batchSize(pace: LoadPace): number {
  return pace.kind === "full" ? pace.batch : Math.max(1, Math.round((pace.perSecond * STEADY_MS) / 1_000));
}

/** Batches for each node in turn. */
export function batchesOf(transfers: readonly SignedTransfer[], plan: SubmitPlan): readonly Batch[] {
  const batches: Batch[] = [];
  const size = batchSize(plan.pace);
  for (let from = 0; from < transfers.length; from += size) {
    const node = batches.length % plan.rpc.length;
    batches.push(batchOf(transfers.slice(from, from + size), node, plan));
  }
  return batches;
}

function batchOf(
  transfers: readonly SignedTransfer[],
  node: number,
  { waitFor }: Pick<SubmitPlan, "waitFor">,
): Batch {
  const calls = transfers.map(
    ({ bytes }, id) =>
      `{"jsonrpc":"2.0","id":${id},"method":"transaction_submit","params":{"transaction":"${bytes}","waitFor":"${waitFor}","timeoutMs":60000}}`,
  );
  return { node, transfers, body: `[${calls.join(",")}]` };
}

/**
 * Submits all batches: at full pace each to its node, at a steady pace to the next one if it does not answer.
 * @throws {LabFailure} `load-failed` if a node does not answer; at a steady pace if none does
 */
export async function submitBatches(batches: readonly Batch[], plan: SubmitPlan): Promise<Submission> {
  const sending = new Sending(batches, plan);
  try {
    if (plan.pace.kind === "full") await sending.asAnswered(plan.pace.outstanding);
    else await sending.asDue(plan.pace.perSecond);
  } finally {
    sending.end();
  }
  return sending.submission;
}

/** A load under way. */
class Sending {
  readonly #batches: readonly Batch[];
  readonly #plan: SubmitPlan;
  readonly #agent: Agent;
  readonly #total: number;
  readonly #sent = new Map<string, SubmittedTransaction>();
  readonly #refused: RefusedTransaction[] = [];
  #retries = 0;
  #done = 0;

  constructor(batches: readonly Batch[], plan: SubmitPlan) {
    const { pace } = plan;
    this.#batches = batches;
    this.#plan = plan;
    const maxSockets = pace.kind === "full" ? pace.outstanding : STEADY_SOCKETS;
    this.#agent = new Agent({ keepAlive: true, maxSockets });
    this.#total = batches.reduce((sum, { transfers }) => sum + transfers.length, 0);
  }

  get submission(): Submission {
    return { transactions: [...this.#sent.values()], refused: this.#refused, retries: this.#retries };
  }

  end(): void {
    this.#agent.destroy();
  }

  async asAnswered(outstanding: number): Promise<void> {
    await Promise.all(
      this.#plan.rpc.map(async (_, node) => {
        const own = this.#batches.filter((batch) => batch.node === node).values();
        // All lanes of a node take from the same row.
        const lane = async (): Promise<void> => {
          for (const batch of own) await this.#send(batch, sharedNow());
        };
        await Promise.all(Array.from({ length: outstanding }, lane));
      }),
    );
  }

  /** Each when it is due, whatever became of those before: a network that stands still does not slow its clients. */
  async asDue(perSecond: number): Promise<void> {
    const from = sharedNow();
    const under: Promise<void>[] = [];
    let due = from;
    for (const batch of this.#batches) {
      const waitMs = due - sharedNow();
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
      if (this.#plan.signal?.aborted) break;
      under.push(this.#send(batch, due));
      due += (batch.transfers.length * 1_000) / perSecond;
    }
    await Promise.all(under);
  }

  async #send({ node, transfers, body }: Batch, at: number, failed = 0): Promise<void> {
    const { rpc, pace, onProgress } = this.#plan;
    for (const { id } of transfers) if (!this.#sent.has(id)) this.#sent.set(id, { id, node, at });
    let answers: readonly (Answer | undefined)[];
    try {
      answers = await post(rpc[node] ?? "", body, { agent: this.#agent, count: transfers.length });
    } catch (error) {
      if (pace.kind === "full" || failed >= FAILED_MAX) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      await this.#send(batchOf(transfers, (node + 1) % rpc.length, this.#plan), at, failed + 1);
      return;
    }
    const again = transfers.filter((transfer, place) => {
      const why = judged(answers[place]);
      if (why !== undefined && why !== "busy") this.#refused.push({ id: transfer.id, why });
      return why === "busy";
    });
    this.#done += transfers.length - again.length;
    onProgress(this.#done, this.#total);
    if (again.length === 0) return;
    this.#retries += again.length;
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    await this.#send(batchOf(again, node, this.#plan), at, failed);
  }
}

/** Undefined: it was taken. `busy`: it may be sent again. Else why it was not taken. */
function judged(answer: Answer | undefined): string | undefined {
  if (answer === undefined) return "there was no answer to it";
  if (answer.error !== undefined)
    return OF_THE_MOMENT.includes(answer.error.code) ? "busy" : answer.error.message;
  const { status = "", code = "", message = "" } = answer.result ?? {};
  return ["pending", "final", "waiting"].includes(status) ? undefined : `${status} ${code} ${message}`.trim();
}

/** Posts a batch; its answers in the order of the calls. */
async function post(
  url: string,
  body: string,
  { agent, count }: { readonly agent: Agent; readonly count: number },
): Promise<readonly (Answer | undefined)[]> {
  const text = await new Promise<string>((resolve, reject) => {
    const fail = (why: string): void =>
      reject(
        new LabFailure("load-failed", `${url} did not answer a batch of the load: ${why}; its log says more`),
      );
    const call = request(
      url,
      { agent, method: "POST", timeout: ANSWER_MS, headers: { "content-type": "application/json" } },
      (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.on("end", () => resolve(Buffer.concat(parts).toString("utf8")));
        response.on("error", (error) => fail(error.message));
      },
    );
    call.on("timeout", () =>
      call.destroy(new LabFailure("load-failed", `no answer for ${ANSWER_MS / 1000} s`)),
    );
    call.on("error", (error) => fail(error.message));
    call.end(body);
  });
  return answersIn(url, text, count);
}

/** The answers in the order of the calls. A refusal of the batch as a whole is one of each call in it. */
function answersIn(url: string, text: string, count: number): readonly (Answer | undefined)[] {
  let answers: unknown;
  try {
    answers = JSON.parse(text);
  } catch {
    throw new LabFailure("load-failed", `${url} answered a batch of the load with ${text.slice(0, 200)}`);
  }
  if (!Array.isArray(answers)) return new Array(count).fill(answers as Answer);
  const ordered: (Answer | undefined)[] = [];
  for (const answer of answers as readonly Answer[]) ordered[answer.id] = answer;
  return ordered;
}
