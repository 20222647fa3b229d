// A libp2p peer that keeps to no rule of ours, and a line that can fall silent: for tests of what a network does then.
import { connect, createServer, type Socket } from "node:net";
import { noise } from "@chainsafe/libp2p-noise";
import { yamux } from "@chainsafe/libp2p-yamux";
import { generateKeyPairFromSeed } from "@libp2p/crypto/keys";
import type { Libp2p, Stream } from "@libp2p/interface";
import { tcp } from "@libp2p/tcp";
import { multiaddr } from "@multiformats/multiaddr";
import {
  bytesToHex,
  container,
  hexToBytes,
  hexVector,
  list,
  type PeerId,
  text,
  uint16,
  uint53,
} from "@witan/primitives";
import { createLibp2p } from "libp2p";
import { CHAIN, secretOf, type TestNode } from "./worlds.ts";

/** A host without manners. */
export class RawPeer {
  readonly #host: Libp2p;
  readonly id: PeerId;

  private constructor(host: Libp2p) {
    this.#host = host;
    this.id = bytesToHex(host.peerId.toMultihash().bytes) as PeerId;
  }

  static async open(name: string): Promise<RawPeer> {
    const host = await createLibp2p({
      privateKey: await generateKeyPairFromSeed("Ed25519", hexToBytes(secretOf(name))),
      transports: [tcp()],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
    });
    return new RawPeer(host);
  }

  get connections(): number {
    return this.#host.getConnections().length;
  }

  /** Connects, and opens streams of lanes. */
  async connect(to: TestNode, lanes: readonly string[]): Promise<readonly Stream[]> {
    const [host, port] = (to.network.listening()[0] ?? "").split(":");
    const connection = await this.#host.dial(multiaddr(`/ip4/${host}/tcp/${port}`), { force: true });
    return Promise.all(lanes.map((lane) => connection.newStream(`/witan/1/${lane}`)));
  }

  async close(): Promise<void> {
    await this.#host.stop();
  }
}

/** A frame: kind, length, body; the length may be a lie. */
export function frame(kind: number, body: Uint8Array, length = body.length): Uint8Array {
  const bytes = new Uint8Array(5 + body.length);
  bytes[0] = kind;
  new DataView(bytes.buffer).setUint32(1, length);
  bytes.set(body, 5);
  return bytes;
}

/** A greeting as it should be. */
export function goodHello(): Uint8Array {
  const codec = container({
    chainId: hexVector(32),
    height: uint53(),
    agent: text(64),
    versions: list(container({ version: uint16() }), 16),
  });
  return frame(1, codec.encode({ chainId: CHAIN, height: 0, agent: "raw", versions: [{ version: 1 }] }));
}

/** A line between two, which can fall silent without ending. */
export class SilentLine {
  readonly #sockets = new Set<Socket>();
  readonly #close: () => Promise<void>;
  readonly address: string;

  private constructor(address: string, close: () => Promise<void>) {
    this.address = address;
    this.#close = close;
  }

  /** A port that leads to another. */
  static async open(target: string): Promise<SilentLine> {
    const [host = "", port] = target.split(":");
    const sockets: Socket[] = [];
    const server = createServer((near) => {
      const far = connect(Number(port), host);
      near.pipe(far).pipe(near);
      for (const socket of [near, far]) {
        socket.on("error", () => socket.destroy());
        sockets.push(socket);
        line.#sockets.add(socket);
      }
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const own = server.address();
    const ownPort = typeof own === "object" && own !== null ? own.port : 0;
    const line = new SilentLine(`127.0.0.1:${ownPort}`, async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    });
    return line;
  }

  /** From now on nothing comes through of what is connected. */
  fallSilent(): void {
    for (const socket of this.#sockets) {
      socket.unpipe();
      socket.on("data", () => {});
    }
    this.#sockets.clear();
  }

  close(): Promise<void> {
    return this.#close();
  }
}
