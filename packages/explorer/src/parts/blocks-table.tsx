// Blocks in short, as a table.
import type { JSX } from "preact";
import type { LiveBlock } from "../chain/live-chain.ts";
import { grouped, spanText } from "../words.ts";
import { Table } from "./layout.tsx";
import { BlockLink, Clock, None, Short } from "./names.tsx";

/** The newest first. */
export function BlocksTable({ blocks }: { readonly blocks: readonly LiveBlock[] }): JSX.Element {
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
          { title: "Proposer", cell: ({ proposer }) => proposer ?? "none: genesis" },
          { title: "Transactions", isNumber: true, cell: ({ transactions }) => grouped(transactions) },
          {
            title: "Final after",
            isNumber: true,
            cell: ({ tookMs }) => (tookMs === null ? <None why="not seen" /> : spanText(tookMs)),
          },
          { title: "Hash", narrow: "hidden", cell: ({ hash }) => <Short text={hash} /> },
        ]}
      />
      {blocks.some(({ tookMs }) => tookMs === null) ? (
        <p class="note">How long a block took is not known of those from before this page was opened.</p>
      ) : null}
    </>
  );
}
