// The inside of a thread: runs the world of each seed that it is told. Keeps nothing between worlds.
import { parentPort, workerData } from "node:worker_threads";
import { present } from "@witan/primitives";
import type { WorldKind } from "./run-seed.ts";
import { READY } from "./thread.ts";
import { timed } from "./timed.ts";

const port = present(parentPort ?? undefined, "the port of a thread of worlds");
const kind = workerData as WorldKind;

port.on("message", async (seed: number) => port.postMessage(await timed(kind, seed)));
port.postMessage(READY);
