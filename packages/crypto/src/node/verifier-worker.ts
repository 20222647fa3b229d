// The inside of a verifier worker: loads its backend, tests it, then answers batch after batch. Keeps nothing between
// batches but public keys, and decides nothing: what it can't answer kills it, and the verifier outside sees to that.
import { parentPort, workerData } from "node:worker_threads";
import { present, refuse } from "@witan/primitives";
import { type BackendName, chooseScheme } from "./choose.ts";
import { KnownKeys } from "./known-keys.ts";
import { answerPacked, type WorkerReply, type WorkerRequest, type WorkerStart } from "./packed-checks.ts";

const BACKENDS: readonly string[] = ["native", "wasm", "noble"] satisfies BackendName[];

const port = present(parentPort ?? undefined, "the port of a verifier worker");
const { backend } = workerData as WorkerStart;
const chosen = BACKENDS.includes(backend)
  ? await chooseScheme(backend as BackendName)
  : refuse("unavailable", `no backend is called ${backend}`);

if (chosen.ok) {
  const { scheme } = chosen.value;
  const known = scheme.expandKey && new KnownKeys(scheme.expandKey);
  port.on("message", ({ batch, checks }: WorkerRequest) => {
    const answers = answerPacked(scheme, checks, known);
    const reply: WorkerReply = { kind: "answer", batch, answers };
    port.postMessage(reply, [answers.buffer]);
  });
  port.postMessage({ kind: "ready" } satisfies WorkerReply);
} else {
  port.postMessage({ kind: "unable", detail: chosen.detail ?? chosen.code } satisfies WorkerReply);
}
