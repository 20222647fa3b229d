// Peers that do not belong, and members that do what is wrong for everyone, on real libp2p: refused or cut off, named in
// log and metrics, while the rest goes on finalizing.
import assert from "node:assert/strict";
import { connect } from "node:net";
import { digestOf, type PbftMessage, signedMessageCodec } from "@witan/consensus";
import { formatPeerId, peerIdOfEd25519, sign } from "@witan/crypto";
import { ed25519PublicKeyOf } from "@witan/crypto/node";
import type { BlockHash, ChainId, Height, MemberIndex, Signature, View } from "@witan/primitives";
import { checkChains } from "./chains-agree.ts";
import { type TestNetwork, withNetwork } from "./harness.ts";
import { Load } from "./load.ts";
import { peerOf, ScriptedPeer, secretOf, strangersKey, votingKeyOf } from "./scripted-peer.ts";

/** The member whose keys the scripted peer has: its node does not run. The others are wronged in turn. */
const MEMBER = 3;
const VICTIMS = 3;
const OTHER_CHAIN = "ee".repeat(32);
const GARBAGE = new Uint8Array(500).fill(0xee);

interface Fault {
  readonly code: string;
  /** What it sends; again and again until it is cut off. */
  readonly send: (peer: ScriptedPeer, to: ReturnType<typeof peerOf>, network: TestNetwork) => void;
}

/** A vote of the member, signed for a chain. */
function voteFor(network: TestNetwork, chainId: string): Uint8Array {
  const message: PbftMessage = {
    kind: "status",
    membership: 1 as Height,
    view: 0 as View,
    height: 1 as Height,
    blockHash: "11".repeat(32) as BlockHash,
  };
  const signature = sign(digestOf(chainId as ChainId, message), votingKeyOf(network, MEMBER));
  return signedMessageCodec.encode({ sender: MEMBER as MemberIndex, message, signature });
}

/** The same vote, with a signature of nothing. */
function forged(network: TestNetwork): Uint8Array {
  const read = signedMessageCodec.decode(voteFor(network, network.list.chainId));
  assert.ok(read.ok);
  return signedMessageCodec.encode({ ...read.value, signature: "11".repeat(64) as Signature });
}

const FAULTS: readonly Fault[] = [
  {
    code: "consensus-encoding",
    send: ({ network }, { id }) => network.send(id, "consensus", GARBAGE),
  },
  {
    code: "transactions-encoding",
    send: ({ network }, { id }) => network.send(id, "transactions", GARBAGE),
  },
  { code: "bulk-encoding", send: ({ network }, { id }) => network.send(id, "bulk", GARBAGE) },
  {
    code: "oversized-frame",
    send: ({ network }, { id }) => network.send(id, "transactions", new Uint8Array(1024 * 1024)),
  },
  {
    code: "consensus-signature",
    send: ({ network }, { id }, nodes) => network.send(id, "consensus", forged(nodes)),
  },
  {
    code: "consensus-signature",
    send: ({ network }, { id }, nodes) => network.send(id, "consensus", voteFor(nodes, OTHER_CHAIN)),
  },
  {
    code: "request-encoding",
    send: ({ network }, { id }) => void network.request(id, GARBAGE, { timeoutMs: 1_000 }),
  },
  {
    code: "consensus-flood",
    send: ({ network }, { id }, nodes) => {
      const vote = voteFor(nodes, nodes.list.chainId);
      for (let sent = 0; sent < 2_000; sent++) network.send(id, "consensus", vote);
    },
  },
];

/** Does what is wrong until it is cut off, in a member's name, and checks that log and metrics say so. */
async function isCutOff(network: TestNetwork, victim: number, fault: Fault): Promise<void> {
  const { code } = fault;
  const to = peerOf(network, victim);
  const secretKey = secretOf(network, MEMBER, "peer.json");
  const self = formatPeerId(peerIdOfEd25519(ed25519PublicKeyOf(secretKey)));
  const before = network.log(victim).length;
  await ScriptedPeer.with({ secretKey, chainId: network.list.chainId }, async (peer) => {
    await peer.meet(to);
    await network.until(`${code}: it is cut off`, () => {
      if (!peer.isConnected(to.id)) return true;
      fault.send(peer, to, network);
      return false;
    });
  });
  const told = network
    .log(victim)
    .slice(before)
    .filter((line) => line["peer"] === self);
  const cut = told.filter(({ msg }) => msg === "a peer was cut off");
  assert.deepEqual([cut.length, cut[0]?.["code"]], [1, code], `${code}: ${JSON.stringify(told)}`);
  assert.ok((await network.metric(victim, "witan_peer_faults_total", code)) >= 1, code);
}

describe("peers that misbehave", function () {
  this.timeout(180_000);

  it("are cut off when they do what is wrong for everyone, each time members, and the rest goes on", () =>
    withNetwork({ metrics: true }, async (network) => {
      const load = await Load.start(network);
      await load.more(5);
      await network.kill(MEMBER);
      for (const [at, fault] of FAULTS.entries()) {
        const victim = at % VICTIMS;
        if (at >= VICTIMS) {
          // It is kept out for a while by whom it has wronged before, until that one is started again.
          await network.processes.stopNode(victim);
          await network.restart(victim);
          await load.more(3);
        }
        await isCutOff(network, victim, fault);
        await load.more(3);
        assert.equal(await network.metric(victim, "witan_peers_banned_total"), 1);
      }
      await load.stop();
      await checkChains(network, load.finals);
    }));

  it("are refused when they do not belong, and outlived when they say nothing", () =>
    withNetwork({ metrics: true }, async (network) => {
      const load = await Load.start(network);
      await load.more(5);
      const refused = async (code: string, secretKey: string, chainId: string): Promise<void> => {
        const to = peerOf(network, 0);
        await ScriptedPeer.with({ secretKey, chainId }, async (peer) => {
          peer.dial(to);
          await network.until(`${code} is counted`, async () => {
            assert.ok(!peer.isConnected(to.id));
            return (await network.metric(0, "witan_peers_refused_total", code)) > 0;
          });
        });
        assert.ok(network.log(0).some((line) => line["code"] === code && line.level === 40));
        await load.more(3);
      };
      await refused("not-admitted", strangersKey(), network.list.chainId);
      await network.kill(MEMBER);
      const member = secretOf(network, MEMBER, "peer.json");
      await refused("other-chain", member, OTHER_CHAIN);

      const silent = Array.from({ length: 40 }, () => connect(network.p2pPort, "127.0.0.1"));
      for (const socket of silent) socket.on("error", () => {}).resume();
      await ScriptedPeer.with({ secretKey: member, chainId: network.list.chainId }, async (peer) => {
        // A member that is there, and says nothing, costs a vote and no more.
        await peer.meet(peerOf(network, 1));
        await load.more(20);
        assert.ok(peer.isConnected(peerOf(network, 1).id));
      });
      await network.until("raw sockets are refused", async () => {
        const counts = ["too-many-connections", "handshake-timeout"].map((code) =>
          network.metric(0, "witan_peers_refused_total", code),
        );
        return (await Promise.all(counts)).every((count) => count > 0);
      });
      for (const socket of silent) socket.destroy();
      await network.restart(MEMBER);
      await load.stop();
      await checkChains(network, load.finals);
    }));
});
