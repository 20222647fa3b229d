// The inside of a mining thread: tries nonces of the newest work, slice by slice, as fast as it may. It never goes back to its
// event loop: between slices it looks for other work, and where there is none it sleeps until there is.
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { present } from "@witan/primitives";
import { HashPace } from "./hash-pace.ts";
import { HashTrial } from "./hash-trial.ts";
import type { MinerReply, MinerRequest, MinerStart } from "./miner.ts";

/** Half a millisecond: so long what is not wanted any more is tried at most. */
const SLICE = 512;

const port = present(parentPort ?? undefined, "the port of a mining thread");
const { lane, lanes, perSecond, signal, hashes } = workerData as MinerStart;
const pace = new HashPace(perSecond, SLICE);

let handled = 0;
let last: MinerRequest | undefined;

for (;;) {
  // The number of what is wanted now; the request itself comes right after it.
  const wanted = Atomics.load(signal, 0);
  if (wanted === handled) {
    Atomics.wait(signal, 0, wanted);
    continue;
  }
  for (let got = receiveMessageOnPort(port); got !== undefined; got = receiveMessageOnPort(port))
    last = got.message as MinerRequest;
  if (last?.job !== wanted) {
    Atomics.wait(signal, 0, wanted, 1);
    continue;
  }
  handled = wanted;
  const { work } = last;
  if (work !== undefined) mine(wanted, new HashTrial(work.header, work.target, lane, lanes));
  pace.rest();
}

/** Tries until it is found, or something else is wanted. */
function mine(job: number, trial: HashTrial): void {
  while (Atomics.load(signal, 0) === job) {
    const waitMs = pace.waitMs(performance.now());
    if (waitMs > 0) {
      Atomics.wait(signal, 0, job, waitMs);
      continue;
    }
    const { tried, nonce } = trial.try(pace.slice);
    pace.tried(tried);
    Atomics.add(hashes, lane, BigInt(tried));
    if (nonce === undefined) continue;
    port.postMessage({ job, nonce } satisfies MinerReply);
    return;
  }
}
