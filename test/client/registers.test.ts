// Registers as applications use them, against four replicas: what is written is read, whatever one of them does and wherever a
// client is broken off.
import assert from "node:assert/strict";
import {
  memoryRegisterJournal,
  RegisterClient,
  RegisterError,
  type RegisterErrorCode,
  type RegisterJournalStore,
  type RegistersOptions,
} from "@witan/client";
import { REGISTER_VARIANTS, registerAnswerCodec } from "@witan/consensus";
import { bytesToHex, hexToBytes } from "@witan/primitives";
import { keyOfName, testChain, testGenesis } from "../ledger/build.ts";
import { type Replica, Replicas } from "./register-replicas.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (value: Uint8Array | undefined): string | undefined => value && new TextDecoder().decode(value);

function clientOf(
  { chain, nodes, scheme, wallet }: Replicas,
  name = "alice",
  more: Partial<RegistersOptions> = {},
): RegisterClient {
  const usual = { chain, nodes, scheme, timeoutMs: 5_000 };
  return new RegisterClient({ ...usual, wallet: wallet(name), ...more });
}

function failsWith(work: Promise<unknown>, code: RegisterErrorCode, message: RegExp): Promise<void> {
  return assert.rejects(work, (error: unknown) => {
    assert.ok(error instanceof RegisterError, String(error));
    assert.deepEqual([error.code, message.test(error.message)], [code, true], error.message);
    return true;
  });
}

/** Never comes back: the process was killed there. */
const KILLED = new Promise<never>(() => {});

