// The place of one node in a test: its disk and keys, which outlive it, and the node that runs there now, with every port
// under the test's control. Ending a node is at once, in the middle of whatever it did.
import assert from "node:assert/strict";
import { peerIdOfEd25519 } from "@witan/crypto";
import { acceptorsKeyOf, acceptorsSealer } from "@witan/crypto/node";
import {
  type BlockEvent,
  type Log,
  type Miner,
  Node,
  type NodeSettings,
  type PromiseSealer,
  type VoteSigner,
} from "@witan/node";
import {
  type AdmittedPeer,
  asciiBytes,
  type Certificate,
  type Clock,
  certificateCodec,
  type Network,
  ok,
  type PeerId,
  refuse,
  type SignatureScheme,
  type SignatureVerifier,
  sha256Hex,
  type Timestamp,
} from "@witan/primitives";
import {
  type CallContext,
  type CallParamsOf,
  METHODS,
  type ResultOf,
  RpcError,
  type ServiceMethodName,
} from "@witan/rpc";
import { type CheckedStore, keyOf } from "@witan/storage";
import { assertResult } from "../rpc/checked-service.ts";
import { assertErrorFits } from "../rpc/document-check.ts";
import { openGuardedKeys, type Signed } from "./guarded-keys.ts";
import { Life, never } from "./life.ts";
import { turn } from "./manual-clock.ts";
import { PowerDisk } from "./power-disk.ts";
import { TappedNetwork, type Taps } from "./tapped-network.ts";
import { TICK_MS, type World } from "./world.ts";

/** How views last in these tests, in milliseconds. */
export const VIEW_MS = 200;

/** What a seat may be told. */
export interface SeatOptions {
  readonly name: string;
  /** Names of the voting keys it has; its own by default. */
  readonly votingKeys?: readonly string[];
  readonly settings?: Partial<NodeSettings>;
  /** The key that it shares with acceptors; null: it has none. By default acceptors of the genesis have one. */
  readonly sharedKey?: string | null;
  /** Of proof of work: what it mines with, the same in all its lives. */
  readonly miner?: Miner;
}

/** What a node's ports were asked for. */
export interface PortCounts {
  signed: number;
  noted: number;
  /** Promises, and what was checked of them. */
  sealed: number;
  macsChecked: number;
  /** Signatures that consensus checked on the main thread. */
  checked: number;
}

/** The peer id that `memberOf` gives a name. */
export function peerIdOfName(name: string): PeerId {
  return peerIdOfEd25519(sha256Hex(asciiBytes(`${name} peer`)));
}

/** What seals promises with the key of a name. */
export function sealerOfName(name: string): PromiseSealer {
  return acceptorsSealer(acceptorsKeyOf(sha256Hex(asciiBytes(name))));
}

/** One place. */
export class Seat {
  readonly name: string;
  readonly peerId: PeerId;
  readonly address: string;
  readonly taps: Taps = {};
  readonly signed: Signed = { signatures: new Set(), statements: new Set(), refusals: [] };
  /** Its node may fail: otherwise that fails the test. */
  mayFail = false;
  /** What its nodes failed with. */
  readonly failures: unknown[] = [];
  readonly blocks: BlockEvent[] = [];
  readonly logged: { readonly fields: object; readonly message: string }[] = [];
  /** A liar's votes are not held against it. */
  honest = true;
  /** Its data are lost or put back: it may be silent, which otherwise fails the test. */
  losesData = false;
  /** How far its clock is ahead of the world's, in milliseconds; from its next start on. */
  clockAheadMs = 0;
  /** Its verifier says that every signature holds. */
  believesAll = false;
  /** Calls of the verifier are refused as busy. */
  verifierBusy = false;
  /** Calls of the verifier wait for this. */
  verifierHold: Promise<void> | undefined;
  votingKeys: readonly string[];
  /** As in SeatOptions; from its next start on. */
  sharedKey: string | null;
  disk = new PowerDisk();
  readonly counts: PortCounts = { signed: 0, noted: 0, sealed: 0, macsChecked: 0, checked: 0 };
  readonly #world: World;
  readonly #peers: () => readonly AdmittedPeer[];
  readonly #settings: Partial<NodeSettings>;
  readonly #miner: Miner | undefined;
  #running:
    | { readonly node: Node; readonly life: Life; readonly network: Network; readonly store: CheckedStore }
    | undefined;

