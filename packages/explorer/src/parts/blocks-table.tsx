// Blocks in short, as a table.
import type { JSX } from "preact";
import type { LiveBlock } from "../chain/live-chain.ts";
import { clockText, grouped, spanText } from "../words.ts";
import { Table } from "./layout.tsx";
import { BlockLink, Short } from "./names.tsx";

/** The newest first. */
export function BlocksTable({ blocks }: { readonly blocks: readonly LiveBlock[] }): JSX.Element {
  return (
    <Table
      caption="Latest blocks"
      rows={blocks}
      empty="No block is known yet."
      keyOf={({ height }) => height}
      columns={[
        { title: "Height", isNumber: true, cell: ({ height }) => <BlockLink height={height} /> },
        { title: "Time", cell: ({ timestamp }) => clockText(timestamp) },
        { title: "Proposer", cell: ({ proposer }) => proposer ?? "none: genesis" },
        { title: "Transactions", isNumber: true, cell: ({ transactions }) => grouped(transactions) },
        {
          title: "Final after",
          isNumber: true,
          cell: ({ tookMs }) => (tookMs === null ? <span class="soft">not seen</span> : spanText(tookMs)),
        },
        { title: "Hash", cell: ({ hash }) => <Short text={hash} /> },
      ]}
    />
  );
}
