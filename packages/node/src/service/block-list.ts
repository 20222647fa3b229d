// Blocks in short, for lists: what their headers say, how many transactions they hold, how large they are. Reads no
// transaction; and as it reads whole blocks from the disk, a page ends early where they are large.
import { headerCodec } from "@witan/ledger";
import { assert, type Height, present } from "@witan/primitives";
import type { ParamsOf, ResultOf } from "@witan/rpc";
import { transactionCount } from "../chain/block-parts.ts";
import { HEADER_BYTES } from "../chain/chain-records.ts";
import { proposerOf } from "../events/block-reader.ts";
import type { ServiceContext } from "./context.ts";

/** Bytes of blocks that are read for a page: 8 of the largest by default, tens of milliseconds. */
const READ_BYTES_MAX = 16 * 1024 * 1024;

type ShortBlock = ResultOf<"chain_blocks">["blocks"][number];

/** The method `chain_blocks`. */
export async function blockList(
  { chain, ports }: Pick<ServiceContext, "chain" | "ports">,
  { from = 0, before, limit, order }: ParamsOf<"chain_blocks">,
): Promise<ResultOf<"chain_blocks">> {
  const end = Math.min(before ?? chain.tip.height + 1, chain.tip.height + 1);
  const isDown = order === "descending";
  const blocks: ShortBlock[] = [];
  let read = 0;
  let at = isDown ? end - 1 : from;
  while (at >= from && at < end && blocks.length < limit && read < READ_BYTES_MAX) {
    // In proof of work the chain may be another meanwhile, of more work and fewer blocks.
    if (at > chain.tip.height) break;
    const bytes = present(chain.blockBytes(at as Height), `block ${at}`);
    blocks.push(shortBlock(chain, at as Height, bytes));
    read += bytes.length;
    at += isDown ? -1 : 1;
    await ports.yieldNow();
  }
  if (at < from || at >= end) return { blocks, next: null };
  return { blocks, next: isDown ? at + 1 : at };
}

function shortBlock(chain: ServiceContext["chain"], height: Height, bytes: Uint8Array): ShortBlock {
  const header = headerCodec.decode(bytes.subarray(0, HEADER_BYTES));
  assert(header.ok, `the header of block ${height}`);
  const { timestamp, proposer } = header.value;
  return {
    height,
    hash: chain.chain.blockHash(header.value),
    timestamp,
    proposer: proposerOf(chain, height, proposer),
    transactions: transactionCount(bytes),
    bytes: bytes.length,
  };
}
