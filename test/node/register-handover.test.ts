// A new validator and the registers: it answers for none before it knows what was written before its time, so that members can
// be replaced one by one and no write that was done is lost, though one of them lies.
import assert from "node:assert/strict";
import { type RegisterAnswer, registerAnswerCodec } from "@witan/consensus";
import type { Change } from "@witan/ledger";
import { hexToBytes } from "@witan/primitives";
import { RpcError } from "@witan/rpc";
import { memberOf } from "../ledger/build.ts";
import { Cluster, membersOnly } from "./cluster.ts";
import { Purse } from "./purse.ts";
import { registerParams } from "./register-requests.ts";

type Asked = "register_read" | "register_write" | "register_prepare" | "register_readTimestamp";

/** Five nodes, of which the last is to become a validator, and a register that was written at b and c. */
class Scene {
  readonly cluster: Cluster;
  readonly #purse: Purse;
  #sequence = 0;

  private constructor(cluster: Cluster) {
    this.cluster = cluster;
    this.#purse = new Purse(cluster);
  }

  static async open(): Promise<Scene> {
    const scene = new Scene(await Cluster.start({ seats: [...membersOnly(), { name: "e" }] }));
    // The third of the quorum is a, which lies: it says that it has written, and has not.
    for (const holder of ["b", "c"])
      assert.equal((await scene.ask(holder, "register_write")).kind, "written");
    return scene;
  }

  async ask(at: string, method: Asked): Promise<RegisterAnswer> {
    const { answer } = await this.cluster.seat(at).call(method, registerParams(this.cluster.chain)[method]);
    const decoded = registerAnswerCodec.decode(hexToBytes(answer));
    assert.ok(decoded.ok);
    return decoded.value;
  }

  async refuses(at: string): Promise<void> {
    for (const method of [
      "register_read",
      "register_readTimestamp",
      "register_prepare",
      "register_write",
    ] as const)
      await assert.rejects(this.ask(at, method), (error: unknown) => {
        assert.ok(error instanceof RpcError && error.reason === "syncing", String(error));
        assert.match(error.message, /new and does not know yet what the registers hold/);
        return true;
      });
  }

  async holds(at: string): Promise<boolean> {
    const answer = await this.ask(at, "register_read");
    return answer.kind === "value" && answer.version.timestamp.counter === 1;
  }

  isReady(): boolean {
    return this.cluster.seat("e").logged.some(({ message }) => message.includes("took over the registers"));
  }

  add(...operators: readonly string[]): Promise<void> {
    return this.#change({ kind: "addMember", member: memberOf("e") }, operators);
  }

  remove(name: string, ...operators: readonly string[]): Promise<void> {
    return this.#change({ kind: "removeMember", name }, operators);
  }

  async #change(change: Change, operators: readonly string[]): Promise<void> {
    const { cluster } = this;
    await cluster.pay("d", this.#purse.ledger.governance(change, operators, this.#sequence++));
    await cluster.agreed();
  }
}

describe("a new validator and the registers", () => {
  it("answers for none before a quorum of those before it has told what they hold, and then for all", async () => {
    const scene = await Scene.open();
    const { cluster } = scene;
    const fifth = cluster.seat("e");
    // What a and d tell may leave out what was written: they are two, and one of them lies.
    cluster.cut("e", "b", "c");
    await scene.add("a", "b", "c");
    await cluster.world.pass(2_000);
    assert.equal((await fifth.call("node_status", {})).role, "validator");
    await scene.refuses("e");
    cluster.heal("e", "c");
    await cluster.world.until("it has taken over", () => scene.isReady(), 20_000);
    cluster.heal("e", "b");
    // With a, which lies, d and e are a quorum then: one of them must know.
    await scene.remove("c", "a", "b", "c", "d");
    assert.deepEqual([await scene.holds("d"), await scene.holds("e")], [false, true]);
    // It need not ask again after its next start.
    fifth.crash();
    cluster.cut("e", "a", "b", "c", "d");
    await fifth.start();
    assert.ok(await scene.holds("e"));
    cluster.heal("e", "a", "b", "c", "d");
    await cluster.finish();
  });
});
