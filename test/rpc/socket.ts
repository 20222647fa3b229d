// A WebSocket client of these tests, on the package ws: whatever comes is collected, and waited for.
import assert from "node:assert/strict";
import { once } from "node:events";
import { type SubscriptionNotice, subscriptionNotice } from "@witan/rpc";
import { type ClientOptions, WebSocket } from "ws";
import { assertAnswerFits } from "./document-check.ts";
import type { Answer, Opened } from "./server.ts";

/** A message of a server: an answer, or a notification. */
type Message = Answer & { readonly method?: string; readonly params?: unknown };

/** A connection. */
export class TestSocket {
  readonly ws: WebSocket;
  readonly answers: Answer[] = [];
  readonly notices: SubscriptionNotice[] = [];
  /** Answers and notices as they came: ids, and types of events. */
  readonly order: unknown[] = [];
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  #id = 0;
  #waiting: (() => void)[] = [];

  constructor(ws: WebSocket) {
    this.ws = ws;
    ws.on("message", (data) => this.#take(JSON.parse(String(data))));
    ws.on("error", () => undefined);
    this.closed = new Promise((resolve) => {
      ws.on("close", (code, reason) => {
        resolve({ code, reason: String(reason) });
        this.#tell();
      });
    });
  }

  /** Connects. @throws if the server refuses */
  static async connect(
    server: Opened,
    options: ClientOptions & { readonly protocols?: readonly string[]; readonly path?: string } = {},
  ): Promise<TestSocket> {
    const { protocols = [], path = "/", ...rest } = options;
    const socket = new TestSocket(
      new WebSocket(`ws://127.0.0.1:${server.port}${path}`, [...protocols], rest),
    );
    await once(socket.ws, "open");
    return socket;
  }

  /** Waits until something holds. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      assert.ok(this.ws.readyState !== WebSocket.CLOSED || holds(), "closed before it held");
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Sends a text, and gives the next answer that comes. */
  async ask(text: string): Promise<Answer & readonly Answer[]> {
    const before = this.answers.length;
    this.ws.send(text);
    await this.until(() => this.answers.length > before);
    return this.answers[before] as Answer & readonly Answer[];
  }

  /** Calls a method; the answer must be one that the OpenRPC document allows. */
  async call(method: string, params: unknown = {}): Promise<Answer> {
    const id = ++this.#id;
    const request = { jsonrpc: "2.0", id, method, params };
    this.ws.send(JSON.stringify(request));
    await this.until(() => this.answers.some((answer) => answer.id === id));
    const answer = this.answers.find((one) => one.id === id) as Answer;
    assertAnswerFits(request, answer);
    return answer;
  }

  /** Subscribes to blocks, from a cursor on. */
  async subscribe(after?: string): Promise<{ subscription: string; cursor: string }> {
    const answer = await this.call("subscribe", { to: "blocks", ...(after === undefined ? {} : { after }) });
    assert.equal(answer.error, undefined, JSON.stringify(answer));
    return answer.result as { subscription: string; cursor: string };
  }

  #take(message: Message): void {
    if (message.method === undefined) {
      this.answers.push(message);
      this.order.push(message.id);
    } else {
      assert.equal(message.method, "subscription");
      const notice = subscriptionNotice.parse(message.params) as SubscriptionNotice;
      this.notices.push(notice);
      this.order.push(notice.event.type);
    }
    this.#tell();
  }

  #tell(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const each of waiting) each();
  }
}

/** The status with which the server refuses a connection, and the reason it gives. */
export async function refusalOf(
  server: Opened,
  options: ClientOptions & { readonly protocols?: readonly string[]; readonly path?: string },
): Promise<{ readonly status: number; readonly reason: string }> {
  const { protocols = [], path = "/", ...rest } = options;
  const ws = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, [...protocols], rest);
  ws.on("error", () => undefined);
  const [, response] = await once(ws, "unexpected-response");
  let text = "";
  for await (const chunk of response) text += chunk;
  return { status: response.statusCode, reason: JSON.parse(text).error.data.reason };
}
