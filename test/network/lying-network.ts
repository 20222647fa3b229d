// The lying part of a test build of a proposer: whatever its host proposes, some acceptors are shown another valid block of
// the same height and round instead, with other transactions; again and again, in round 0 and in later ones. In all else it
// is the network of every node.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { bpfpMessageCodec } from "@witan/consensus";
import {
  type Block,
  type Chain,
  decodeBlock,
  encodeBlock,
  openGenesisFile,
  transactionsRoot,
} from "@witan/ledger";
import { bulkMessageCodec } from "@witan/node";
import { type Libp2pNetworkOptions, openLibp2pNetwork as openHonestNetwork } from "@witan/p2p";
import { assert, type BlockHash, type Network, type Timestamp } from "@witan/primitives";

export * from "@witan/p2p";

/** What `lies.json` in the liar's home says. */
export interface Lies {
  /** The peers that are shown the other block. */
  readonly deceived: readonly string[];
}

/** A network as nodes have it, that lies. */
export async function openLibp2pNetwork(options: Libp2pNetworkOptions): Promise<Network> {
  const home = process.argv[process.argv.indexOf("--home") + 1] ?? "";
  const { deceived } = JSON.parse(readFileSync(join(home, "lies.json"), "utf8")) as Lies;
  const opened = openGenesisFile(readFileSync(join(home, "genesis.json"), "utf8"));
  assert(opened.ok, "the genesis of a home");
  const network = await openHonestNetwork(options);
  const liar = new Liar(opened.value);
  const send: Network["send"] = (to, channel, bytes) => {
    const told = deceived.includes(to) ? liar.instead(channel, bytes) : bytes;
    return network.send(to, channel, told);
  };
  return new Proxy(network, {
    get: (target, name) => {
      if (name === "send") return send;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** Has another block for each that is proposed. */
class Liar {
  readonly #chain: Chain;
  readonly #rivals = new Map<BlockHash, Block>();

  constructor(chain: Chain) {
    this.#chain = chain;
  }

  /** What is said instead of bytes. */
  instead(channel: Parameters<Network["send"]>[1], bytes: Uint8Array): Uint8Array {
    if (channel === "bulk") return this.#body(bytes);
    if (channel !== "consensus") return bytes;
    const decoded = bpfpMessageCodec.decode(bytes);
    if (!decoded.ok || decoded.value.kind !== "accept") return bytes;
    const rival = this.#rivals.get(decoded.value.blockHash);
    return rival ? bpfpMessageCodec.encode({ ...decoded.value, blockHash: rival.hash }) : bytes;
  }

  #body(bytes: Uint8Array): Uint8Array {
    const decoded = bulkMessageCodec.decode(bytes);
    if (!decoded.ok || decoded.value.kind !== "proposal") return bytes;
    return bulkMessageCodec.encode({ kind: "proposal", block: this.#rivalOf(decoded.value.block).bytes });
  }

  /** The same without its last transaction, a little later: as valid as the other. */
  #rivalOf(bytes: Uint8Array): Block {
    const block = decodeBlock(this.#chain, bytes);
    assert(block.ok, "a block that was proposed");
    const { header, hash, transactions } = block.value;
    const known = this.#rivals.get(hash);
    if (known !== undefined) return known;
    const left = transactions.slice(0, -1);
    const timestamp = (header.timestamp + 1) as Timestamp;
    const rival = encodeBlock(
      this.#chain,
      { ...header, timestamp, transactionsRoot: transactionsRoot(left) },
      left,
    );
    assert(rival.ok, "a block that lacks its last transaction");
    this.#rivals.set(hash, rival.value);
    return rival.value;
  }
}
