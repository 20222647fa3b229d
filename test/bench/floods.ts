// What floods of bad and of dear requests cost a server: the share of one core that it spends while a client sends as much
// as it can of one kind of them, over many connections, and how long a right question takes beside it. Run by hand:
// npm run bench:floods -- [URL] [SECONDS [NAME]]
// With the URL of a node that runs here (`witan devnet` tells them) it is that one, with the blocks it got meanwhile; without,
// a server of samples by itself.
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { openRpcServer } from "@witan/rpc/server";
import { NO_EVENTS } from "../rpc/no-events.ts";
import { call, sampleService } from "../rpc/server.ts";
import { FLOODS, type Flood } from "./flood-kinds.ts";

/** Connections that each flood uses at a time. */
const CONNECTIONS = 64;
const ARGUMENTS = process.argv.slice(2);
/** The node that runs; undefined: a server of our own. */
const NODE = ARGUMENTS[0]?.startsWith("http://") ? new URL(ARGUMENTS.shift() as string) : undefined;
const HOST = "127.0.0.1";
const SECONDS = Number(ARGUMENTS[0] ?? 8);
const NAME = ARGUMENTS[1] ?? "";
/** A right question is asked so often, in milliseconds. */
const ASK_MS = 50;
/** What may come at once after a rest is spent first, and not counted. */
const WARMUP_SECONDS = 4;

async function serve(): Promise<void> {
  const server = await openRpcServer({
    ...{ service: sampleService(), events: NO_EVENTS, listen: "127.0.0.1:0" },
    observer: { bug: (error) => console.error(error) },
  });
  process.on("message", () => process.send?.({ cpu: process.cpuUsage(), memory: process.memoryUsage().rss }));
  process.on("disconnect", () => process.exit());
  process.send?.({ port: Number(server.address.split(":")[1]) });
}

interface Usage {
  readonly cpu: { readonly user: number; readonly system: number };
  readonly memory: number;
}

/** What is flooded. */
interface Target {
  readonly port: number;
  /** Undefined: it is no process of ours. */
  readonly usage: () => Promise<Usage | undefined>;
  readonly end: () => void;
}

function running(node: URL): Target {
  return { port: Number(node.port || 80), usage: async () => undefined, end: () => undefined };
}

async function ownServer(): Promise<Target> {
  const child = fork(fileURLToPath(import.meta.url), ["serve"], { execArgv: ["--conditions=@witan/source"] });
  const [{ port }] = (await once(child, "message")) as [{ port: number }];
  const usage = async (): Promise<Usage> => {
    child.send("usage");
    return (await once(child, "message"))[0] as Usage;
  };
  return { port, usage, end: () => child.kill("SIGKILL") };
}

async function wait(seconds: number): Promise<void> {
  await once(AbortSignal.timeout(seconds * 1_000), "abort");
}

/** The height of the node, and the milliseconds until it was told. */
async function askHead(port: number): Promise<{ readonly height: number; readonly ms: number }> {
  const begun = performance.now();
  const answer = await fetch(`http://${HOST}:${port}/`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(call("chain_head")),
  });
  const { result } = (await answer.json()) as { readonly result?: { readonly height: number } };
  return { height: result?.height ?? Number.NaN, ms: performance.now() - begun };
}

/** Asks a right question again and again, on a connection from before the flood; what counts is behind the warmup. */
async function askBeside(port: number): Promise<string> {
  const took: number[] = [];
  let failed = 0;
  const heights: number[] = [];
  const from = performance.now() + WARMUP_SECONDS * 1_000;
  while (performance.now() < from + SECONDS * 1_000) {
    const begun = performance.now();
    try {
      const { height, ms } = await askHead(port);
      if (begun >= from) took.push(ms);
      heights.push(height);
    } catch {
      failed++;
    }
    await wait(ASK_MS / 1_000);
  }
  took.sort((a, b) => a - b);
  const at = (share: number): string => `${Math.round(took[Math.floor(took.length * share)] ?? Number.NaN)}`;
  const blocks = NODE === undefined ? "" : `, ${(heights.at(-1) ?? 0) - (heights[0] ?? 0)} blocks`;
  return `chain_head ${at(0.5)} ms, at most ${at(1 - Number.EPSILON)} ms${failed === 0 ? "" : `, ${failed} failed`}${blocks}`;
}

async function measure({ name, run }: Flood): Promise<void> {
  const target = NODE === undefined ? await ownServer() : running(NODE);
  let isOver = false;
  let answers = 0;
  await askHead(target.port);
  const asking = askBeside(target.port);
  const flooding = Array.from({ length: CONNECTIONS }, () =>
    run(
      target.port,
      () => isOver,
      () => answers++,
    ).catch(() => undefined),
  );
  await wait(WARMUP_SECONDS);
  const before = await target.usage();
  const [begun, counted] = [performance.now(), answers];
  const beside = await asking;
  const after = await target.usage();
  const seconds = (performance.now() - begun) / 1_000;
  const perSecond = Math.round((answers - counted) / seconds);
  console.log(
    `${name.padEnd(26)} ${String(perSecond).padStart(7)} answers/s ${usageText(before, after, seconds)} ${beside}`,
  );
  isOver = true;
  target.end();
  await Promise.race([Promise.all(flooding), wait(2)]);
}

function usageText(before: Usage | undefined, after: Usage | undefined, seconds: number): string {
  if (before === undefined || after === undefined) return "";
  const cpu = (after.cpu.user + after.cpu.system - before.cpu.user - before.cpu.system) / 1e6 / seconds;
  return `${(100 * cpu).toFixed(1).padStart(6)} % of a core ${Math.round(after.memory / 2 ** 20)} MB`;
}

if (ARGUMENTS[0] === "serve") await serve();
else for (const flood of FLOODS) if (flood.name.includes(NAME)) await measure(flood);
process.exitCode = 0;
if (ARGUMENTS[0] !== "serve") process.exit();
