// Registers on a network of real processes, by the commands that people use: one that lies, some that are killed, a client that is
// killed between two phases, permits and members that change. One network for all of it: most of its time is its start.
import assert from "node:assert/strict";
import { join } from "node:path";
import { REGISTER_VARIANTS, registerAnswerCodec } from "@witan/consensus";
import { publicKeyOf, type SecretKey } from "@witan/crypto";
import { bytesToHex, hexToBytes } from "@witan/primitives";
import { lastJson, type Ran, witan } from "../cli/run.ts";
import { keyOfName } from "../ledger/build.ts";
import { DEADLINE_MS } from "./conditions.ts";
import { type TestNetwork, withNetwork } from "./harness.ts";
import { MeddlingProxy } from "./meddling-proxy.ts";
import { Running, WITAN } from "./witan-process.ts";

type Json = Readonly<Record<string, unknown>>;

/** The commands of one person. */
class Person {
  readonly #network: TestNetwork;
  readonly #proxies: readonly MeddlingProxy[];
  readonly secretKey: string;

  constructor(network: TestNetwork, proxies: readonly MeddlingProxy[], account: number) {
    this.#network = network;
    this.#proxies = proxies;
    this.secretKey = network.list.accounts[account]?.secretKey ?? "";
  }

  get rpc(): readonly string[] {
    return ["--rpc", this.#proxies.map(({ url }) => url).join(",")];
  }

  writing(name: string, value: string, ...more: readonly string[]): readonly string[] {
    const journal = join(this.#network.folder, "journal");
    return [
      ...["register", "write", name, "--value", value, "--secret-key", this.secretKey],
      ...["--journal", journal, ...this.rpc, ...more],
    ];
  }

  write(name: string, value: string, ...more: readonly string[]): Promise<Ran> {
    return witan(...this.writing(name, value, ...more), "--json");
  }

  read(name: string, ...more: readonly string[]): Promise<Ran> {
    return witan("register", "read", name, ...this.rpc, "--json", ...more);
  }

  async wrote(name: string, value: string, ...more: readonly string[]): Promise<Json> {
    const ran = await this.write(name, value, ...more);
    assert.equal(ran.code, 0, ran.out);
    return lastJson(ran);
  }

  async finds(name: string, text: string, ...more: readonly string[]): Promise<Json> {
    const ran = await this.read(name, ...more);
    assert.equal(ran.code, 0, ran.out);
    const found = lastJson(ran);
    assert.equal(found["text"], text);
    return found;
  }
}

function errorIn(ran: Ran): Json {
  return lastJson(ran)["error"] as Json;
}

/** A change of governance, as operators make it. */
async function change(network: TestNetwork, name: string, ...what: readonly string[]): Promise<void> {
  const done = async (...argv: readonly string[]): Promise<Json> => {
    const ran = await witan(...argv, "--json");
    assert.equal(ran.code, 0, ran.out);
    return lastJson(ran);
  };
  const rpc = ["--rpc", network.client(0).url];
  const file = join(network.folder, name);
  await done("governance", "propose", ...what, ...rpc, "--out", file);
  for (const operator of [0, 1, 2]) {
    const key = join(network.home(operator), "keys", "operator.json");
    await done("governance", "approve", file, "--key", key, "--out", `${file}.${operator}`);
  }
  const approvals = [0, 1, 2].map((operator) => `${file}.${operator}`);
  assert.equal((await done("governance", "submit", ...approvals, ...rpc, "--wait"))["status"], "final");
}

async function usualUse(alice: Person, bob: Person): Promise<void> {
  const never = await bob.read("price/gold");
  assert.deepEqual([never.code, lastJson(never)["value"], lastJson(never)["timestamp"]], [1, null, null]);
  const phases = { base: 3, optimized: 2, strong: 3 };
  for (const variant of REGISTER_VARIANTS) {
    const written = await alice.wrote(variant, `by ${variant}`, "--variant", variant);
    assert.deepEqual(
      [written["register"], written["variant"], written["phases"], written["earlier"]],
      [variant, variant, phases[variant], []],
    );
    assert.ok((written["replicas"] as string[]).length === 3 && (written["milliseconds"] as number) > 0);
    const found = await bob.finds(variant, `by ${variant}`);
    assert.deepEqual([found["variant"], found["timestamp"]], [variant, written["timestamp"]]);
  }
  await alice.wrote("strong", "another type", "--variant", "base");
  const both = await bob.read("strong");
  assert.deepEqual([both.code, errorIn(both)["reason"]], [2, "variant-needed"]);
  await bob.finds("strong", "by strong", "--variant", "strong");
  const listed = await witan("register", "list", ...bob.rpc, "--json");
  const names = (lastJson(listed)["registers"] as Json[]).map(
    (one) => `${one["register"]} ${one["variant"]}`,
  );
  assert.deepEqual(names, ["base base", "optimized optimized", "strong base", "strong strong"]);
}

async function killedClient(
  network: TestNetwork,
  alice: Person,
  proxies: readonly MeddlingProxy[],
): Promise<void> {
  let held = 0;
  for (const proxy of proxies)
    proxy.before = (method) => {
      if (method !== "register_write") return undefined;
      held++;
      return new Promise(() => {});
    };
  const running = new Running(alice.writing("price/gold", "left behind"), network.folder, WITAN);
  try {
    await network.until("its third phase has begun", async () => held > 0);
  } finally {
    await running.kill();
  }
  for (const proxy of proxies) proxy.before = undefined;
  const written = await alice.wrote("price/gold", "after that");
  assert.deepEqual(
    (written["earlier"] as Json[]).map((timestamp) => timestamp["counter"]),
    [1],
  );
  assert.equal((written["timestamp"] as Json)["counter"], 2);
  await alice.finds("price/gold", "after that");
}

async function liar(alice: Person, bob: Person, [first]: readonly MeddlingProxy[]): Promise<void> {
  assert.ok(first !== undefined);
  first.change = (answer, method) => {
    if (!method.startsWith("register_")) return answer;
    const hex =
      (JSON.parse(answer) as { readonly result?: { readonly answer: string } }).result?.answer ?? "";
    const decoded = registerAnswerCodec.decode(hexToBytes(hex));
    if (!decoded.ok || decoded.value.kind !== "value") return answer.replace(/"[0-9a-f]{64,}"/, '"ff"');
    const lie = { ...decoded.value, data: new TextEncoder().encode("a lie") };
    return answer.replace(hex, bytesToHex(registerAnswerCodec.encode(lie)));
  };
  await alice.wrote("price/gold", "true");
  await bob.finds("price/gold", "true");
  first.change = undefined;
}

async function killedReplicas(network: TestNetwork, alice: Person): Promise<void> {
  await network.kill(3);
  await alice.wrote("price/gold", "by three");
  await network.kill(2);
  const ran = await alice.write("price/gold", "by two", "--timeout", "1");
  assert.deepEqual([ran.code, errorIn(ran)["reason"]], [3, "no-quorum"]);
  assert.match(
    String(errorIn(ran)["message"]),
    /Fewer than 3 of the 4 validators .* answered as v1; .*silent/,
  );
  // What it acknowledged before it was killed it still knows, and the others need its word.
  await network.restart(2);
  const found = await alice.finds("price/gold", "by three");
  assert.deepEqual([found["phases"], found["replicas"]], [1, ["v1", "v2", "v3"]]);
  await network.until("three are connected", () => network.areConnected());
}

async function permits(network: TestNetwork, alice: Person, bob: Person): Promise<void> {
  // The others speak as other members then: a client that knows the genesis learns of them by a proof.
  const other = keyOfName("another voting key").publicKey;
  await change(network, "replace.json", "replace-key", "v4", "--voting-key", other);
  const key = publicKeyOf(bob.secretKey as SecretKey);
  await change(network, "permit.json", "permit-client", key, "--prefix", "bob/", "--prefix", "shared");
  await bob.wrote("bob/1", "mine");
  const refused = await bob.write("price/gold", "not mine");
  assert.deepEqual([refused.code, errorIn(refused)["reason"]], [1, "not-permitted"]);
  await alice.finds("bob/1", "mine");
  await change(network, "revoke.json", "revoke-client", key);
  assert.equal(errorIn(await bob.write("bob/1", "late"))["reason"], "not-permitted");
  await alice.finds("bob/1", "mine");
  await alice.finds("price/gold", "by three");
}

describe("registers on a network of processes", function () {
  this.timeout(4 * DEADLINE_MS);

  it("are written and read, whoever lies, is killed, or changes meanwhile", () =>
    withNetwork({}, async (network) => {
      const proxies = await Promise.all(network.clients.map(({ url }) => MeddlingProxy.open(url)));
      try {
        const [alice, bob] = [new Person(network, proxies, 0), new Person(network, proxies, 1)];
        await usualUse(alice, bob);
        await killedClient(network, alice, proxies);
        await liar(alice, bob, proxies);
        await killedReplicas(network, alice);
        await permits(network, alice, bob);
      } finally {
        for (const proxy of proxies) proxy.close();
      }
    }));
});
