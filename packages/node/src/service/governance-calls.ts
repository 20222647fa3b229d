// Methods about what governs the chain: its state, changes that operators approve, and an approval.
import { RULES, type SealedTransaction, toJson } from "@witan/ledger";
import type { PublicKey, Signature, TransactionId } from "@witan/primitives";
import { type ResultOf, RPC_ERRORS, RpcError } from "@witan/rpc";
import { type ApprovalRefusal, Approvals } from "../governance/approvals.ts";
import type { Calls, ServiceContext } from "./context.ts";
import { readTransaction } from "./transaction-calls.ts";

/** For bounds by source: what operators approved comes from none of the callers alone. */
const SOURCE = "governance";

type Pending = ResultOf<"governance_pending">["pending"][number];

/** The methods named `governance_…`. */
export function governanceCalls(context: ServiceContext): Calls<"governance"> {
  const { chain, ports, settings } = context;
  const approvals = new Approvals({ chain, scheme: ports.scheme, clock: ports.clock });
  const refuseWithoutMembers = (): void => {
    if (settings.chain.mode === "pow") throw new RpcError("mode-unsupported");
  };
  return {
    governance_state: async () => {
      const { sequence, members, parameters, assets, clients } = chain.governance.state;
      const shown = { sequence, members, parameters, assets, clients };
      return {
        ...(toJson(shown) as unknown as Omit<ResultOf<"governance_state">, "height" | "clientsMode">),
        height: chain.tip.height,
        clientsMode: settings.chain.genesis.clientsMode,
      };
    },
    governance_pending: async () => {
      refuseWithoutMembers();
      const pending = approvals.pending().map(({ id, body, ...held }) => ({
        ...{ id, sequence: body.sequence, validUntil: body.validUntil, ...held },
        change: toJson(body.change) as unknown as Pending["change"],
      }));
      return { pending };
    },
    governance_approve: async ({ proposal, publicKey, signature }) => {
      refuseWithoutMembers();
      const sealed = readTransaction(context, proposal);
      const approval = { publicKey: publicKey as PublicKey, signature: signature as Signature };
      const taken = approvals.approve(sealed, approval);
      if (!taken.ok) throw refusal(taken.code, taken.detail);
      const { id, approvals: names, needed } = taken.change;
      const transaction = taken.transaction === undefined ? null : await submit(context, taken.transaction);
      return { id, approvals: names, needed, transaction };
    },
  };
}

/** @throws {RpcError} `busy`; `proposal-out-of-turn`, `proposal-invalid` if the chain would not take it */
async function submit(
  { intake, fates }: ServiceContext,
  transaction: SealedTransaction,
): Promise<TransactionId> {
  const outcome = fates.after(transaction, await intake.submit(transaction, SOURCE));
  if (outcome === "busy") throw new RpcError("busy");
  switch (outcome.status) {
    case "expired":
      throw refusal("proposal-out-of-turn", RULES.expired);
    case "rejected":
      // With one approval more than was needed it is another copy of what is pending.
      if (outcome.code === "known-otherwise") return transaction.id;
      throw refusal("proposal-invalid", `${outcome.code}: ${outcome.message}`);
    default:
      return transaction.id;
  }
}

function refusal(reason: ApprovalRefusal["code"], detail: string): RpcError {
  return new RpcError(reason, { message: `${RPC_ERRORS[reason].message} (${detail})`, data: { detail } });
}
