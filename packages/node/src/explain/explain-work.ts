// The method `consensus_explain` on a chain of proof of work, where nobody votes: where the tip stands, whether the node
// hears of others, and from which depth on it calls a block final. Says nothing that the node's state does not show.
import { blockWork, present } from "@witan/primitives";
import type { ResultOf } from "@witan/rpc";
import type { PowHostStatus } from "../consensus/pow/pow-host.ts";
import type { ServiceContext } from "../service/context.ts";
import { spanText } from "./sentences.ts";

type Explanation = Extract<ResultOf<"consensus_explain">, { readonly mode: "pow" }>;

/** So many times the interval without a block: by chance that happens once in 20,000 blocks. */
const LATE_INTERVALS = 10;

/** What a chain of proof of work waits for at a node, and what can be done about it. */
export function explainWork(context: ServiceContext, status: PowHostStatus): Explanation {
  const { chain, ports, settings } = context;
  const reversal = present(context.reversal, "what is final in proof of work");
  const { blockIntervalMs } = present(settings.chain.proofOfWork, "a chain of proof of work");
  const { height, phase, mining } = status;
  const peers = { connected: context.connectedCount(), known: ports.network.peers().length };
  const waitingFor: Explanation["waitingFor"] =
    peers.connected === 0 && peers.known > 0 ? "peers" : phase === "settled" ? "work" : "blocks";
  const lastBlockMs = Math.max(0, ports.clock.now() - chain.tip.header.timestamp);
  const told: Told = {
    ...{ height, phase, waitingFor, mining, lastBlockMs, blockIntervalMs, peers },
    finalHeight: reversal.finalHeight(height),
  };
  return {
    ...{ mode: "pow", ...told },
    sentences: [standing(told), step(told, status), own(status), finality(told, reversal)],
    advice: advice(told),
  };
}

type Told = Omit<Explanation, "mode" | "sentences" | "advice">;

function standing({ height, lastBlockMs }: Told): string {
  const since = height === 0 ? "" : `, made ${spanText(lastBlockMs)} ago,`;
  return `Block ${height}${since} is the tip of the branch with the most work whose blocks this node has. Nobody votes: who finds a block adds it, and the branch with the most work counts.`;
}

function step({ waitingFor, phase, height, blockIntervalMs }: Told, { best }: PowHostStatus): string {
  if (waitingFor === "peers") return "No peer is connected, so nothing is heard of blocks that others find.";
  if (phase === "fetching")
    return `A branch up to block ${best.height} has more work: this node gets its blocks, and goes over to it if they hold.`;
  if (phase === "switching")
    return `This node goes over to a branch with more work, up to block ${best.height}.`;
  return `It waits for somebody to find block ${height + 1}: one comes every ${spanText(blockIntervalMs)} on average, by chance now and then much later.`;
}

function own({ mining, hashRate, nextTarget }: PowHostStatus): string {
  if (!mining) return "This node does not mine.";
  return `This node mines: it tries ${hashRate} hashes a second, and a block takes ${blockWork(nextTarget)} on average.`;
}

function finality(
  { finalHeight }: Told,
  { confirmations, settings }: NonNullable<ServiceContext["reversal"]>,
): string {
  const { assumedAttackerShare, reversalRisk } = settings;
  const against = `an attacker with ${percent(assumedAttackerShare)} of all hash power`;
  if (confirmations === undefined)
    return `No block ever counts as final here: no number of confirmations is enough against ${against}.`;
  const most = `${against} undoes what lies that deep with a probability of at most ${percent(reversalRisk)}`;
  const depth = confirmations === 1 ? "1 confirmation" : `${confirmations} confirmations`;
  return finalHeight === 0
    ? `No block after block 0 counts as final yet: that takes ${depth}; ${most}.`
    : `Blocks up to ${finalHeight} count as final here, by ${depth}: ${most}.`;
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(6))} %`;
}

function advice({ waitingFor, phase, lastBlockMs, blockIntervalMs, height }: Told): readonly string[] {
  if (waitingFor === "peers")
    return [
      "See witan peers (node_peers) for why none is connected. Until one is, what this node tells is its own branch, which may be undone when it hears of others.",
    ];
  if (phase === "fetching")
    return [
      "Wait. If it stays so, see witan peers (node_peers): it needs one honest peer that has the blocks.",
    ];
  if (height > 0 && lastBlockMs > LATE_INTERVALS * blockIntervalMs)
    return [
      `No block for ${spanText(lastBlockMs)}, where one comes every ${spanText(blockIntervalMs)} on average: see whether miners run (witan status at each), and whether this node's clock is right.`,
    ];
  return [];
}
