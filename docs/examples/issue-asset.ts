// An asset of one's own: a quorum of the operators registers it once, then its issuer issues and destroys as they like.
import {
  approveChange,
  assembleChange,
  fetchChain,
  proposeChange,
  type RpcCaller,
  sendTransfer,
  submitTransaction,
  type Wallet,
} from "@witan/client";

/** Registers `EURO`, issues 1,000.00 of it to the issuer, pays 250.00 of that, and destroys 50.00. Gives its number. */
export async function issue(
  rpc: RpcCaller,
  { operators, issuer, to }: { operators: readonly Wallet[]; issuer: Wallet; to: string },
): Promise<number> {
  const chain = await fetchChain(rpc);
  if (!chain.ok) throw new TypeError(chain.detail);
  const before = await rpc.call("governance_state", {});

  // Operators approve where their keys are; `witan governance` does the same by files.
  const { policyHash: issuancePolicyHash } = issuer;
  const change = { kind: "registerAsset", name: "EURO", decimals: 2, issuancePolicyHash } as const;
  const validUntil = Date.now() + 600_000;
  const proposal = proposeChange({ chain: chain.value, sequence: before.sequence, change, validUntil });
  if (!proposal.ok) throw new TypeError(proposal.detail);
  const approvals = operators.map((operator) => approveChange(proposal.value, operator));
  const registering = assembleChange(proposal.value, approvals);
  if (!registering.ok) throw new TypeError(registering.detail);
  const registered = await submitTransaction(rpc, registering.value);
  if (registered.status !== "final") throw new TypeError(`not registered: ${registered.status}`);

  // The issuer signs what issues it. What the payments leave comes back to whom the transfer is from.
  const asset = before.assets.length;
  const issued = await sendTransfer({
    ...{ rpc, from: issuer, issued: [{ asset, amount: 100_000n }] },
    payments: [{ to, amount: 25_000n, asset }],
  });
  if (!issued.ok) throw new TypeError(`${issued.code}: ${issued.detail}`);

  const destroyed = await sendTransfer({
    ...{ rpc, from: issuer, payments: [], destroyed: [{ asset, amount: 5_000n }] },
  });
  if (!destroyed.ok) throw new TypeError(`${destroyed.code}: ${destroyed.detail}`);
  return asset;
}
