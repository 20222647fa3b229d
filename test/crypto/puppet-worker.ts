// A worker that the test answers for, message by message: what dies, when, and what is said is up to the test.
import { createNobleScheme } from "@witan/crypto";
import type { WorkerPort } from "@witan/crypto/node";

type Request = Parameters<WorkerPort["postMessage"]>[0];
const CHECK_BYTES = 129;

/** Answers a request as a good worker would. */
export function honestAnswers({ checks }: Request): Uint8Array {
  const scheme = createNobleScheme();
  return Uint8Array.from({ length: checks.length / CHECK_BYTES }, (_, index) => {
    const at = index * CHECK_BYTES;
    const part = (from: number, to: number) => checks.subarray(at + from, at + to);
    return scheme.verifyBytes(part(0, 32), part(32, 65), part(65, 129)) ? 1 : 0;
  });
}

export class PuppetWorker implements WorkerPort {
  readonly requests: Request[] = [];
  ended = false;
  readonly #listeners: { event: string; listener: (value: never) => void }[] = [];

  on(event: string, listener: (value: never) => void): void {
    this.#listeners.push({ event, listener });
  }

  postMessage(message: Request): void {
    if (!this.ended) this.requests.push(message);
  }

  /** As with a real worker, what it said before it ended may still arrive. */
  async terminate(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.die();
  }

  say(reply: unknown): void {
    if (!this.ended) this.#emit("message", reply);
  }

  ready(): void {
    this.say({ kind: "ready" });
  }

  /** Answers the oldest request. */
  answer(answers?: Uint8Array): void {
    const request = this.requests.shift();
    if (request !== undefined)
      this.say({ kind: "answer", batch: request.batch, answers: answers ?? honestAnswers(request) });
  }

  die(): void {
    if (this.ended) return;
    this.ended = true;
    this.#emit("exit", undefined);
  }

  fail(error: Error): void {
    this.#emit("error", error);
    this.die();
  }

  #emit(event: string, value: unknown): void {
    for (const each of this.#listeners) if (each.event === event) each.listener(value as never);
  }
}
