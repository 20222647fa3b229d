// A block as it is shown: with its members, and its transactions read here from their bytes, whose ids are computed here.
// Of a block with very many the bytes are not asked for: they would be megabytes for a glance.
import { type Chain, openLock, readTransaction, type SealedTransaction } from "@witan/client";
import type { ResultOf } from "@witan/rpc";
import { isHeight } from "../route.ts";
import { sumText } from "../words.ts";
import type { Assets, NodeLink } from "./node-link.ts";

/** A transaction in short. */
export interface BriefTransaction {
  readonly transaction: string;
  readonly index: number;
  /** What it is, and what it moves; undefined where its bytes were not asked for. */
  readonly brief: { readonly kind: string; readonly amounts: readonly string[] } | undefined;
}

/** A block with all that is shown of it. */
export interface ShownBlock extends Omit<ResultOf<"chain_block">, "transactions"> {
  /** Of those who decided it; undefined of block 0 and in proof of work. */
  readonly membership: ResultOf<"consensus_membership"> | undefined;
  readonly mode: Chain["mode"];
  /** How many there are; `transactions` are the first of them. */
  readonly count: number;
  readonly transactions: readonly BriefTransaction[];
  /** What the bytes of its transactions add up to, where they were asked for. */
  readonly bytes: number | undefined;
}

/** Rows of transactions that are shown. */
export const TRANSACTIONS_SHOWN = 200;
/** Blocks of more transactions are shown by ids. */
const FULL_MAX = 1_000;

/** Asks for a block by its height or hash. @throws as `RpcClient.call` */
export async function askBlock(link: NodeLink, id: string): Promise<ShownBlock> {
  const { rpc } = link;
  const which = isHeight(id) ? { height: Number(id) } : { hash: id };
  const listed = await rpc.call("chain_block", which);
  const isRead = listed.transactions.length <= FULL_MAX;
  const chain = await link.chain();
  const [membership, assets, block] = await Promise.all([
    // Block 0 was decided by nobody, and in proof of work nobody decides.
    listed.height === 0 || chain.mode === "pow"
      ? undefined
      : rpc.call("consensus_membership", { height: listed.height }),
    link.assets(),
    isRead ? rpc.call("chain_block", { hash: listed.hash, transactions: "full" }) : listed,
  ]);
  const { transactions } = block;
  return {
    ...{ ...block, membership, mode: chain.mode, count: transactions.length },
    bytes: isRead ? transactions.reduce((sum, { bytes = "" }) => sum + bytes.length / 2, 0) : undefined,
    transactions: transactions.slice(0, TRANSACTIONS_SHOWN).map(({ transaction, bytes }, index) => {
      const brief = bytes === undefined ? undefined : briefOf(chain, assets, { transaction, bytes });
      return { transaction, index, brief };
    }),
  };
}

/** The names of those who signed a block; none as long as its certificate is not complete. @throws as `RpcClient.call` */
export async function askSigners(
  link: NodeLink,
  { hash, height }: { readonly hash: string; readonly height: number },
): Promise<readonly string[]> {
  const [{ certificate }, { members }] = await link.all([
    { method: "chain_block", params: { hash } },
    { method: "consensus_membership", params: { height } },
  ]);
  return (certificate?.signatures ?? []).map(({ member }) => members[member]?.name ?? `member ${member}`);
}

function briefOf(
  chain: Chain,
  assets: Assets,
  { transaction, bytes }: { readonly transaction: string; readonly bytes: string },
): NonNullable<BriefTransaction["brief"]> {
  const read = readTransaction(chain, bytes, transaction);
  if (!read.ok) return { kind: "bytes of something else: ask another node", amounts: [] };
  const { body } = read.value;
  if (body.kind === "governance") return { kind: `governance: ${body.change.kind}`, amounts: [] };
  const amounts = sumsOf(body.kind === "transfer" ? movedBy(read.value) : body.outputs);
  return {
    kind: body.kind,
    amounts: [...amounts].map(([asset, sum]) => sumText(sum, asset, assets)),
  };
}

type Output = { readonly asset: number; readonly amount: bigint; readonly policyHash: string };

/** What a transfer pays to others than those who spend in it, who get their change back; if nothing, all that it pays. */
function movedBy({ body, witness }: SealedTransaction): readonly Output[] {
  if (!("outputs" in body)) return [];
  const spenders = new Set<string>();
  for (const policy of witness.policies) {
    const lock = openLock(policy);
    if (lock.ok) spenders.add(lock.value.policyHash);
  }
  const moved = body.outputs.filter(({ policyHash }) => !spenders.has(policyHash));
  return moved.length === 0 ? body.outputs : moved;
}

function sumsOf(outputs: readonly Output[]): ReadonlyMap<number, bigint> {
  const sums = new Map<number, bigint>();
  for (const { asset, amount } of outputs) sums.set(asset, (sums.get(asset) ?? 0n) + amount);
  return sums;
}
