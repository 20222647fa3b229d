// Whose word counts about registers: the members of the chain, from the genesis on, each change shown by a finality proof. Takes
// nothing on a node's word.
import type { Memberships } from "@witan/consensus";
import { type Chain, genesisGovernance } from "@witan/ledger";
import { type Height, type Membership, present, type SignatureScheme } from "@witan/primitives";
import { isAskFailure } from "../outcome-loop.ts";
import type { CallOptions, RpcCaller } from "../rpc-client.ts";
import { verifyProof } from "../verify-proof.ts";

/** Pages of blocks that are looked through for a transaction: some thousand blocks since the last one. */
const PAGES_MAX = 20;

/** All memberships that were shown so far. */
export class KnownMembers {
  readonly #chain: Chain;
  readonly #scheme: SignatureScheme;
  readonly #known: Membership[];

  constructor(chain: Chain, scheme: SignatureScheme) {
    this.#chain = chain;
    this.#scheme = scheme;
    this.#known = [genesisGovernance(chain).membership];
  }

  /** Those that count now, as far as is known. */
  get newest(): Membership {
    return present(this.#known.at(-1), "the members of the genesis");
  }

  /** The members that decided a height; undefined where it takes a later proof to know. */
  readonly at: Memberships = (height) => {
    if (height > this.newest.from) return undefined;
    return this.#known.findLast(({ from }) => from <= height);
  };

  /** Asks for a proof that leads to later members. @returns whether there are any now */
  async learn(nodes: readonly RpcCaller[], options: CallOptions): Promise<boolean> {
    const before = this.newest.from;
    for (const node of nodes) {
      try {
        await this.#learnFrom(node, options);
      } catch (error) {
        if (!isAskFailure(error)) throw error;
      }
      if (this.newest.from > before) return true;
    }
    return false;
  }

  async #learnFrom(node: RpcCaller, options: CallOptions): Promise<void> {
    const { from } = await node.call("consensus_membership", {}, options);
    if (from <= this.newest.from) return;
    const height = await lastWithTransaction(node, from, options);
    if (height === undefined) return;
    const { transactions } = await node.call("chain_block", { height }, options);
    const [first] = transactions;
    if (first === undefined) return;
    const { proof } = await node.call("chain_proof", { transaction: first.transaction }, options);
    const verified = await verifyProof({
      ...{ genesis: this.#chain, proof, trusted: this.newest, scheme: this.#scheme },
    });
    if (!verified.verified) return;
    // Another may have been learned meanwhile.
    for (const crossed of verified.crossed) if (crossed.from > this.newest.from) this.#known.push(crossed);
  }
}

/** The highest block from a height on that holds a transaction, as a node says. */
async function lastWithTransaction(
  node: RpcCaller,
  from: number,
  options: CallOptions,
): Promise<Height | undefined> {
  let before: number | undefined;
  for (let page = 0; page < PAGES_MAX; page++) {
    const params = { from, limit: 100, ...(before === undefined ? {} : { before }) };
    const { blocks, next } = await node.call("chain_blocks", params, options);
    const found = blocks.find(({ transactions }) => transactions > 0);
    if (found !== undefined) return found.height as Height;
    if (next === null) return undefined;
    before = next;
  }
  return undefined;
}
