// Servers of these tests, and how they are spoken to: by HTTP on loopback, with all headers in the test's hands.
import assert from "node:assert/strict";
import { once } from "node:events";
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { connect, type Socket } from "node:net";
import { METHODS, type MethodName, type RpcErrorObject, type RpcService } from "@witan/rpc";
import { openRpcServer, type RpcServer, type RpcServerOptions } from "@witan/rpc/server";
import { NO_EVENTS } from "./no-events.ts";
import { SAMPLES } from "./samples.ts";

/** A service that answers each call with the sample of its method. */
export function sampleService(): RpcService {
  const calls = Object.keys(METHODS).map((method) => [
    method,
    async () => SAMPLES[method as MethodName].result,
  ]);
  return Object.fromEntries(calls) as RpcService;
}

/** A server of a test, with what it told its observer. */
export interface Opened extends RpcServer {
  readonly url: string;
  readonly port: number;
  readonly bugs: unknown[];
  readonly refusals: string[];
}

const opened = new Set<RpcServer>();

/** Opens a server on loopback; `closeAll` closes it. */
export async function open(
  service: Partial<RpcService> = {},
  options: Partial<Omit<RpcServerOptions, "service">> = {},
): Promise<Opened> {
  const bugs: unknown[] = [];
  const refusals: string[] = [];
  const server = await openRpcServer({
    service: { ...sampleService(), ...service },
    events: NO_EVENTS,
    listen: "127.0.0.1:0",
    observer: { bug: (error) => bugs.push(error), refused: (reason) => refusals.push(reason) },
    ...options,
    // Tests are wrong as often as they like, unless that is what they are about.
    limits: { wrongPerSecond: 1_000_000, ...options.limits },
  });
  opened.add(server);
  const port = Number(server.address.split(":").at(-1));
  return { ...server, url: `http://127.0.0.1:${port}/`, port, bugs, refusals };
}

/** Closes every server of the test. */
export async function closeAll(): Promise<void> {
  await Promise.all([...opened].map((server) => server.close()));
  opened.clear();
}

/** What came back. */
export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** One HTTP request on a connection of its own, with any headers. */
export async function send(
  server: Opened,
  body: string | undefined,
  options: {
    readonly headers?: Record<string, string>;
    readonly method?: string;
    readonly path?: string;
  } = {},
): Promise<Reply> {
  const request = httpRequest({
    host: "127.0.0.1",
    port: server.port,
    path: options.path ?? "/",
    method: options.method ?? "POST",
    headers: { "content-type": "application/json", ...options.headers },
    agent: false,
  });
  request.end(body);
  const [response] = await once(request, "response");
  response.setEncoding("utf8");
  let text = "";
  for await (const chunk of response) text += chunk;
  return { status: response.statusCode, headers: response.headers, text };
}

/** An answer of JSON-RPC as it came. */
export interface Answer {
  readonly jsonrpc: string;
  readonly id: string | number | null;
  readonly result?: unknown;
  readonly error?: RpcErrorObject;
}

/** Sends a body, and reads what must be JSON. */
export async function ask(
  server: Opened,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Answer & readonly Answer[]> {
  const reply = await send(server, typeof body === "string" ? body : JSON.stringify(body), { headers });
  return JSON.parse(reply.text);
}

/** A request. */
export function call(method: string, params?: unknown, id: unknown = 1): Record<string, unknown> {
  return { jsonrpc: "2.0", id, method, ...(params === undefined ? {} : { params }) };
}

/** The reason of the error, which there must be. */
export function reasonOf(answer: Answer | undefined): string {
  assert.ok(answer?.error !== undefined, `no error: ${JSON.stringify(answer)}`);
  assert.equal(answer.jsonrpc, "2.0");
  assert.ok(!("result" in answer));
  return answer.error.data.reason;
}

/** A connection to write to by hand; what came is collected. */
export interface Wire {
  readonly socket: Socket;
  received(): string;
  /** Ends when the server has closed it. */
  readonly closed: Promise<void>;
  /** Ends when so much has come that the pattern fits. */
  until(pattern: RegExp): Promise<string>;
}

/** Connects without HTTP. */
export async function wire(server: Opened): Promise<Wire> {
  const socket = connect({ port: server.port, host: "127.0.0.1", allowHalfOpen: true });
  let text = "";
  const waiting: { pattern: RegExp; done: (text: string) => void }[] = [];
  socket.setEncoding("utf8");
  socket.on("data", (chunk) => {
    text += chunk;
    for (const { pattern, done } of waiting) if (pattern.test(text)) done(text);
  });
  const closed = new Promise<void>((resolve) => {
    socket.once("end", resolve).once("close", () => resolve());
  });
  socket.on("error", () => undefined);
  await once(socket, "connect");
  return {
    socket,
    closed,
    received: () => text,
    until: (pattern) =>
      new Promise((done) => {
        if (pattern.test(text)) done(text);
        else waiting.push({ pattern, done });
      }),
  };
}

/** A request as it is written on a wire. */
export function written(server: Opened, body: string, headers = ""): string {
  return `POST / HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nContent-Type: application/json\r\n${headers}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}
