// The last look at a world: each correct node's chain, read from its store, is judged anew from the genesis by the ledger
// alone, certificates too; then sums and balances are held against what the genesis gave.
import { formatAddress } from "@witan/crypto";
import {
  type Block,
  type ChainState,
  type Coin,
  type CoinSource,
  certificateBroken,
  coinCodec,
  decodeBlock,
  genesisBlock,
  genesisGovernance,
  judgeBlock,
  type OutpointKey,
  verdictsOf,
} from "@witan/ledger";
import { checkpointDigest } from "@witan/node";
import { certificateCodec, type Hash, type Height, type StoreChange } from "@witan/primitives";
import type { ResultOf } from "@witan/rpc";
import { type CheckedStore, keyOf, openMemoryBackend, openStoreOn, outputKey } from "@witan/storage";
import type { Person } from "../cast.ts";
import type { NodeCheckMaker } from "../check.ts";
import type { NodeProcess } from "../node-process.ts";
import type { NodesWorld } from "../world.ts";

type Sums = Map<number, bigint>;
/** Outputs that a node is asked for at a time. */
const PAGE = 200;

/** A ledger that knows the rules, and no node. */
export class Replay implements CoinSource {
  readonly coins = new Map<OutpointKey, Coin>();
  /** What there must be of each asset. */
  readonly due: Sums = new Map();
  state: ChainState;
  readonly #world: NodesWorld;
  readonly #holds;

  constructor(world: NodesWorld) {
    const { chain, scheme } = world.cast;
    this.#world = world;
    this.#holds = verdictsOf(scheme);
    const { block, coins } = genesisBlock(chain);
    this.state = this.#after(block, genesisGovernance(chain));
    this.#take(coins.changes());
    for (const { asset, amount } of this.coins.values()) this.#owe(asset, amount);
  }

  coin(key: OutpointKey): Coin | undefined {
    return this.coins.get(key);
  }

  /** Applies the next block. @returns what is wrong with it */
  apply(block: Block, certificate: Uint8Array | undefined): string | undefined {
    const { chain, scheme } = this.#world.cast;
    const { governance } = this.state;
    const decoded = certificate && certificateCodec.decode(certificate);
    if (!decoded?.ok) return "it has no certificate";
    const broken =
      certificateBroken(chain, decoded.value, block.header, governance.membership, scheme) ??
      this.#judge(block);
    return broken === undefined ? undefined : `it breaks the rule ${broken.code} (${broken.detail ?? ""})`;
  }

  #judge(block: Block) {
    const { governance } = this.state;
    const judged = judgeBlock(this.state, block, this, this.#holds);
    if (!judged.ok) return judged;
    this.#take(judged.value.coins.changes());
    this.state = this.#after(block, judged.value.governance);
    const { proposer } = block.header;
    const isPaid = !/^0+$/.test(governance.state.members[proposer]?.rewardPolicy ?? "0");
    for (const { body } of block.transactions) {
      if (body.kind !== "transfer") continue;
      for (const { asset, amount } of body.issued) this.#owe(asset, amount);
      for (const { asset, amount } of body.destroyed) this.#owe(asset, -amount);
      if (!isPaid) this.#owe(0, -body.fee);
    }
    return undefined;
  }

  /** The digest of a checkpoint here. */
  async checkpoint(): Promise<Hash | undefined> {
    const store = await openStoreOn(openMemoryBackend());
    const changes = [...this.coins].map(
      ([key, coin]): StoreChange => ({ kind: "put", key: outputKey(key), value: coinCodec.encode(coin) }),
    );
    await store.write(changes, { sync: false });
    const { parent, governance } = this.state;
    return await checkpointDigest(
      store,
      { height: parent.height, blockHash: parent.hash, governanceRoot: governance.root },
      { chainId: this.#world.cast.chain.chainId, yieldNow: async () => {}, isCancelled: () => false },
    );
  }

  /** What there is of each asset, where that is not what there must be. */
  get wrongSums(): readonly string[] {
    const there: Sums = new Map();
    for (const { asset, amount } of this.coins.values()) there.set(asset, (there.get(asset) ?? 0n) + amount);
    const assets = [...new Set([...there.keys(), ...this.due.keys()])];
    return assets
      .filter((asset) => (there.get(asset) ?? 0n) !== (this.due.get(asset) ?? 0n))
      .map((asset) => `of asset ${asset} there are ${there.get(asset)}, and must be ${this.due.get(asset)}`);
  }

  #owe(asset: number, amount: bigint): void {
    this.due.set(asset, (this.due.get(asset) ?? 0n) + amount);
  }

  #take(changes: readonly (readonly [OutpointKey, Coin | undefined | null])[]): void {
    for (const [key, coin] of changes)
      if (coin) this.coins.set(key, coin);
      else this.coins.delete(key);
  }

  #after(block: Block, governance: ChainState["governance"]): ChainState {
    const { height, timestamp } = block.header;
    return {
      chain: this.#world.cast.chain,
      parent: { height, hash: block.hash },
      laterThan: timestamp,
      target: 0,
      governance,
    };
  }
}

