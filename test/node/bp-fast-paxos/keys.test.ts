// Which keys a node may have, and promises whose MACs do not hold.
import assert from "node:assert/strict";
import { bpfpFrameCodec, bpfpMessageCodec, type SealedPromise } from "@witan/consensus";
import { ChainError } from "@witan/node";
import { type Hash, type Height, sha256Hex } from "@witan/primitives";
import { Cluster } from "../cluster.ts";
import { Purse } from "../purse.ts";
import { evidenceAt, fastPaxos } from "./fast-paxos.ts";

const BY_SIGNATURE = {
  kind: "bp-fast-paxos",
  promiseAuthentication: "signature",
  detectByzantineAcceptors: false,
} as const;

interface Case {
  readonly name: string;
  readonly sharedKey: string | null;
  readonly votingKeys?: readonly string[];
  readonly bySignature?: boolean;
}

async function refusal({ name, sharedKey, votingKeys, bySignature = false }: Case): Promise<string> {
  const cluster = await Cluster.of({
    mode: "bp-fast-paxos",
    seats: [{ name, sharedKey, ...(votingKeys === undefined ? {} : { votingKeys }) }],
    genesis: bySignature ? { consensus: BY_SIGNATURE } : {},
  });
  const failure = await cluster.seats[0]?.start().then(
    () => undefined,
    (error: unknown) => error,
  );
  if (failure === undefined) {
    await cluster.seats[0]?.stop();
    return "";
  }
  assert.ok(failure instanceof ChainError, String(failure));
  assert.equal(failure.code, "keys");
  return failure.message;
}

describe("a node of a chain of BP Fast Paxos", () => {
  it("does not open with keys of a proposer and of an acceptor", async () => {
    const both = { votingKeys: ["p voting", "a voting"] };
    assert.match(
      await refusal({ name: "a", sharedKey: "shared", ...both }),
      /of p, a proposer, and of a, an acceptor/,
    );
  });

  it("does not open as an acceptor without the shared key, or as anybody else with it", async () => {
    assert.match(
      await refusal({ name: "a", sharedKey: null }),
      /a is an acceptor, and the key .* is not here: copy/,
    );
    assert.match(
      await refusal({ name: "p", sharedKey: "shared" }),
      /p is a proposer, and the key .* Remove it/,
    );
    const observer = { name: "o", votingKeys: [] };
    assert.match(
      await refusal({ ...observer, sharedKey: "shared" }),
      /is an observer, and the key .* remove it/,
    );
    assert.equal(await refusal({ ...observer, sharedKey: null }), "");
    // It may become an acceptor.
    assert.equal(await refusal({ name: "e", sharedKey: "shared" }), "");
  });

  it("has no such key where promises are signed", async () => {
    const bySignature = { bySignature: true };
    assert.match(
      await refusal({ name: "a", sharedKey: "shared", ...bySignature }),
      /nobody needs such a key/,
    );
    assert.equal(await refusal({ name: "a", sharedKey: null, ...bySignature }), "");
  });
});

/** What a lying proposer makes of the promises that it shows. */
function forging(promise: SealedPromise): SealedPromise {
  return { ...promise, seal: { kind: "mac", mac: sha256Hex(new Uint8Array(1)) as string as Hash } };
}

