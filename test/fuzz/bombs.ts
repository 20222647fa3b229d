// Inputs made to cost more than they weigh: huge offsets, lists that claim many elements, deep and wide policies,
// blocks of as many transactions as fit.
import { type Chain, encodeBlock, type Header, type SealedTransaction, sealTransaction } from "@witan/ledger";
import { LIMITS } from "@witan/primitives";

/** Bytes of little-endian 32-bit numbers. */
export function words(numbers: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * numbers.length);
  const view = new DataView(bytes.buffer);
  numbers.forEach((number, at) => {
    view.setUint32(4 * at, number, true);
  });
  return bytes;
}

/** Short and long bytes that read as offsets and lengths far beyond them, for any type. */
export function headBombs(): readonly Uint8Array[] {
  const heads = [0, 1, 4, 8, 64, 65_536, 4 * 65_536, 2 ** 31, 2 ** 32 - 4, 2 ** 32 - 1];
  const short = heads.flatMap((head) => [[head], [head, head], [4, head], [8, head, head]].map(words));
  const filled = [0, 1, 4, 0xff].map((byte) => new Uint8Array(65_536).fill(byte));
  // Every element of the outer list is an empty one.
  const empty = [16, 256, 320, 4_096, 16_384, 65_536].map((count) => words(new Array(count).fill(4 * count)));
  return [...short, ...filled, ...empty];
}

const after = { kind: "after", time: 0 } as const;
const chainOf = (nodes: number) => [
  ...Array.from({ length: nodes - 1 }, () => ({ kind: "threshold", required: 1, children: 1 }) as const),
  after,
];
const fanOf = (children: number) => [
  { kind: "threshold", required: children, children } as const,
  ...Array.from({ length: children }, () => after),
];

/** The largest transaction that can be made by adding one piece after another to its witness. */
function filled(chain: Chain, piece: (count: number) => object): SealedTransaction {
  let best: SealedTransaction | undefined;
  for (let [low, high] = [1, 330]; low <= high; ) {
    const count = Math.floor((low + high) / 2);
    const input = { transaction: "00".repeat(32), index: 0 };
    const transfer = {
      inputs: [input],
      outputs: [],
      fee: 0n,
      issued: [],
      destroyed: [],
      validUntil: 0,
      memo: "",
    };
    const body = { kind: "transfer", ...transfer };
    const sealed = sealTransaction(chain.transactions, { body, witness: piece(count) } as never);
    if (sealed.ok) {
      best = sealed.value;
      low = count + 1;
    } else high = count - 1;
  }
  if (!best) throw new Error("nothing fits");
  return best;
}

const witness = { policies: [], signatures: [], preimages: [] };

/** Transactions of up to 65,536 bytes that are as dear to judge as can be, by what they are full of. */
export function dearTransactions(chain: Chain): Readonly<Record<string, SealedTransaction>> {
  const policies = (policy: object) => (count: number) => ({
    ...witness,
    policies: new Array(count).fill(policy),
  });
  const key = { kind: "key", publicKey: `02${"11".repeat(32)}` };
  return {
    "policies of 32 nodes, one below the other": filled(chain, policies(chainOf(32))),
    "320 policies, one node below the other": filled(chain, policies(chainOf(28))),
    "policies of 16 children": filled(chain, policies(fanOf(16))),
    "policies of one node": filled(chain, policies([after])),
    "policies of one key": filled(chain, policies([key])),
    "64 preimages": filled(chain, (count) => ({
      ...witness,
      preimages: new Array(Math.min(64, count)).fill("11".repeat(32)),
    })),
  };
}

/** A block of about so many bytes, full of the smallest transactions there are. */
export function crowdedBlock(chain: Chain, header: Header, bytes: number): Uint8Array {
  const body = { kind: "reward", height: 0, outputs: [] } as never;
  const smallest = sealTransaction(chain.transactions, { body, witness });
  if (!smallest.ok) throw new Error("the smallest transaction");
  const fits = LIMITS.blockTransactions * (smallest.value.bytes.length + 4) + 200;
  return repeatedBlock(chain, header, smallest.value, Math.min(bytes, fits));
}

/** A block of one transaction over and over, as often as it fits. */
export function repeatedBlock(
  chain: Chain,
  header: Header,
  sealed: SealedTransaction,
  bytes: number,
): Uint8Array {
  const count = Math.floor((bytes - 200) / (sealed.bytes.length + 4));
  const block = encodeBlock(chain, header, new Array(count).fill(sealed));
  if (!block.ok) throw new Error(block.detail ?? block.code);
  return block.value.bytes;
}

/** A block of nothing but empty places for transactions: 4 bytes each. */
export function emptyPlaces(header: Uint8Array, count: number): Uint8Array {
  const places = words(new Array(count).fill(4 * count));
  const bytes = new Uint8Array(header.length + 4 + places.length);
  bytes.set(header, 0);
  bytes.set(words([header.length + 4]), header.length);
  bytes.set(places, header.length + 4);
  return bytes;
}