/** Every chain holds from its first block on; nobody has money that nobody gave; and nodes say so. */
export const replay: NodeCheckMaker = (world) => {
  const checkpoints: Checkpoints = new Map();
  return {
    name: "replay",
    logged: (at, { fields, message }) => {
      if (message !== "checkpoint" || world.isLiar(at)) return;
      const { height, digest } = fields as { readonly height: number; readonly digest: string };
      checkpoints.set(height, digest);
    },
    ended: async () => {
      const [first, ...others] = world.abreast;
      if (first === undefined) return;
      const ledger = new Replay(world);
      const blocks = await replayed(world, first, ledger, checkpoints);
      for (const wrong of ledger.wrongSums) world.violate("supply", wrong);
      for (const process of others) if (!(await hasSame(world, process, blocks))) return;
      for (const process of world.abreast) await compareBalances(world, process, ledger);
    },
  };
};

/** By height: what correct nodes say of the state behind it. That they say the same is looked at elsewhere. */
type Checkpoints = Map<number, string>;

async function hasSame(
  world: NodesWorld,
  process: NodeProcess,
  blocks: readonly Uint8Array[],
): Promise<boolean> {
  const store = await process.disk.openForOperator();
  for (const [index, bytes] of blocks.entries()) {
    // Nodes go on while they are looked at.
    if (index >= process.height) break;
    const there = store.get(keyOf("block", index + 1));
    if (there !== undefined && sameText(there, bytes)) continue;
    world.violate("replay", `block ${index + 1} of p${process.place} is not that of the first correct node`);
    return false;
  }
  return true;
}

/** @returns the blocks of its chain, from the first on */
async function replayed(
  world: NodesWorld,
  process: NodeProcess,
  ledger: Replay,
  checkpoints: Checkpoints,
): Promise<readonly Uint8Array[]> {
  const store: CheckedStore = await process.disk.openForOperator();
  const found: Uint8Array[] = [];
  for (let height = 1; height <= process.height; height++) {
    const bytes = store.get(keyOf("block", height as Height));
    const block = bytes && decodeBlock(world.cast.chain, bytes);
    const certificate = store.get(keyOf("certificate", height as Height));
    // Where certificates come after their blocks, another check sees to it that they do.
    if (block?.ok && certificate === undefined && world.protocol.certifiesLater) break;
    const wrong = block?.ok ? ledger.apply(block.value, certificate) : "it is not there";
    if (wrong !== undefined) {
      world.violate("replay", `block ${height} of p${process.place}: ${wrong}`);
      break;
    }
    if (bytes) found.push(bytes);
    const told = checkpoints.get(height);
    if (told !== undefined && told !== (await ledger.checkpoint()))
      world.violate("checkpoints", `the state behind ${height} is not the one that nodes tell of`);
  }
  return found;
}

async function compareBalances(world: NodesWorld, process: NodeProcess, ledger: Replay): Promise<void> {
  const { signal } = new AbortController();
  const { cast } = world;
  for (const { name, policyHash } of cast.clients) {
    const address = formatAddress(cast.chain.genesis.addressPrefix, policyHash);
    const { balances, height } = await process.call("chain_balance", { address }, signal);
    // Where too many lie clients may wait still, and what they wait for become final meanwhile.
    if (!world.owed.liveness && height !== ledger.state.parent.height) continue;
    const due: Record<string, bigint> = { 0: 0n };
    for (const coin of ledger.coins.values())
      if (coin.policyHash === policyHash) due[coin.asset] = (due[coin.asset] ?? 0n) + coin.amount;
    for (const [asset, sum] of Object.entries(due))
      if (BigInt(balances[asset] ?? "0") !== sum)
        world.violate(
          "supply",
          `${name} has ${sum} of asset ${asset}, and p${process.place} says ${balances[asset]}`,
        );
    await compareOutputs(world, process, { ledger, owner: { name, policyHash }, address });
  }
}

/** Sums may be right by themselves: what can be spent is named output by output. */
async function compareOutputs(
  world: NodesWorld,
  process: NodeProcess,
  {
    ledger,
    owner,
    address,
  }: {
    readonly ledger: Replay;
    readonly owner: Pick<Person, "name" | "policyHash">;
    readonly address: string;
  },
): Promise<void> {
  const { signal } = new AbortController();
  let told = 0;
  for (let after: string | null | undefined; after !== null; ) {
    const page: ResultOf<"chain_outputs"> = await process.call(
      "chain_outputs",
      { address, limit: PAGE, ...(after !== undefined && { after }) },
      signal,
    );
    if (!world.owed.liveness && page.height !== ledger.state.parent.height) return;
    told += page.outputs.length;
    after = page.next;
  }
  const due = [...ledger.coins.values()].filter(({ policyHash }) => policyHash === owner.policyHash).length;
  if (told !== due)
    world.violate("supply", `${owner.name} has ${due} outputs, and p${process.place} names ${told}`);
}

function sameText(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
