// Registers at one validator: what it has acknowledged is on its disk before anybody hears of it, once, and after every crash.
import assert from "node:assert/strict";
import { RpcCallError } from "@witan/client";
import {
  type RegisterAnswer,
  type RegisterRequest,
  type RegisterVersion,
  registerAnswerCodec,
  registerDigest,
  registerRequestCodec,
} from "@witan/consensus";
import { bytesToHex, type Hash, hexToBytes, type Store, sha256Hex } from "@witan/primitives";
import { METHOD_EXAMPLES, type MethodName } from "@witan/rpc";
import { type CheckedStore, keyOf, openMemoryStore, readMeta, verifyStore } from "@witan/storage";
import { registerCalls } from "../../packages/node/src/service/register-calls.ts";
import { Replicas } from "../client/register-replicas.ts";
import { keyOfName, testChain, testGenesis } from "../ledger/build.ts";

const REGISTER = { name: "price", variant: "base" } as const;
const NONCE = "5a".repeat(32) as Hash;

type RegisterMethod = Extract<MethodName, `register_${string}`>;

function prepareOf(replicas: Replicas, value: string, name = "price"): RegisterRequest {
  const register = { name, variant: "base" } as const;
  const hash = sha256Hex(new TextEncoder().encode(value)) as Hash;
  const version: RegisterVersion = { timestamp: { counter: 1, client: keyOfName("alice").publicKey }, hash };
  const digest = registerDigest(replicas.chain.chainId, { kind: "authorized", register, version });
  const authorization = replicas.wallet("alice").sign(digest);
  return { kind: "prepare", register, version, previous: [], written: [], authorization };
}

async function ask(
  replicas: Replicas,
  request: RegisterRequest,
  method = `register_${request.kind}` as RegisterMethod,
): Promise<RegisterAnswer> {
  const [node] = replicas.nodes;
  assert.ok(node !== undefined);
  const { answer } = await node.call(method, { request: bytesToHex(registerRequestCodec.encode(request)) });
  const decoded = registerAnswerCodec.decode(hexToBytes(answer));
  assert.ok(decoded.ok);
  return decoded.value;
}

function refusedWith(work: Promise<unknown>, reason: string, message = /./): Promise<void> {
  return assert.rejects(work, (error: unknown) => {
    assert.ok(error instanceof RpcCallError, String(error));
    assert.equal(error.reason, reason, error.message);
    assert.match(error.message, message);
    return true;
  });
}

/** A disk whose next write the test lets through, or not. */
class HeldDisk {
  readonly store: CheckedStore;
  readonly #inner: CheckedStore;
  writes = 0;
  /** What happens in place of writing. */
  instead: ((write: () => Promise<void>) => Promise<void>) | undefined;

  constructor(inner: CheckedStore) {
    this.#inner = inner;
    const held: Pick<Store, "get" | "range" | "write"> = {
      get: (key) => this.#inner.get(key),
      range: (range) => this.#inner.range(range),
      write: (changes, options) => {
        assert.equal(options.sync, true, "an acknowledgement rests on it");
        this.writes++;
        const write = (): Promise<void> => this.#inner.write(changes, options);
        return this.instead === undefined ? write() : this.instead(write);
      },
    };
    this.store = held as CheckedStore;
  }
}

async function withHeldDisk(): Promise<{ readonly replicas: Replicas; readonly disk: HeldDisk }> {
  const disk = new HeldDisk(await openMemoryStore());
  const others = await Promise.all([1, 2, 3].map(() => openMemoryStore()));
  return { disk, replicas: await Replicas.open(undefined, [disk.store, ...others]) };
}

