// The method `consensus_explain`: in words and in data.
import type { ResultOf } from "@witan/rpc";
import type { VoteStatus } from "../consensus/consensus-host.ts";
import type { ServiceContext } from "../service/context.ts";
import { adviceOf } from "./advice.ts";
import { outlookOf } from "./outlook.ts";
import { sentencesOf } from "./sentences.ts";

/** What consensus waits for at a node, and what can be done about it. */
export function explain(context: ServiceContext, status: VoteStatus): ResultOf<"consensus_explain"> {
  const outlook = outlookOf(context, status);
  const { number, waitingFor, leader, proposalSeen, votes, members, timeoutMs } = outlook;
  return {
    mode: status.mode,
    sentences: sentencesOf(outlook),
    height: status.height,
    view: number,
    ...{ phase: status.phase, waitingFor, proposer: leader, proposalSeen, votes },
    members: members.map(({ name, state, lastHeard, height }) => ({
      ...{ name, state },
      lastHeard: lastHeard ?? null,
      height: height ?? null,
    })),
    nextTimeoutMs: timeoutMs ?? null,
    advice: adviceOf(outlook),
  };
}
