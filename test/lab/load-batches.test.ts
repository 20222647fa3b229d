// The load as it travels: to all validators in turn, so much at a time, again where a validator was busy.
import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { LabFailure } from "@witan/lab";
import { batchesOf, submitBatches } from "../../packages/lab/src/load/load-batches.ts";
import { sharedNow } from "../../packages/lab/src/load/load-messages.ts";

interface Call {
  readonly id: number;
  readonly params: { readonly transaction: string };
}

/** A server that answers each request of calls with what `answer` says. */
async function withServer(
  answer: (calls: readonly Call[]) => unknown,
  work: (url: string) => Promise<void>,
): Promise<void> {
  const server: Server = createServer((request, response) => {
    let body = "";
    request.on("data", (part) => {
      body += part;
    });
    request.on("end", () => {
      const answered = answer(JSON.parse(body) as readonly Call[]);
      if (answered === "cut") request.socket.destroy();
      else response.end(typeof answered === "string" ? answered : JSON.stringify(answered));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

const taken = ({ id }: Call) => ({ jsonrpc: "2.0", id, result: { status: "pending" } });
const failing =
  (code: number) =>
  ({ id }: { readonly id: number | null }) => ({
    ...{ jsonrpc: "2.0", id },
    error: { code, message: "not now" },
  });
const transfers = Array.from({ length: 25 }, (_, at) => ({
  id: `t${at}`,
  bytes: at.toString(16).padStart(4, "0"),
}));

function planFor(...rpc: readonly string[]) {
  const pace = { kind: "full", batch: 10, outstanding: 2 } as const;
  return { rpc, pace, waitFor: "final" as const, onProgress: () => {} };
}

function submit(...rpc: readonly string[]) {
  const plan = planFor(...rpc);
  return submitBatches(batchesOf(transfers, plan), plan);
}

describe("the load of a bench", () => {
  it("goes to all validators in turn, each transfer once", async () => {
    const heard: string[][] = [[], []];
    const server = (at: number) => (calls: readonly Call[]) => {
      heard[at]?.push(...calls.map(({ params }) => params.transaction));
      // In another order: the ids say which is which.
      return calls.map(taken).reverse();
    };
    await withServer(server(0), (first) =>
      withServer(server(1), async (second) => {
        const { transactions, refused, retries } = await submit(first, second);
        assert.deepEqual([refused, retries], [[], 0]);
        assert.deepEqual(
          heard.map((bytes) => bytes.length),
          [15, 10],
        );
        assert.deepEqual(
          heard.flat().sort(),
          transfers.map(({ bytes }) => bytes),
        );
        assert.deepEqual(
          new Map(transactions.map(({ id, node }) => [id, node])),
          new Map(transfers.map(({ id }, at) => [id, Math.floor(at / 10) % 2])),
        );
      }),
    );
  });

  for (const [what, code] of [
    ["busy", -32005],
    ["behind the others", -32002],
  ] as const)
    it(`is sent again where a validator was ${what}, in part or as a whole, and timed from the first time`, async () => {
      const busy = failing(code);
      const [firstBusy, tookAll]: [Map<string, number>, string[]] = [new Map(), []];
      let requests = 0;
      const answer = (calls: readonly Call[]) => {
        requests++;
        const isBusy = ({ id }: Call) => requests === 1 || (requests === 2 && id % 2 === 1);
        for (const call of calls) {
          const { transaction } = call.params;
          if (isBusy(call)) firstBusy.set(transaction, sharedNow());
          else tookAll.push(transaction);
        }
        if (requests === 1) return busy({ id: null });
        return calls.map((call) => (isBusy(call) ? busy(call) : taken(call)));
      };
      await withServer(answer, async (url) => {
        const { transactions, refused, retries } = await submit(url);
        assert.deepEqual([transactions.length, refused, retries], [25, [], firstBusy.size]);
        assert.deepEqual(
          tookAll.sort(),
          transfers.map(({ bytes }) => bytes),
        );
        for (const { id, at } of transactions) {
          const busyAt = firstBusy.get(transfers.find((one) => one.id === id)?.bytes ?? "");
          assert.ok(busyAt === undefined || at <= busyAt, id);
        }
      });
    });

  it("tells what was refused for good", async () => {
    const answer = (calls: readonly Call[]) =>
      calls.flatMap((call): readonly unknown[] => {
        const { id, params } = call;
        if (params.transaction === "0003")
          return [{ id, result: { status: "rejected", code: "no", message: "why" } }];
        if (params.transaction === "0004")
          return [{ id, error: { code: -32000, message: "not a transaction" } }];
        return params.transaction === "0005" ? [] : [taken(call)];
      });
    await withServer(answer, async (url) => {
      const { refused } = await submit(url);
      assert.deepEqual(refused, [
        { id: "t3", why: "rejected no why" },
        { id: "t4", why: "not a transaction" },
        { id: "t5", why: "there was no answer to it" },
      ]);
    });
  });

  it("is due at a steady pace, however slowly it is answered", async () => {
    const pace = { kind: "steady", perSecond: 500 } as const;
    await withServer(
      (calls) => calls.map(taken),
      async (url) => {
        const plan = { rpc: [url], pace, waitFor: "final" as const, onProgress: () => {} };
        const { transactions } = await submitBatches(batchesOf(transfers, plan), plan);
        const [first] = transactions;
        // Ten are due every 20 ms.
        for (const [place, { at }] of transactions.entries())
          assert.ok(Math.abs(at - (first?.at ?? 0) - Math.floor(place / 10) * 20) < 1e-6, `${place}: ${at}`);
        assert.equal(transactions.length, 25);
      },
    );
  });

  it("ends early at a steady pace: what is not due yet is not sent", async () => {
    const ended = new AbortController();
    const heard: unknown[] = [];
    const answer = (calls: readonly Call[]) => {
      heard.push(...calls.map(({ params }) => params));
      ended.abort();
      return calls.map(taken);
    };
    await withServer(answer, async (url) => {
      const pace = { kind: "steady", perSecond: 100 } as const;
      const plan = { rpc: [url], pace, waitFor: "admitted" as const, onProgress: () => {} };
      const { transactions } = await submitBatches(batchesOf(transfers, plan), {
        ...plan,
        signal: ended.signal,
      });
      assert.equal(transactions.length, heard.length);
      assert.ok(heard.length < transfers.length, `${heard.length} of ${transfers.length}`);
      assert.deepEqual(heard[0], { transaction: "0000", waitFor: "admitted", timeoutMs: 60_000 });
    });
  });

  it("goes to the next node at a steady pace where one is gone", async () => {
    const heard: string[] = [];
    const answer = (calls: readonly Call[]) => {
      heard.push(...calls.map(({ params }) => params.transaction));
      return calls.map(taken);
    };
    await withServer(
      () => "cut",
      (gone) =>
        withServer(answer, async (url) => {
          const plan = {
            rpc: [gone, url],
            pace: { kind: "steady", perSecond: 1_000 } as const,
            waitFor: "admitted" as const,
            onProgress: () => {},
          };
          const { refused } = await submitBatches(batchesOf(transfers, plan), plan);
          assert.deepEqual(refused, []);
          assert.deepEqual(
            heard.sort(),
            transfers.map(({ bytes }) => bytes),
          );
        }),
    );
  });

  for (const [what, answer, words] of [
    ["is cut off", "cut", /did not answer a batch/],
    ["gets no JSON", "<html>", /answered a batch of the load with <html>/],
  ] as const)
    it(`fails where it ${what}`, () =>
      withServer(
        () => answer,
        async (url) => {
          const error = await submit(url).catch((reason: unknown) => reason);
          assert.ok(error instanceof LabFailure);
          assert.match(error.message, words);
        },
      ));
});
