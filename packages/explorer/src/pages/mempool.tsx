// What waits for a block.
import type { ResultOf } from "@witan/rpc";
import type { JSX } from "preact";
import { useAsked, usePoll } from "../parts/asking.ts";
import { Answer } from "../parts/failure.tsx";
import { Facts, Page, Part, Table } from "../parts/layout.tsx";
import { Mark } from "../parts/mark.tsx";
import { Clock, Time, TransactionLink } from "../parts/names.tsx";
import { amountText, bytesText, grouped, spanText } from "../words.ts";

const SHOWN = 100;

/** The mempool of this node. */
export function MempoolPage(): JSX.Element {
  const asked = useAsked(
    "mempool",
    async (link) => {
      const [status, { transactions }, assets] = await Promise.all([
        link.rpc.call("mempool_status", {}),
        link.rpc.call("mempool_transactions", { limit: SHOWN }),
        link.assets(),
      ]);
      return { status, transactions, native: assets.get(0) };
    },
    usePoll(2_000),
  );
  return (
    <Page
      title="Mempool"
      lead="Transactions that this node has admitted, and that are in no block yet; and those that wait for inputs it does not know."
    >
      <Answer asked={asked} what="the mempool">
        {({ status, transactions, native }) => (
          <>
            <Part title="How full it is">
              <Facts
                list={[
                  [
                    "Pending",
                    `${grouped(status.transactions)} of at most ${grouped(status.limits.transactions)}`,
                  ],
                  ["Memory", `${bytesText(status.bytes)} of ${bytesText(status.limits.bytes)}`],
                  ["Waiting for inputs", grouped(status.waiting)],
                  ["Oldest", status.oldestMs === null ? "none" : `pending for ${spanText(status.oldestMs)}`],
                ]}
              />
            </Part>
            <Pending status={status} transactions={transactions} native={native} />
          </>
        )}
      </Answer>
    </Page>
  );
}

function Pending(props: {
  readonly status: ResultOf<"mempool_status">;
  readonly transactions: ResultOf<"mempool_transactions">["transactions"];
  readonly native: { readonly name: string; readonly decimals: number } | undefined;
}): JSX.Element {
  const { status, transactions, native } = props;
  return (
    <Part title="Transactions">
      <Table
        caption="Pending transactions in the order in which they came"
        isCompact
        rows={transactions}
        empty="Nothing waits: whatever came is in a block, or was not taken."
        keyOf={({ transaction }) => transaction}
        columns={[
          {
            title: "Transaction",
            narrow: "untitled",
            cell: ({ transaction }) => <TransactionLink id={transaction} />,
          },
          {
            title: "State",
            narrow: "untitled",
            cell: ({ waiting }) =>
              waiting ? (
                <Mark shape="alarm" tone="wait">
                  waits for inputs
                </Mark>
              ) : (
                <Mark shape="ring" tone="plain">
                  pending
                </Mark>
              ),
          },
          { title: "Since", cell: ({ admittedAt }) => <Clock ms={admittedAt} /> },
          { title: "Valid until", cell: ({ validUntil }) => <Time ms={validUntil} /> },
          { title: "Size", isNumber: true, cell: ({ bytes }) => bytesText(bytes) },
          {
            title: "Fee",
            isNumber: true,
            cell: ({ fee }) => `${amountText(fee, native?.decimals ?? 0)} ${native?.name ?? ""}`,
          },
        ]}
      />
      {status.transactions + status.waiting > SHOWN ? (
        <p class="note">The first {SHOWN} are listed. Any other is found by its id, in the box above.</p>
      ) : null}
    </Part>
  );
}