describe("registers at a validator", () => {
  it("acknowledges nothing before it is durable", async () => {
    const { replicas, disk } = await withHeldDisk();
    let letThrough: () => void = () => {};
    const gate = new Promise<void>((resolve) => {
      letThrough = resolve;
    });
    const reached = new Promise<void>((resolve) => {
      disk.instead = async (write) => {
        resolve();
        await gate;
        await write();
      };
    });
    let isAnswered = false;
    const asked = ask(replicas, prepareOf(replicas, "one")).then((answer) => {
      isAnswered = true;
      return answer;
    });
    await reached;
    // Later requests about the register wait, too: they would tell of what a crash may take back.
    const later = ask(replicas, { kind: "read", register: REGISTER, nonce: NONCE });
    const rival = ask(replicas, prepareOf(replicas, "two"));
    const elsewhere = { name: "other", variant: "base" } as const;
    assert.equal((await ask(replicas, { kind: "read", register: elsewhere, nonce: NONCE })).kind, "value");
    assert.equal(isAnswered, false);
    letThrough();
    assert.equal((await asked).kind, "prepared");
    assert.equal((await later).kind, "value");
    assert.equal((await rival).kind, "refused");
  });

  for (const isWritten of [true, false])
    it(`killed between ${isWritten ? "persist and answer" : "request and persist"}, never acknowledges two`, async () => {
      const { replicas, disk } = await withHeldDisk();
      const reached = new Promise<void>((resolve) => {
        disk.instead = async (write) => {
          if (isWritten) await write();
          resolve();
          await new Promise(() => {});
        };
      });
      ask(replicas, prepareOf(replicas, "one")).catch(() => {});
      await reached;
      disk.instead = undefined;
      const again = await replicas.restarted();
      const other = await ask(again, prepareOf(again, "two"));
      assert.equal(other.kind, isWritten ? "refused" : "prepared");
      const first = await ask(again, prepareOf(again, "one"));
      assert.equal(first.kind, isWritten ? "prepared" : "refused");
      assert.equal(readMeta(again.nodes[0]?.store as CheckedStore, "registers"), 1);
    });

  it("acknowledges one of two prepares that come at once, and the same again the same way", async () => {
    const replicas = await Replicas.open();
    const [one, two, again] = await Promise.all(
      ["one", "two", "one"].map((value) => ask(replicas, prepareOf(replicas, value))),
    );
    assert.deepEqual([one?.kind, two?.kind], ["prepared", "refused"]);
    assert.deepEqual(again, one);
  });

  it("stops the node when its disk fails, and answers nobody", async () => {
    const { replicas, disk } = await withHeldDisk();
    disk.instead = () => Promise.reject(new RangeError("the disk is gone"));
    await assert.rejects(ask(replicas, prepareOf(replicas, "one")), /the disk is gone/);
    assert.equal(replicas.failures.length, 1);
  });

  it("writes nothing for who only reads, or is refused", async () => {
    const { replicas, disk } = await withHeldDisk();
    await ask(replicas, { kind: "read", register: REGISTER, nonce: NONCE });
    await ask(replicas, { kind: "readTimestamp", register: REGISTER, nonce: NONCE });
    replicas.permit({});
    assert.equal((await ask(replicas, prepareOf(replicas, "one"))).kind, "refused");
    assert.equal(disk.writes, 0);
  });

  it("refuses what is wrong, by name", async () => {
    const replicas = await Replicas.open();
    const good = prepareOf(replicas, "one");
    const invalid = "register-request-invalid";
    const read: RegisterRequest = { kind: "read", register: REGISTER, nonce: NONCE };
    await refusedWith(ask(replicas, read, "register_prepare"), invalid, /a request of kind read/);
    const forged = { ...good, authorization: "11".repeat(64) } as RegisterRequest;
    await refusedWith(ask(replicas, forged), invalid, /signature/);
    const named = { ...read, register: { name: "Price", variant: "base" } } as RegisterRequest;
    await refusedWith(ask(replicas, named), invalid, /name/);
    const [node] = replicas.nodes;
    assert.ok(node !== undefined);
    await refusedWith(node.call("register_read", { request: "ff00" }), invalid);
    const { prepared } = { prepared: prepareOf(replicas, "one") };
    assert.ok(prepared.kind === "prepare");
    const signatures = [0, 1, 2].map((member) => ({ member, signature: "11".repeat(64) }));
    const proof = {
      version: prepared.version,
      list: "prepared",
      authorization: prepared.authorization,
      signatures,
    };
    const fromLater = {
      kind: "write",
      register: REGISTER,
      data: new Uint8Array(0),
      proof: { ...proof, membership: 9 },
    };
    await refusedWith(ask(replicas, fromLater as never), "syncing", /members from height 9/);
    const forgedProof = {
      ...fromLater,
      data: new TextEncoder().encode("one"),
      proof: { ...proof, membership: 1 },
    };
    await refusedWith(ask(replicas, forgedProof as never), invalid, /signature/);
  });

  it("is for validators of PBFT that have a vote, and says why it is not for others", async () => {
    const replicas = await Replicas.open();
    const read: RegisterRequest = { kind: "read", register: REGISTER, nonce: NONCE };
    replicas.replaceLast("e", 7);
    assert.equal((await ask(replicas, read)).membership, 7);
    const [, , , last] = replicas.nodes;
    const request = bytesToHex(registerRequestCodec.encode(read));
    await refusedWith(last?.call("register_read", { request }) as Promise<unknown>, "register-no-replica");
    for (const [mode, why] of [
      ["bp-fast-paxos", /acceptors/],
      ["pow", /no members/],
    ] as const) {
      const settings = { chain: testChain(testGenesis(mode)) };
      const ports = { store: await openMemoryStore() };
      const context = { settings, ports, chain: {}, isStopping: () => false };
      const calls = registerCalls(context as unknown as Parameters<typeof registerCalls>[0]);
      const asked = calls.register_read(
        { request },
        { role: "read", source: "", signal: new AbortController().signal },
      );
      await assert.rejects(asked, { reason: "mode-unsupported", message: why });
    }
  });

  it("lists what was written, page by page, and keeps count of all it has", async () => {
    const replicas = await Replicas.open();
    const names = Array.from({ length: 5 }, (_, at) => `many/${at}`);
    for (const name of names) await ask(replicas, prepareOf(replicas, "one", name));
    const list = { kind: "list", after: [], limit: 2 } as const;
    const empty = await ask(replicas, list);
    assert.ok(empty.kind === "listed" && empty.registers.length === 0 && empty.more === "no");
    const [node] = replicas.nodes;
    assert.equal(readMeta(node?.store as CheckedStore, "registers"), 5);
    const report = await verifyStore(node?.store as CheckedStore);
    assert.deepEqual([report.records.register, report.damages], [5, []]);
    await node?.store.write([{ kind: "delete", key: keyOf("register", "many/0", 0) }], { sync: true });
    const [damage] = (await verifyStore(node?.store as CheckedStore)).damages;
    assert.match(damage?.detail ?? "", /4 sound registers, expected 5/);
  });

  it("serves no damaged record as truth", async () => {
    const replicas = await Replicas.open();
    await ask(replicas, prepareOf(replicas, "one"));
    const store = replicas.nodes[0]?.store as CheckedStore;
    const key = keyOf("register", "price", 0);
    await store.write([{ kind: "put", key, value: new Uint8Array([1, 2, 3]) }], { sync: true });
    const read: RegisterRequest = { kind: "read", register: REGISTER, nonce: NONCE };
    await assert.rejects(ask(replicas, read), /register price 0/);
  });
});

describe("examples of registers", () => {
  it("are requests and answers of their methods", () => {
    for (const [method, { params, result }] of Object.entries(METHOD_EXAMPLES)) {
      if (!method.startsWith("register_")) continue;
      const request = registerRequestCodec.decode(hexToBytes((params as { request: string }).request));
      assert.ok(request.ok && `register_${request.value.kind}` === method, method);
      assert.ok(registerAnswerCodec.decode(hexToBytes((result as { answer: string }).answer)).ok, method);
    }
  });
});