describe("promises", () => {
  for (const authentication of ["mac", "signature"] as const)
    it(`by ${authentication} begin a round, are checked by every acceptor, and nothing else is`, async () => {
      const consensus = { ...BY_SIGNATURE, promiseAuthentication: authentication };
      const cluster = await fastPaxos({ genesis: { consensus } });
      const purse = new Purse(cluster);
      await cluster.pay("p", purse.pay());
      cluster.seat("p").crash();
      await cluster.pay("q", purse.pay());
      for (const name of ["a", "b", "c", "d"]) {
        const { sealed, macsChecked } = cluster.seat(name).counts;
        assert.equal(sealed > 0, authentication === "mac", name);
        assert.equal(macsChecked >= 3, authentication === "mac", name);
      }
      // Later heights of the round show no proof. (What was in doubt is sent again for a moment.)
      await cluster.agreed();
      await cluster.world.pass(100);
      const before = cluster.seat("a").counts.macsChecked;
      await cluster.pay("q", purse.pay());
      assert.equal(cluster.seat("a").counts.macsChecked, before);
      await cluster.startAll();
      await cluster.finish();
    });

  it("with a wrong MAC are evidence, and the proposer that shows them is replaced", async () => {
    const cluster = await fastPaxos();
    const purse = new Purse(cluster);
    const liar = cluster.seat("q");
    liar.honest = false;
    cluster.seat("p").crash();
    liar.taps.send = (_to, channel, bytes) => {
      const decoded = channel === "consensus" ? bpfpMessageCodec.decode(bytes) : undefined;
      if (!decoded?.ok || decoded.value.kind !== "accept") return bytes;
      return bpfpMessageCodec.encode({ ...decoded.value, proof: decoded.value.proof.map(forging) });
    };
    const fate = cluster.submit("a", purse.pay());
    assert.deepEqual(await evidenceAt(cluster, "a"), ["q: bad-accept"]);
    await cluster.seat("p").start();
    assert.equal((await fate).status, "final");
    await cluster.finish();
  });

  it("of an acceptor with another key hold nothing up for ever: rounds go on until one is begun without it", async function () {
    this.timeout(60_000);
    const cluster = await fastPaxos();
    const purse = new Purse(cluster);
    await cluster.pay("p", purse.pay());
    await cluster.agreed(1);
    const odd = cluster.seat("d");
    odd.crash();
    odd.sharedKey = "another";
    await odd.start();
    // In the common case nobody needs the key.
    await cluster.pay("p", purse.pay());
    // Where it is needed, and the promises of those with the right key come first, the round begins.
    odd.taps.send = (_to, channel, bytes) => {
      const decoded = channel === "consensus" ? bpfpMessageCodec.decode(bytes) : undefined;
      return decoded?.ok && decoded.value.kind === "promise" ? undefined : bytes;
    };
    cluster.seat("p").crash();
    await cluster.pay("q", purse.pay());
    await cluster.startAll();
    await cluster.finish();
  });

  it("would not be believed of an acceptor with another key: it and the others say so as soon as they are connected", async () => {
    const cluster = await fastPaxos();
    const purse = new Purse(cluster);
    await cluster.pay("p", purse.pay());
    const said = (name: string, what: string) =>
      cluster
        .seat(name)
        .logged.filter(({ message }) => message.includes(`has ${what}`))
        .map(({ fields }) => ("member" in fields ? fields.member : undefined));
    for (const { name } of cluster.seats) assert.deepEqual(said(name, "another acceptors' key"), [], name);
    const odd = cluster.seat("d");
    odd.crash();
    odd.sharedKey = "another";
    await odd.start();
    const areTold = () =>
      said("d", "another acceptors' key").length === 3 &&
      ["a", "b", "c"].every((name) => said(name, "another acceptors' key").length > 0);
    await cluster.world.until("it is named", areTold);
    for (const name of ["a", "b", "c"]) assert.deepEqual(said(name, "another acceptors' key"), ["d"]);
    for (const name of ["p", "q", "o"]) assert.deepEqual(said(name, "another acceptors' key"), []);
    // Once, however often it comes back; and when it is mended, that.
    odd.crash();
    await odd.start();
    await cluster.connected();
    await cluster.pay("p", purse.pay());
    odd.crash();
    odd.sharedKey = "shared";
    await odd.start();
    const others = ["a", "b", "c"];
    const isMended = () => others.every((name) => said(name, "the same acceptors' key").length > 0);
    await cluster.world.until("it is mended", isMended);
    for (const name of others) {
      assert.deepEqual(said(name, "another acceptors' key"), ["d"]);
      assert.deepEqual(said(name, "the same acceptors' key"), ["d"]);
    }
    assert.deepEqual(cluster.world.faults, []);
    await cluster.finish();
  });

  it("are none of a proposer, which is cut off when it says that it has the acceptors' key", async () => {
    const cluster = await fastPaxos();
    const proposer = cluster.seat("q");
    const bytes = bpfpFrameCodec.encode({
      ...{ kind: "keyCheck", membership: 1 as Height },
      mac: sha256Hex(new Uint8Array(1)) as string as Hash,
    });
    proposer.network.send(cluster.seat("b").peerId, "consensus", bytes);
    await cluster.world.until("it is blamed", () => cluster.world.faults.length > 0);
    assert.deepEqual(cluster.world.faults, [{ by: "b", of: proposer.peerId, code: "not-an-acceptor" }]);
    await cluster.finish();
  });

  it("with the shared key lost stop the acceptor from starting, and nobody else", async () => {
    const cluster = await fastPaxos();
    const purse = new Purse(cluster);
    const loser = cluster.seat("d");
    loser.crash();
    loser.sharedKey = null;
    await assert.rejects(loser.start(), /keys\/acceptors\.json/);
    await cluster.pay("p", purse.pay());
    loser.sharedKey = "shared";
    await loser.start();
    await cluster.finish();
  });
});
