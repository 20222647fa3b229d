// An operator's approval of a change of governance, for tests, as `governance_approve` takes it.
import { chooseSign } from "@witan/crypto/node";
import { type Change, type SealedTransaction, sealTransaction } from "@witan/ledger";
import { bytesToHex, present, type Timestamp } from "@witan/primitives";
import { GENESIS_TIME, keyOfName } from "../ledger/build.ts";
import type { Cluster } from "./cluster.ts";

const sign = chooseSign();

/** What is proposed. */
export interface Proposed {
  readonly change?: Change;
  readonly sequence?: number;
  readonly validUntil?: number;
}

/** A change that nobody has approved yet. */
export function proposal(
  { chain }: Pick<Cluster, "chain">,
  { change, sequence = 0, validUntil = GENESIS_TIME + 86_400_000 }: Proposed = {},
): SealedTransaction {
  const body = {
    kind: "governance",
    sequence,
    change: change ?? { kind: "changeParameter", parameter: "feeRateMin", value: 7 },
    validUntil: validUntil as Timestamp,
  } as const;
  const witness = { policies: [], signatures: [], preimages: [] };
  const sealed = sealTransaction(chain.transactions, { body, witness });
  return present(sealed.ok ? sealed.value : undefined, "a proposal");
}

/** The params of an approval by the operator of a member. */
export function approval(cluster: Pick<Cluster, "chain">, member: string, proposed: Proposed = {}) {
  const { id, bytes } = proposal(cluster, proposed);
  const { publicKey, secretKey } = keyOfName(`${member} operator`);
  return { proposal: bytesToHex(bytes), publicKey, signature: sign(id, secretKey) };
}
