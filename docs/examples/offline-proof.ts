// Showing someone that a payment is final, who has no connection to any node: they need the genesis, once, and the proof.
import {
  fetchProof,
  formatProofFile,
  membershipSteps,
  openGenesisFile,
  parseProofFile,
  type RpcCaller,
  TrustedState,
} from "@witan/client";

/** The payer's side, online: the proof as a file to hand on. */
export async function proofFileOf(rpc: RpcCaller, transaction: string): Promise<string> {
  return formatProofFile(await fetchProof(rpc, { transaction }));
}

/**
 * The other side, offline. No node is asked, and none believed.
 * @param genesis the text of the chain's genesis file, from someone they trust
 * @param kept what this function gave the last time; nothing the first time
 */
export async function verifyOffline(
  { genesis, file, transaction }: { genesis: string; file: string; transaction: string },
  kept?: string,
): Promise<{ readonly said: string; readonly kept: string }> {
  const chain = openGenesisFile(genesis);
  const proof = parseProofFile(file);
  if (!chain.ok || !proof.ok) throw new TypeError("no genesis, or no proof file");

  // The newest membership that was verified is kept, so that members who came later need no proof from the beginning.
  const state =
    kept === undefined
      ? { ok: true as const, value: TrustedState.ofGenesis(chain.value) }
      : TrustedState.parse(chain.value, kept);
  if (!state.ok) throw new TypeError(state.detail);
  const before = state.value.membership;
  const result = await state.value.verify({ proof: proof.value.proof, transaction });
  if (!result.verified) return { said: `no: ${result.message}`, kept: state.value.toText() };

  const changes = membershipSteps(before, result.crossed).map(
    ({ from, joined, left }) => `from block ${from} on with ${joined.join(", ")}, without ${left.join(", ")}`,
  );
  const said = `final in block ${result.height}, signed by ${result.signers.join(", ")}`;
  return { said: [said, ...changes].join("; "), kept: state.value.toText() };
}
