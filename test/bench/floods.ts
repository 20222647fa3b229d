// What floods of bad and of dear requests cost a server: the share of one core that it spends while a client sends as much
// as it can of one kind of them, over many connections, and how long a right question takes beside it. Run by hand:
// node --conditions=@witan/source test/bench/floods.ts [URL] [SECONDS [NAME]]
// With the URL of a node that runs (`witan devnet` tells them) it is that one, with the blocks it got meanwhile; without,
// a server of samples by itself.
import { fork } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { openRpcServer } from "@witan/rpc/server";
import { WebSocket } from "ws";
import { NO_EVENTS } from "../rpc/no-events.ts";
import { call, sampleService } from "../rpc/server.ts";

/** Connections that each flood uses at a time. */
const CONNECTIONS = 64;
const ARGUMENTS = process.argv.slice(2);
/** The node that runs; undefined: a server of our own. */
const NODE = ARGUMENTS[0]?.startsWith("http://") ? new URL(ARGUMENTS.shift() as string) : undefined;
const HOST = NODE?.hostname ?? "127.0.0.1";
const SECONDS = Number(ARGUMENTS[0] ?? 8);
const NAME = ARGUMENTS[1] ?? "";
/** A right question is asked so often, in milliseconds. */
const ASK_MS = 50;
/** What may come at once after a rest is spent first, and not counted. */
const WARMUP_SECONDS = 4;

interface Flood {
  readonly name: string;
  readonly run: (port: number, isOver: () => boolean, count: () => void) => Promise<void>;
}

function post(body: string, headers = ""): string {
  return `POST / HTTP/1.1\r\nHost: ${HOST}\r\nContent-Type: application/json\r\n${headers}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

/** Sends a text again and again on one connection, as soon as there is an answer, and connects anew when it is cut. */
async function byHttp(port: number, text: string, isOver: () => boolean, count: () => void): Promise<void> {
  while (!isOver()) {
    const socket = connect(port, HOST);
    socket.on("error", () => undefined);
    socket.on("connect", () => socket.write(text));
    socket.on("data", (data) => {
      const answers = String(data).split("HTTP/1.1 ").length - 1;
      for (let at = 0; at < answers; at++) count();
      if (isOver()) socket.destroy();
      else if (answers > 0) socket.write(text);
    });
    const over = setInterval(() => isOver() && socket.destroy(), 100);
    await new Promise((resolve) => socket.on("close", resolve));
    clearInterval(over);
  }
}

/** Connects, sends, and goes away without reading. */
async function byChurn(port: number, text: string, isOver: () => boolean, count: () => void): Promise<void> {
  while (!isOver()) {
    const socket = connect(port, HOST);
    socket.on("error", () => undefined);
    await new Promise((resolve) => socket.on("connect", resolve).on("close", resolve));
    count();
    await new Promise<void>((resolve) => {
      socket.write(text, () => resolve());
      socket.on("close", () => resolve());
    });
    socket.destroy();
  }
}

async function bySocket(port: number, text: string, isOver: () => boolean, count: () => void): Promise<void> {
  const ws = new WebSocket(`ws://${HOST}:${port}/`);
  ws.on("error", () => undefined);
  ws.on("message", () => count());
  await once(ws, "open");
  while (!isOver()) {
    if (ws.bufferedAmount < 100_000) for (let at = 0; at < 20; at++) ws.send(text);
    await new Promise((resolve) => setImmediate(resolve));
  }
  ws.terminate();
}

const http = (name: string, text: string): Flood => ({
  name,
  run: (port, isOver, count) => byHttp(port, text, isOver, count),
});

const FLOODS: readonly Flood[] = [
  http("no JSON", post("{")),
  http("unknown method", post(JSON.stringify(call("chain_heads")))),
  http("wrong params", post(JSON.stringify(call("chain_block", { height: 1e300, x: 1, y: [] })))),
  http("odd id", post(JSON.stringify(call("chain_head", {}, 1.5)))),
  http("odd hex", post(JSON.stringify(call("transaction_submit", { transaction: "xyz" })))),
  http("a batch of 1,000 wrong", post(JSON.stringify(new Array(1_000).fill(call("nothing"))))),
  http("1,000 times rpc.discover", post(JSON.stringify(new Array(1_000).fill(call("rpc.discover"))))),
  http(
    "1,000 full blocks",
    post(JSON.stringify(new Array(1_000).fill(call("chain_block", { height: 1, transactions: "full" })))),
  ),
  http("deep nesting, 1 MB", post("[".repeat(1_000_000))),
  http("8 MB of no JSON", post(`"${"x".repeat(8_000_000)}`)),
  http(
    "a body too large",
    `POST / HTTP/1.1\r\nHost: ${HOST}\r\nContent-Type: application/json\r\nContent-Length: 99999999\r\n\r\n{`,
  ),
  http("another Host", post("{}").replace(HOST, "evil.example")),
  http("no HTTP", "nonsense\r\n\r\n"),
  http("PUT, and nothing there", `PUT /x HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: 0\r\n\r\n`),
  http("64 sent ahead", post("{").repeat(64)),
  { name: "connections anew", run: (port, isOver, count) => byChurn(port, post("{"), isOver, count) },
  { name: "WebSocket, no JSON", run: (port, isOver, count) => bySocket(port, "{", isOver, count) },
  {
    name: "WebSocket, wrong params",
    run: (port, isOver, count) =>
      bySocket(port, JSON.stringify(call("chain_block", { x: 1 })), isOver, count),
  },
];

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
