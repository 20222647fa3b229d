// The load as it travels: transfers signed beforehand, and batches of calls sent to validators over a few connections,
// with a bound on what is under way. What a busy validator does not take is sent to it again.
import { Agent, request } from "node:http";
import { LabFailure } from "../lab-failure.ts";
import { type RefusedTransaction, type SubmittedTransaction, sharedNow } from "./load-messages.ts";

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
  readonly batch: number;
  readonly outstanding: number;
  readonly onProgress: (done: number, total: number) => void;
}

/** Before what was refused as too much is sent again, in milliseconds. */
const RETRY_MS = 25;
const LIMIT_EXCEEDED = -32005;
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

/** Batches for each validator in turn. */
export function batchesOf(transfers: readonly SignedTransfer[], plan: SubmitPlan): readonly Batch[] {
  const batches: Batch[] = [];
  for (let from = 0; from < transfers.length; from += plan.batch)
    batches.push(batchOf(transfers.slice(from, from + plan.batch), batches.length % plan.rpc.length));
  return batches;
}

function batchOf(transfers: readonly SignedTransfer[], node: number): Batch {
  const calls = transfers.map(
    ({ bytes }, id) =>
      `{"jsonrpc":"2.0","id":${id},"method":"transaction_submit","params":{"transaction":"${bytes}","waitFor":"final","timeoutMs":60000}}`,
  );
  return { node, transfers, body: `[${calls.join(",")}]` };
}

/**
 * Submits all batches, each to its validator.
 * @throws {LabFailure} `load-failed` if a validator does not answer
 */
export async function submitBatches(batches: readonly Batch[], plan: SubmitPlan): Promise<Submission> {
  const total = batches.reduce((sum, { transfers }) => sum + transfers.length, 0);
  const sentAt = new Map<string, SubmittedTransaction>();
  const refused: RefusedTransaction[] = [];
  let [retries, done] = [0, 0];
  const agent = new Agent({ keepAlive: true, maxSockets: plan.outstanding });
  const send = async ({ node, transfers, body }: Batch): Promise<void> => {
    const at = sharedNow();
    for (const { id } of transfers) if (!sentAt.has(id)) sentAt.set(id, { id, node, at });
    const answers = await post(plan.rpc[node] ?? "", body, { agent, count: transfers.length });
    const again = transfers.filter((transfer, place) => {
      const why = judged(answers[place]);
      if (why !== undefined && why !== "busy") refused.push({ id: transfer.id, why });
      return why === "busy";
    });
    done += transfers.length - again.length;
    plan.onProgress(done, total);
    if (again.length === 0) return;
    retries += again.length;
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    await send(batchOf(again, node));
  };
  try {
    await Promise.all(
      plan.rpc.map(async (_, node) => {
        const own = batches.filter((batch) => batch.node === node).values();
        // All lanes of a validator take from the same row.
        const lane = async (): Promise<void> => {
          for (const batch of own) await send(batch);
        };
        await Promise.all(Array.from({ length: plan.outstanding }, lane));
      }),
    );
  } finally {
    agent.destroy();
  }
  return { transactions: [...sentAt.values()], refused, retries };
}

/** Undefined: it was taken. `busy`: it may be sent again. Else why it was not taken. */
function judged(answer: Answer | undefined): string | undefined {
  if (answer === undefined) return "there was no answer to it";
  if (answer.error !== undefined) return answer.error.code === LIMIT_EXCEEDED ? "busy" : answer.error.message;
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
