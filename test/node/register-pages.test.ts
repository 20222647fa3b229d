// What a new validator is told of the registers comes in pages, from several at once: nothing is left out, nothing false is taken.
import assert from "node:assert/strict";
import type { RegisterId, RegisterState } from "@witan/consensus";
import { GovernanceView, genesisGovernance } from "@witan/ledger";
import { type Hash, type Height, ok, type PeerId, type Signature, sha256Hex } from "@witan/primitives";
import { openMemoryStore, readMeta } from "@witan/storage";
import { RegisterRecords } from "../../packages/node/src/registers/register-records.ts";
import { Registers, type RegistersOptions } from "../../packages/node/src/registers/registers.ts";
import { requestCodec } from "../../packages/node/src/wire.ts";
import { keyOfName, memberOf, testChain, testGenesis } from "../ledger/build.ts";

const CHAIN = testChain(testGenesis("pbft"));
const BEFORE = genesisGovernance(CHAIN);
const SINCE = 7 as Height;
const NOW = new GovernanceView("pbft", {
  ...BEFORE.state,
  members: [...BEFORE.state.members, memberOf("e")],
  membersFrom: SINCE,
});
const COUNT = 70;

function stateOf(counter: number): RegisterState {
  const data = new Uint8Array(65_536).fill(counter);
  const client = keyOfName("alice").publicKey;
  const version = { timestamp: { counter, client }, hash: sha256Hex(data) as Hash };
  const signature = "ab".repeat(64) as Signature;
  const signatures = [0, 1, 2].map((member) => ({ member: member as never, signature }));
  const proof = {
    version,
    membership: BEFORE.membership.from,
    list: "prepared",
    authorization: signature,
    signatures,
  };
  return { proof: [proof as never], data, prepared: [], optimistic: [], written: version };
}

const registerAt = (at: number): RegisterId => ({ name: `many/${at}`, variant: "base" });

/** A replica that holds registers; those of which `counter` says 0 it has not. */
async function replica(counter: (at: number) => number, more: Partial<RegistersOptions> = {}) {
  const store = await openMemoryStore();
  const held = Array.from({ length: COUNT }, (_, at) => at).filter((at) => counter(at) > 0);
  await new RegisterRecords(store).write(
    held.map((at) => ({ register: registerAt(at), state: stateOf(counter(at)), isNew: true })),
  );
  const chain = {
    ...{ chain: CHAIN, governance: NOW },
    memberships: (height: number) => (height < SINCE ? BEFORE.membership : NOW.membership),
  };
  const registers = new Registers({
    ...{ chain, store, signatures: { check: () => "hold" }, onFailure: assert.fail, log: { info: () => {} } },
    signer: { publicKeys: [keyOfName("e voting").publicKey] },
    ...more,
  } as unknown as RegistersOptions);
  return { store, registers };
}

describe("what registers hold, page by page", () => {
  it("comes whole, the newest of each, and nothing that does not fit its proof", async () => {
    const peers = BEFORE.membership.members.map(({ peerId }) => peerId);
    const [old, newer, gaps] = await Promise.all([
      replica(() => 1),
      replica((at) => 1 + (at % 2)),
      replica((at) => (at % 3 === 0 ? 3 : 0)),
    ]);
    const sources = new Map([old, newer, gaps].map(({ registers }, at) => [peers[at] as PeerId, registers]));
    const asked: PeerId[] = [];
    const faults: (readonly [PeerId, string])[] = [];
    const request = async (to: PeerId, bytes: Uint8Array) => {
      asked.push(to);
      const decoded = requestCodec.decode(bytes);
      assert.ok(decoded.ok && decoded.value.kind === "registers");
      const page = await (sources.get(to) ?? newer.registers).page(decoded.value.after[0]);
      // The fourth says what has no proof.
      if (!sources.has(to)) page[page.length - 1] = (page.at(-1) ?? 0) ^ 1;
      return ok(page);
    };
    const network = {
      request,
      reportFault: (peer: PeerId, _: string, code: string) => faults.push([peer, code]),
    };
    const fifth = await replica(() => 0, { network } as unknown as Partial<RegistersOptions>);
    fifth.registers.look();
    while (readMeta(fifth.store, "registersTakenOver") !== SINCE)
      await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(faults, [[peers[3], "registers-proof"]]);
    assert.deepEqual([asked.filter((peer) => peer === peers[0]).length, asked.at(0)], [2, peers[0]]);
    const records = new RegisterRecords(fifth.store);
    const counters = Array.from(
      { length: COUNT },
      (_, at) => records.read(registerAt(at))?.proof[0]?.version.timestamp,
    );
    assert.deepEqual(
      counters.map((timestamp) => timestamp?.counter),
      Array.from({ length: COUNT }, (_, at) => (at % 3 === 0 ? 3 : 1 + (at % 2))),
    );
    assert.equal(records.count, COUNT);
  });
});