  constructor(world: World, options: SeatOptions, peers: () => readonly AdmittedPeer[]) {
    this.#world = world;
    this.name = options.name;
    this.peerId = peerIdOfName(options.name);
    this.address = `${options.name}:1`;
    this.votingKeys = options.votingKeys ?? [`${options.name} voting`];
    this.#settings = options.settings ?? {};
    this.#miner = options.miner;
    const { consensus, members } = world.chain.genesis;
    const hasMacs = consensus.kind === "bp-fast-paxos" && consensus.promiseAuthentication === "mac";
    const member = members.find(({ name }) => name === options.name);
    this.sharedKey =
      options.sharedKey === undefined && hasMacs && member?.role === "acceptor"
        ? "shared"
        : (options.sharedKey ?? null);
    this.#peers = peers;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  get node(): Node {
    assert.ok(this.#running, `${this.name} runs`);
    return this.#running.node;
  }

  get network(): Network {
    assert.ok(this.#running, `${this.name} runs`);
    return this.#running.network;
  }

  get height(): number {
    return this.#running?.node.tip.height ?? -1;
  }

  /** What its store has as the certificate of a block. */
  readonly certificateOf = (height: number): Certificate | undefined => {
    const bytes = this.#running?.store.get(keyOf("certificate", height));
    const decoded = bytes && certificateCodec.decode(bytes);
    return decoded?.ok ? decoded.value : undefined;
  };

  /** How often it found its data older than its guard. */
  get silences(): number {
    return this.logged.filter(({ message }) => message.startsWith("the data are older than the signer guard"))
      .length;
  }

  /** Opens a node on what the disk holds, and starts it. */
  async start(): Promise<void> {
    assert.ok(!this.#running, `${this.name} does not run yet`);
    const world = this.#world;
    const { chain } = world;
    const life = new Life(this.name, (one, point) => world.onPoint(one, point));
    const { clockAheadMs } = this;
    const port = world.clock.port(() => life.alive);
    const clock: Clock = { ...port, now: () => (port.now() + clockAheadMs) as Timestamp };
    const network = new TappedNetwork(this.#openNetwork(life), life, {
      taps: this.taps,
      onSent: (channel, bytes) => {
        if (!this.honest || channel !== "consensus" || chain.mode === "pow") return;
        world.votes.sent(this.name, this.signed, bytes);
      },
    });
    const keys = { chainId: chain.chainId, disk: this.disk, life, signed: this.signed };
    const store = await this.disk.openStore(life);
    const node = await Node.open(
      {
        ...{ agent: "witan/test", chain, peers: this.#peers(), addressIndex: true, tickMs: TICK_MS },
        ...{ viewTimeoutMs: VIEW_MS, viewTimeoutMaxMs: 4 * VIEW_MS, verifierWorkers: 0 },
        ...this.#settings,
      },
      {
        store,
        network,
        verifier: this.#verifier(life),
        scheme: this.#scheme(),
        signer: this.#counted(await openGuardedKeys(this.votingKeys, keys)),
        ...(this.sharedKey === null ? {} : { promiseSealer: this.#sealer(this.sharedKey) }),
        ...(this.#miner === undefined ? {} : { miner: this.#miner }),
        clock,
        log: this.#log(life),
        yieldNow: () => life.answered(turn()),
      },
      {
        onBlock: (block) => {
          if (!life.alive) return;
          this.blocks.push(block);
          world.final(this.name, block.height, block.hash);
        },
        onFailure: (error) => {
          if (life.alive) this.failures.push(error);
        },
      },
    );
    this.#running = { node, life, network, store };
    world.final(this.name, node.tip.height, node.tip.hash);
    await node.start();
  }

  /** Ends the process of the node, wherever it is: nothing of it happens any more. */
  crash(): void {
    if (this.#running === undefined) return;
    const { life, network } = this.#running;
    this.#running = undefined;
    life.end();
    network.close().catch(() => {});
  }

  /** Stops the node in order. */
  async stop(): Promise<void> {
    if (this.#running === undefined) return;
    const { node, life } = this.#running;
    await this.#world.settled(`${this.name} stops`, node.stop());
    life.end();
    this.#running = undefined;
  }

  /** A call as the server makes it: params and answer are held against the contract. */
  async call<M extends ServiceMethodName>(
    method: M,
    params: CallParamsOf<M>,
    { signal = new AbortController().signal, source = "127.0.0.1" }: Partial<CallContext> = {},
  ): Promise<ResultOf<M>> {
    const schemas = METHODS[method];
    const answer = this.node.service[method] as (p: unknown, c: CallContext) => Promise<unknown>;
    try {
      const result = await answer(schemas.params.parse(params), { role: "operate", source, signal });
      assertResult(method, result);
      return result as ResultOf<M>;
    } catch (error) {
      if (error instanceof RpcError) assertErrorFits(method, error.toObject());
      throw error;
    }
  }

  #scheme(): SignatureScheme {
    const { scheme } = this.#world;
    return {
      name: scheme.name,
      verify: (check) => {
        this.counts.checked++;
        return scheme.verify(check);
      },
    };
  }

  #counted(signer: VoteSigner): VoteSigner {
    return {
      ...signer,
      signVote: (...asked) => {
        this.counts.signed++;
        return signer.signVote(...asked);
      },
      noteVote: (...asked) => {
        this.counts.noted++;
        return signer.noteVote(...asked);
      },
    };
  }

  #sealer(name: string): PromiseSealer {
    const sealer = sealerOfName(name);
    return {
      seal: (digest) => {
        this.counts.sealed++;
        return sealer.seal(digest);
      },
      check: (digest, mac) => {
        this.counts.macsChecked++;
        return sealer.check(digest, mac);
      },
    };
  }

  #log(life: Life): Log {
    const note = (fields: object, message: string): void => {
      if (life.alive) this.logged.push({ fields, message });
    };
    return { debug: note, info: note, warn: note, error: note };
  }

  #openNetwork(life: Life): Network {
    const world = this.#world;
    return world.hub.open({
      id: this.peerId,
      listen: this.address,
      hello: { chainId: world.chain.chainId, versions: [1], agent: "witan/test" },
      clock: world.clock.port(() => life.alive),
      random: () => 0.5,
      observer: {
        fault: (id, _severity, code) => {
          if (life.alive) world.faults.push({ by: this.name, of: id, code });
        },
      },
    });
  }

  #verifier(life: Life): SignatureVerifier {
    return {
      name: "test",
      verify: async (checks) => {
        if (this.verifierBusy) return refuse("busy");
        await this.verifierHold;
        if (!life.alive) return never();
        return ok(checks.map((check) => this.believesAll || this.#world.scheme.verify(check)));
      },
      close: async () => {},
    };
  }
}
