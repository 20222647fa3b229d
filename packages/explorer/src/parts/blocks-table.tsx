// Blocks in short, as a table.
import type { JSX } from "preact";
import type { LiveBlock } from "../chain/live-chain.ts";
import { grouped, spanText } from "../words.ts";
import { useMode } from "./asking.ts";
import { type Column, Table } from "./layout.tsx";
import { BlockLink, Clock, None, Short } from "./names.tsx";

/** The newest first. */
export function BlocksTable({ blocks }: { readonly blocks: readonly LiveBlock[] }): JSX.Element {
  const isMined = useMode() === "pow";
  const tip = blocks[0]?.height ?? 0;
  const transactions: Column<LiveBlock> = {
    title: "Transactions",
    isNumber: true,
    cell: ({ transactions: count }) => grouped(count),
  };
  // Nobody is known to have made a mined block, and no moment makes it final.
  const columns: readonly Column<LiveBlock>[] = isMined
    ? [
        transactions,
        {
          title: "Confirmations",
          isNumber: true,
          cell: ({ height }) => grouped(tip - height + 1),
        },
      ]
    : [
        { title: "Proposer", cell: ({ proposer }) => proposer ?? "none: genesis" },
        transactions,
        {
          title: "Final after",
          isNumber: true,
          cell: ({ tookMs }) => (tookMs === null ? <None why="not seen" /> : spanText(tookMs)),
        },
      ];
  return (
    <>
      <Table
        caption="Latest blocks"
        isCompact
        rows={blocks}
        empty="No block is known yet."
        keyOf={({ height }) => height}
        columns={[
          {
            title: "Height",
            isNumber: true,
            narrow: "untitled",
            cell: ({ height }) => <BlockLink height={height} />,
          },
          { title: "Time", narrow: "untitled", cell: ({ timestamp }) => <Clock ms={timestamp} /> },
          ...columns,
          { title: "Hash", narrow: "hidden", cell: ({ hash }) => <Short text={hash} /> },
        ]}
      />
      {!isMined && blocks.some(({ tookMs }) => tookMs === null) ? (
        <p class="note">How long a block took is not known of those from before this page was opened.</p>
      ) : null}
    </>
  );
}
