// Vectors for the names of transactions: id, witness hash, size and weight, on two chains.
import { decodeTransaction, TransactionHasher } from "@witan/ledger";
import { type ChainId, hexToBytes, SIGNATURE_WEIGHT } from "@witan/primitives";
import type { IdCase, VectorFile } from "../format.ts";
import { fill, list, times } from "./bytes.ts";
import * as by from "./encoding-values.ts";

const CHAINS = ["01".repeat(32), `${"ab".repeat(31)}cd`];

const full = by.transfer({ issued: by.ASSET_AMOUNT, destroyed: by.ASSET_AMOUNT, memo: "00ff80" });
const shown = by.witness([list(Object.values(by.NODES))], by.KEY_SIGNATURE.repeat(2), by.HASH);

/** What is named, and how many signatures it has. */
const TRANSACTIONS: readonly (readonly [what: string, bytes: string, signatures: number])[] = [
  ["a transfer", by.transaction(by.transfer()), 0],
  ["the same transfer with a witness: the id stays", by.transaction(by.transfer(), shown), 2],
  ["a transfer with everything", by.transaction(full, shown), 2],
  [
    "everything with another memo: the witness hash stays",
    by.transaction(by.transfer({ memo: "01" }), shown),
    2,
  ],
  ["64 signatures", by.transaction(by.transfer(), by.witness([], fill(by.KEY_SIGNATURE, 64))), 64],
  ["many policies", by.transaction(by.transfer(), by.witness(times(100, list([by.NODES.key])))), 0],
  ["a reward", by.transaction(by.reward()), 0],
  ...Object.entries(by.CHANGES).map(
    ([kind, change]) =>
      [
        `governance, ${kind}`,
        by.transaction(by.governance(change), by.witness([], by.KEY_SIGNATURE)),
        1,
      ] as const,
  ),
];

/** ids.json */
export function idVectors(): VectorFile<IdCase> {
  const cases = CHAINS.flatMap((chainId) => {
    const hasher = new TransactionHasher(chainId as ChainId);
    return TRANSACTIONS.map(([what, transaction, signatures]): IdCase => {
      const decoded = decodeTransaction(hasher, hexToBytes(transaction));
      if (!decoded.ok) throw new TypeError(`${what}: ${decoded.detail}`);
      const { id, witnessHash } = decoded.value;
      const size = transaction.length / 2;
      const weight = size + SIGNATURE_WEIGHT * signatures;
      return {
        name: `${what}, chain ${chainId.slice(0, 4)}…`,
        chainId,
        transaction,
        id,
        witnessHash,
        size,
        weight,
      };
    });
  });
  return { about: "Id, witness hash, size and weight: docs/formats.md, section 6", shared: {}, cases };
}