describe("registers", () => {
  const PHASES = { base: 3, optimized: 2, strong: 3 };

  for (const variant of REGISTER_VARIANTS)
    it(`${variant}: reads what was written, in as many rounds as promised`, async () => {
      const replicas = await Replicas.open();
      const [alice, bob] = [clientOf(replicas), clientOf(replicas, "bob")];
      assert.equal((await bob.read("shared", { variant })).value, undefined);
      for (const [at, value] of ["one", "two", "three"].entries()) {
        const written = await alice.write("shared", bytes(value), { variant });
        assert.equal(written.phases, PHASES[variant]);
        assert.equal(written.version.timestamp.counter, at + 1);
        assert.deepEqual(written.earlier, []);
        const found = await bob.read("shared", { variant });
        assert.deepEqual([text(found.value), found.phases], [value, 1]);
        assert.ok(found.replicas.length >= 3 && found.replicas.every((name) => /^[a-d]$/.test(name)));
      }
      await bob.write("shared", bytes("mine"), { variant });
      const found = await alice.read("shared", { variant });
      assert.equal(text(found.value), "mine");
      assert.equal(found.version.timestamp.client, keyOfName("bob").publicKey);
    });

  it("is there again after all replicas were killed", async () => {
    const replicas = await Replicas.open();
    await clientOf(replicas).write("price", bytes("1"));
    const again = await replicas.restarted();
    assert.equal(text((await clientOf(again).read("price")).value), "1");
    assert.equal((await clientOf(again, "alice", {}).list())[0]?.register.name, "price");
  });

  it("goes on without one replica, and finds two of four too few, in words", async () => {
    const replicas = await Replicas.open();
    const [first, , , last] = replicas.nodes as [Replica, Replica, Replica, Replica];
    last.isDown = true;
    const journal = memoryRegisterJournal();
    const alice = clientOf(replicas, "alice", { timeoutMs: 600, journal });
    await alice.write("price", bytes("1"));
    first.isDown = true;
    await failsWith(
      alice.write("price", bytes("2")),
      "no-quorum",
      /Fewer than 3 of the 4 .*b:1 answered as b/,
    );
    await failsWith(alice.read("price"), "no-quorum", /d:1 is silent/);
    await failsWith(alice.list(), "no-quorum", /Fewer replicas/);
    first.isDown = false;
    last.isDown = false;
    await alice.write("price", bytes("3"));
    assert.equal(text((await alice.read("price")).value), "3");
  });

  it("writes back to those behind, so that no later reader finds less", async () => {
    const replicas = await Replicas.open();
    const [a, b] = replicas.nodes as [Replica, Replica];
    const alice = clientOf(replicas);
    await alice.write("price", bytes("old"));
    // The write reaches one replica only, and its client is killed.
    for (const node of replicas.nodes)
      if (node !== a) node.before = (method) => (method === "register_write" ? KILLED : undefined);
    const stopped = new AbortController();
    const broken = alice.write("price", bytes("new"), { signal: stopped.signal });
    await new Promise<void>((resolve) => {
      a.lie = (answer, method) => {
        if (method === "register_write") resolve();
        return answer;
      };
    });
    stopped.abort();
    await failsWith(broken, "no-quorum", /finished by the next try/);
    for (const node of replicas.nodes) node.before = undefined;
    b.isDown = true;
    const found = await clientOf(replicas, "bob").read("price");
    assert.deepEqual([text(found.value), found.phases], ["new", 2]);
    [a.isDown, b.isDown] = [true, false];
    assert.equal(text((await clientOf(replicas, "bob").read("price")).value), "new");
  });

  for (const stage of ["register_prepare", "register_write"] as const)
    it(`finishes first what a killed client left behind at ${stage}`, async () => {
      for (const variant of ["base", "strong"] as const) {
        const replicas = await Replicas.open();
        const journal = memoryRegisterJournal();
        const killed = clientOf(replicas, "alice", { journal, timeoutMs: 60_000 });
        let reached = 0;
        const stuck = new Promise<void>((resolve) => {
          for (const node of replicas.nodes)
            node.before = (method) => {
              if (method !== stage) return undefined;
              if (++reached === 4) resolve();
              return KILLED;
            };
        });
        const stop = new AbortController();
        const broken = killed.write("price", bytes("left"), { variant, signal: stop.signal });
        await stuck;
        stop.abort();
        await assert.rejects(broken);
        for (const node of replicas.nodes) node.before = undefined;
        const after = clientOf(replicas, "alice", { journal });
        const written = await after.write("price", bytes("next"), { variant });
        assert.deepEqual(
          written.earlier.map(({ timestamp }) => timestamp.counter),
          [1],
        );
        assert.equal(written.version.timestamp.counter, 2);
        assert.equal(text((await after.read("price", { variant })).value), "next");
        assert.equal(await after.finish("price", { variant }), undefined);
      }
    });

  it("finishes alone what was left behind", async () => {
    const replicas = await Replicas.open();
    const journal = memoryRegisterJournal();
    for (const node of replicas.nodes)
      node.before = (method) => (method === "register_write" ? KILLED : undefined);
    const broken = clientOf(replicas, "alice", { journal, timeoutMs: 300 });
    await failsWith(broken.write("price", bytes("left")), "no-quorum", /Nothing is half done/);
    for (const node of replicas.nodes) node.before = undefined;
    const done = await clientOf(replicas, "alice", { journal }).finish("price");
    assert.equal(done?.version.timestamp.counter, 1);
    assert.equal(text((await clientOf(replicas, "bob").read("price")).value), "left");
  });

  it("sends nothing before the journal is durable", async () => {
    const replicas = await Replicas.open();
    const journal: RegisterJournalStore = {
      load: async () => undefined,
      save: () => Promise.reject(new TypeError("the disk is full")),
    };
    const alice = clientOf(replicas, "alice", { journal });
    await assert.rejects(alice.write("price", bytes("1")), /the disk is full/);
    const asked = replicas.nodes.flatMap((node) => node.asked);
    assert.deepEqual([...new Set(asked)], ["register_readTimestamp"]);
  });

  it("has no room for a key whose journal is lost, until what it left is covered; and says so", async () => {
    const replicas = await Replicas.open({ alice: [""], bob: [""] });
    for (const node of replicas.nodes)
      node.before = (method) => (method === "register_write" ? KILLED : undefined);
    await assert.rejects(clientOf(replicas, "alice", { timeoutMs: 300 }).write("price", bytes("lost")));
    for (const node of replicas.nodes) node.before = undefined;
    const forgetful = clientOf(replicas);
    await failsWith(
      forgetful.write("price", bytes("1")),
      "another-write-prepared",
      /finish it with the journal/,
    );
    const bob = clientOf(replicas, "bob");
    for (const value of ["2", "3"]) await bob.write("price", bytes(value));
    await clientOf(replicas).write("price", bytes("4"));
    assert.equal(text((await bob.read("price")).value), "4");
  });

  it("lets each write what the ledger permits, and forgets what was refused everywhere", async () => {
    const replicas = await Replicas.open();
    const journal = memoryRegisterJournal();
    const bob = clientOf(replicas, "bob", { journal });
    await bob.write("bob/1", bytes("mine"));
    await failsWith(bob.write("price", bytes("wrong")), "not-permitted", /permit-client KEY --prefix/);
    const eve = clientOf(replicas, "eve");
    await failsWith(eve.write("eve", bytes("x")), "not-permitted", /does not permit this key/);
    assert.deepEqual(await bob.list(), await bob.list({ prefix: "bob/" }));
    replicas.permit({ bob: [""] });
    const written = await bob.write("price", bytes("right"));
    assert.deepEqual([written.version.timestamp.counter, written.earlier.length], [1, 0]);
    replicas.permit({ alice: [""] });
    await failsWith(bob.write("price", bytes("late")), "not-permitted", /price/);
    assert.equal(text((await bob.read("price")).value), "right");
  });

  it("refuses bad names, long values and too few nodes before it asks anybody", async () => {
    const replicas = await Replicas.open();
    const alice = clientOf(replicas);
    for (const name of ["", "Price", "a b", "a".repeat(65), "ä", "a\n"])
      await failsWith(alice.read(name), "name-invalid", /expected 1 to 64 of/);
    await failsWith(alice.write("a", new Uint8Array(65_537)), "value-too-large", /65537 bytes/);
    const { chain, nodes } = replicas;
    const reader = new RegisterClient({ chain, nodes });
    await failsWith(reader.write("a", bytes("1")), "wallet-needed", /wallet/);
    assert.throws(() => new RegisterClient({ chain, nodes: nodes.slice(2) }), /3 of the 4 validators/);
    const [first] = nodes as [Replica];
    assert.throws(() => new RegisterClient({ chain, nodes: [...nodes, first] }), /a:1 was given twice/);
    for (const mode of ["bp-fast-paxos", "pow"] as const)
      assert.throws(() => new RegisterClient({ chain: testChain(testGenesis(mode)), nodes }), {
        code: "mode-unsupported",
        message: /has no registers: validators of PBFT keep them/,
      });
    assert.deepEqual(
      nodes.flatMap(({ asked }) => asked),
      [],
    );
    await alice.write("a".repeat(64), new Uint8Array(65_536));
    assert.equal((await alice.read("a".repeat(64))).value?.length, 65_536);
  });

  it("does two writes of one client one after the other, and those of two as it comes", async () => {
    const replicas = await Replicas.open();
    for (const variant of REGISTER_VARIANTS) {
      const [alice, bob] = [clientOf(replicas), clientOf(replicas, "bob")];
      const all = [alice, alice, bob, bob].map((client, at) =>
        client.write("shared", bytes(`${at}`), { variant }),
      );
      const written = await Promise.all(all);
      assert.equal(new Set(written.map(({ version }) => JSON.stringify(version.timestamp))).size, 4);
      const found = await alice.read("shared", { variant });
      const greatest = Math.max(...written.map(({ version }) => version.timestamp.counter));
      assert.equal(found.version.timestamp.counter, greatest);
    }
  });

  it("asks who the members are when replicas speak of others, and says so if nobody can show it", async () => {
    const replicas = await Replicas.open();
    const alice = clientOf(replicas);
    await alice.write("price", bytes("1"));
    replicas.replaceLast("e", 7);
    await failsWith(alice.read("price"), "members-changed", /after the next one/);
    await failsWith(alice.write("price", bytes("2")), "members-changed", /no final transaction shows/);
    const asked = replicas.nodes.flatMap((node) => node.asked as readonly string[]);
    assert.ok(asked.includes("consensus_membership"));
  });

  it("takes nodes in any order, and one that is no replica for what it is", async () => {
    const replicas = await Replicas.open();
    const [a, b, c, d] = replicas.nodes as [Replica, Replica, Replica, Replica];
    const alice = clientOf(replicas, "alice", { nodes: [d, b, a, c] });
    const { replicas: names } = await alice.write("price", bytes("1"));
    assert.equal(names.length, 3);
    const shown = (await alice.stances()).map((one) => (one.stance === "answered" ? one.member : one.stance));
    assert.deepEqual(shown, ["d", "b", "a", "c"]);
    // Two names for one replica are one replica.
    const twin: Replica = { ...a, url: "http://twin:1", call: a.call };
    d.isDown = true;
    const fooled = clientOf(replicas, "alice", { nodes: [twin, a, b], timeoutMs: 500 });
    await failsWith(
      fooled.read("price"),
      "no-quorum",
      /gave what does not hold \(none of the members|does not hold/,
    );
  });
});

describe("registers: a replica that lies", () => {
  const LIES: Readonly<Record<string, NonNullable<Replica["lie"]>>> = {
    "says what is no answer": () => "ff",
    "says nothing": () => "",
    "answers as somebody else would, cut off": (answer) => answer.slice(0, -2),
    "signs for another value": (answer) => {
      const decoded = registerAnswerCodec.decode(hexToBytes(answer));
      if (!decoded.ok || decoded.value.kind !== "value") return answer;
      return bytesToHex(registerAnswerCodec.encode({ ...decoded.value, data: bytes("a lie") }));
    },
    "says that it was never written": (answer) => {
      const decoded = registerAnswerCodec.decode(hexToBytes(answer));
      if (!decoded.ok || !("proof" in decoded.value)) return answer;
      const none = {
        timestamp: { counter: 0, client: "00".repeat(33) as never },
        hash: "00".repeat(32) as never,
      };
      return bytesToHex(registerAnswerCodec.encode({ ...decoded.value, version: none, proof: [] } as never));
    },
    "speaks of members to come": (answer) => {
      const decoded = registerAnswerCodec.decode(hexToBytes(answer));
      if (!decoded.ok) return answer;
      return bytesToHex(registerAnswerCodec.encode({ ...decoded.value, membership: 99 as never }));
    },
    "refuses everything": () =>
      bytesToHex(
        registerAnswerCodec.encode({
          kind: "refused",
          membership: 1 as never,
          code: "not-permitted",
          entry: [],
        }),
      ),
  };

  for (const [what, lie] of Object.entries(LIES))
    it(`${what}: nobody believes it`, async () => {
      const replicas = await Replicas.open();
      const [liar] = replicas.nodes as [Replica];
      const alice = clientOf(replicas);
      await alice.write("price", bytes("before"));
      liar.lie = lie;
      for (const variant of REGISTER_VARIANTS) {
        await alice.write("price", bytes(`true ${variant}`), { variant });
        const found = await clientOf(replicas, "bob").read("price", { variant });
        assert.equal(text(found.value), `true ${variant}`);
      }
      assert.equal((await alice.list()).length, 3);
    });

  it("replays old answers: the nonce gives them away", async () => {
    const replicas = await Replicas.open();
    const [liar] = replicas.nodes as [Replica];
    const alice = clientOf(replicas);
    await alice.write("price", bytes("old"));
    const old = new Map<string, string>();
    liar.lie = (answer, method) => {
      old.set(method, answer);
      return answer;
    };
    await alice.read("price");
    liar.lie = (answer, method) => old.get(method) ?? answer;
    await alice.write("price", bytes("new"));
    for (let at = 0; at < 5; at++) assert.equal(text((await alice.read("price")).value), "new");
    assert.equal((await alice.stances())[0]?.stance, "lies");
  });

  it("in company of another that is down is one too many: that is said, and who said what", async () => {
    const replicas = await Replicas.open();
    const [liar, down] = replicas.nodes as [Replica, Replica];
    await clientOf(replicas).write("price", bytes("1"));
    liar.lie = () => "ff";
    down.isDown = true;
    await failsWith(
      clientOf(replicas, "bob", { timeoutMs: 400 }).read("price"),
      "no-quorum",
      /a:1 gave what does not hold .*b:1 is silent .*c:1 answered as c/,
    );
  });
});
