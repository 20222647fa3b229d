// Kinds of bad and of dear requests that a server can be flooded with, each sent as fast as it is answered.
import { once } from "node:events";
import { connect } from "node:net";
import { WebSocket } from "ws";
import { DEAR_BODIES } from "../rpc/dear-bodies.ts";
import { call } from "../rpc/server.ts";

const LOOPBACK = "127.0.0.1";

/** One kind. Runs on one connection at a time until it is over, and counts answers. */
export interface Flood {
  readonly name: string;
  readonly run: (port: number, isOver: () => boolean, count: () => void) => Promise<void>;
}

function post(body: string): string {
  return `POST / HTTP/1.1\r\nHost: ${LOOPBACK}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

/** Sends a text again and again on one connection, as soon as there is an answer, and connects anew when it is cut. */
async function byHttp(port: number, text: string, isOver: () => boolean, count: () => void): Promise<void> {
  while (!isOver()) {
    const socket = connect(port, LOOPBACK);
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
    const socket = connect(port, LOOPBACK);
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
  const ws = new WebSocket(`ws://${LOOPBACK}:${port}/`);
  ws.on("error", () => undefined);
  ws.on("message", () => count());
  await once(ws, "open");
  while (!isOver()) {
    for (let at = 1; at < 20; at++) ws.send(text);
    // Who sends must not take the core that is measured: on with the next when these have left. The system may take them at
    // once, and what is called back then keeps everything else of this process waiting, the end of the flood too.
    await new Promise((resolve) => ws.send(text, () => setImmediate(resolve)));
  }
  ws.terminate();
}

const http = (name: string, text: string | (() => string)): Flood => {
  let made: string | undefined;
  return {
    name,
    run: (port, isOver, count) => {
      made ??= typeof text === "string" ? text : text();
      return byHttp(port, made, isOver, count);
    },
  };
};

/** All kinds. */
export const FLOODS: readonly Flood[] = [
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
  ...DEAR_BODIES.map(({ name, body }) => http(`2 MB: ${name}`, () => post(body()))),
  http("2 MB of no JSON", () => post(`"${"x".repeat(2_000_000)}`)),
  http(
    "a body too large",
    `POST / HTTP/1.1\r\nHost: ${LOOPBACK}\r\nContent-Type: application/json\r\nContent-Length: 99999999\r\n\r\n{`,
  ),
  http("another Host", post("{}").replace(LOOPBACK, "evil.example")),
  http("no HTTP", "nonsense\r\n\r\n"),
  http("PUT, and nothing there", `PUT /x HTTP/1.1\r\nHost: ${LOOPBACK}\r\nContent-Length: 0\r\n\r\n`),
  http("64 sent ahead", post("{").repeat(64)),
  { name: "connections anew", run: (port, isOver, count) => byChurn(port, post("{"), isOver, count) },
  { name: "WebSocket, no JSON", run: (port, isOver, count) => bySocket(port, "{", isOver, count) },
  {
    name: "WebSocket, wrong params",
    run: (port, isOver, count) =>
      bySocket(port, JSON.stringify(call("chain_block", { x: 1 })), isOver, count),
  },
];
