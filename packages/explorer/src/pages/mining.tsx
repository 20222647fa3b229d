// Where a chain of proof of work stands, as this node sees it: nobody votes, so what there is to see is the tip, what else
// is known beside it, and how deep a block lies until it counts.
import type { ResultOf } from "@witan/rpc";
import type { JSX } from "preact";
import { finalText, type MiningStatus } from "../consensus-words.ts";
import { Facts } from "../parts/layout.tsx";
import { BlockLink, Short } from "../parts/names.tsx";
import { grouped } from "../words.ts";

/** What the node does. */
const PHASES: Readonly<Record<MiningStatus["phase"], string>> = {
  settled: "on the chain with the most work that it knows",
  fetching: "fetching blocks of a chain with more work",
  switching: "moving to a chain with more work",
};

/** All of it; nothing on a chain whose members vote. */
export function Mining({ status }: { readonly status: ResultOf<"consensus_status"> }): JSX.Element | null {
  if (status.mode !== "pow") return null;
  const { height, hash, work, phase, best, target, branches, orphans, mining, hashRate } = status;
  return (
    <Facts
      list={[
        ["This node is", PHASES[phase]],
        ["Tip", <BlockLink key="tip" height={height} />],
        ["Its hash", <Short key="hash" text={hash} />],
        ["Work so far", `${grouped(work)} hashes`],
        ["Best header", best.hash === hash ? "the tip's" : `of height ${grouped(best.height)}`],
        ["Next target", <Short key="target" text={target} />],
        ["Other branches known", grouped(branches)],
        ["Blocks without the one before", grouped(orphans)],
        ["Mines", mining ? `${grouped(hashRate)} hashes a second` : "no"],
        ["Counts as final", finalText(status)],
      ]}
    />
  );
}
