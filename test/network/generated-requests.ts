// Generated requests, many of them, to a validator that is a process of its own among others, from several callers at once, by
// HTTP and by WebSocket in turn: every answer must fit the document, and the process must hold no more memory afterwards
// than a bound.
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fetchChain } from "@witan/client";
import fc from "fast-check";
import { WebSocket } from "ws";
import { assertAllSeen, checkAnswer, isNotification, Seen } from "../node/generated-answers.ts";
import { registerParams } from "../node/register-requests.ts";
import { type GeneratedBody, generatedBodies, type Known } from "../rpc/generated-requests.ts";
import { type TestNetwork, withNetwork } from "./harness.ts";
import { Load } from "./load.ts";

/** Callers at the same time: many bodies wait for what comes of a transaction. Each has its own share of the bodies. */
const CALLERS = 4;
/** Bodies before memory is first looked at: code is compiled, caches are full. */
const WARM_UP = 1_000;
/** What the process may hold more, after any number of requests; the heap grows before it is cleared. */
const GROWTH_MAX_MIB = 192;
/** The level of a line in the log that tells of a mistake of ours. */
const ERROR = 50;

/** Values that mean something on the chain of a network. */
async function knownOf(network: TestNetwork): Promise<Known> {
  const load = await Load.start(network, { lanes: 2 });
  await load.more(4);
  await load.stop();
  const client = network.client(0);
  const chain = await fetchChain(client);
  assert.ok(chain.ok);
  const ids = load.finals.map(({ transaction }) => transaction);
  const found = await Promise.all(
    ids.slice(0, 2).map((transaction) => client.call("chain_transaction", { transaction })),
  );
  const { blocks } = await client.call("chain_blocks", {});
  return {
    hash: [...ids.slice(0, 4), ...blocks.slice(0, 3).map(({ hash }) => hash)],
    height: [0, 1, 2],
    address: network.list.accounts.slice(0, 3).map(({ address }) => address),
    transactionHex: found.flatMap((one) => ("bytes" in one ? [one.bytes] : [])),
    cursor: ["1.0", "0.0", "pending.1", "waiting.0"],
    registerRequest: Object.values(registerParams(chain.value)).map(({ request }) => request),
  };
}

/** One WebSocket connection, asked one body after another. */
class Asked {
  readonly #url: string;
  #ws: WebSocket | undefined;

  constructor(url: string) {
    this.#url = url.replace(/^http/, "ws");
  }

  /** The answer to a body; empty where none is owed. Notifications of subscriptions are no answer. */
  async ask(body: GeneratedBody): Promise<string> {
    const ws = await this.#connected();
    const elements = body.requests ?? [body.text];
    const owesNone = body.requests !== undefined && elements.every(isNotification);
    if (owesNone) {
      ws.send(body.text);
      return "";
    }
    return new Promise((resolve, reject) => {
      const hear = (data: unknown): void => {
        const text = String(data);
        if (text.startsWith('{"jsonrpc":"2.0","method":')) return;
        ws.off("message", hear).off("close", fail);
        resolve(text);
      };
      const fail = (code: number): void => reject(new assert.AssertionError({ message: `closed: ${code}` }));
      ws.on("message", hear).once("close", fail);
      ws.send(body.text);
    });
  }

  close(): void {
    this.#ws?.terminate();
  }

  async #connected(): Promise<WebSocket> {
    if (this.#ws?.readyState === WebSocket.OPEN) return this.#ws;
    const ws = new WebSocket(this.#url);
    this.#ws = ws;
    await once(ws, "open");
    return ws;
  }
}

async function byHttp(url: string, { text }: GeneratedBody): Promise<string> {
  const reply = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: text,
  });
  const answered = await reply.text();
  assert.ok([200, 204].includes(reply.status), `${reply.status} ${answered}`);
  return answered;
}

/** Physical memory that a process holds now, in MiB; from /proc, so on Linux. */
function memoryMiB(pid: number): number {
  const held = /^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  assert.ok(held !== undefined);
  return Number(held) / 1024;
}

/** Sends so many bodies to a validator, half of them by WebSocket, and holds every answer against the document. */
export async function askProcess(count: number, seed: number): Promise<void> {
  const flags = ["--rpc-calls-per-second", "1000000", "--rpc-wrong-per-second", "1000000"];
  await withNetwork({ flags, start: false }, async (network) => {
    const nodes = await Promise.all(network.nodes.map((_, node) => network.restart(node)));
    const pid = nodes[0]?.pid ?? 0;
    await network.until("all are connected", () => network.areConnected());
    const known = await knownOf(network);
    const { url } = network.client(0);
    const seen = new Seen();
    let sent = 0;
    let before: number | undefined;
    const ask = async (at: number): Promise<void> => {
      const socket = new Asked(url);
      const property = fc.asyncProperty(generatedBodies(known), async (body) => {
        checkAnswer(body, sent % 2 === 0 ? await byHttp(url, body) : await socket.ask(body), seen);
        sent++;
        if (sent === WARM_UP) before = memoryMiB(pid);
      });
      try {
        const numRuns = Math.ceil(count / CALLERS);
        await fc.assert(property, { numRuns, seed: seed + at, endOnFailure: true });
      } finally {
        socket.close();
      }
    };
    await Promise.all(Array.from({ length: CALLERS }, (_, at) => ask(at)));
    assert.ok(sent >= count);
    const grown = memoryMiB(pid) - (before ?? 0);
    // What an operator, or a quorum, has signed nobody comes upon by chance.
    assertAllSeen(seen, ["governance_approve", "register_write"]);
    assert.ok(before !== undefined && grown < GROWTH_MAX_MIB, `${grown} MiB more after ${count} bodies`);
    assert.deepEqual(
      network.log(0).filter(({ level }) => level >= ERROR),
      [],
    );
  });
}
