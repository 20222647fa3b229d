// One address: what it has, what happened to it, what it can spend.
import type { ResultOf } from "@witan/rpc";
import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import type { Assets, NodeLink } from "../chain/node-link.ts";
import { type Asked, useAsked, useSurroundings } from "../parts/asking.ts";
import { Answer, Failure } from "../parts/failure.tsx";
import { Facts, Page, Part, Table } from "../parts/layout.tsx";
import { Mark } from "../parts/mark.tsx";
import { BlockLink, OUTPUT_OF, Time, TransactionLink, Whole } from "../parts/names.tsx";
import { grouped, sumText } from "../words.ts";

const LIMIT = 25;

type Entry = ResultOf<"chain_history">["entries"][number];
type Output = ResultOf<"chain_outputs">["outputs"][number];

/** An address. */
export function AddressPage({ id }: { readonly id: string }): JSX.Element {
  const assets = useAsked("assets", (link) => link.assets());
  const balance = useAsked(`balance ${id}`, ({ rpc }) => rpc.call("chain_balance", { address: id }));
  return (
    <Page title="Address" lead={<Whole text={id} name="address" />}>
      <Answer asked={both(assets, balance)} what="this address">
        {([known, { balances, height }]) => (
          <>
            <Part
              title="Balances"
              note={`What its unspent outputs add up to after block ${grouped(height)}.`}
            >
              <Balances balances={balances} assets={known} />
            </Part>
            <History address={id} assets={known} />
            <Outputs address={id} assets={known} />
          </>
        )}
      </Answer>
    </Page>
  );
}

function both<A, B>(a: Asked<A>, b: Asked<B>): Asked<readonly [A, B]> {
  return {
    value: a.value === undefined || b.value === undefined ? undefined : [a.value, b.value],
    error: a.error ?? b.error,
    again: () => {
      a.again();
      b.again();
    },
  };
}

function Balances(props: {
  readonly balances: Readonly<Record<string, string>>;
  readonly assets: Assets;
}): JSX.Element {
  const list = Object.entries(props.balances);
  if (list.length === 0)
    return <p class="empty">It has nothing: either it never had, or it has spent all.</p>;
  return (
    <Facts
      list={list.map(([asset, units]) => [
        props.assets.get(Number(asset))?.name ?? `Asset ${asset}`,
        <strong key={asset}>{sumText(units, Number(asset), props.assets)}</strong>,
      ])}
    />
  );
}

function History({ address, assets }: { readonly address: string; readonly assets: Assets }): JSX.Element {
  const pages = usePages<Entry>(`history ${address}`, async ({ rpc }, after) => {
    const { entries, next } = await rpc.call("chain_history", { address, limit: LIMIT, ...after });
    return { rows: entries, next };
  });
  return (
    <Part title="History" note="What transactions in blocks did to it, the newest first.">
      <Paged pages={pages} what="its history">
        {(rows) => (
          <Table
            caption="History of the address"
            isCompact
            rows={rows}
            empty="Nothing has happened to it."
            keyOf={({ transaction }) => transaction}
            columns={[
              { title: "Block", isNumber: true, cell: ({ height }) => <BlockLink height={height} /> },
              { title: "Time", narrow: "untitled", cell: ({ timestamp }) => <Time ms={timestamp} /> },
              {
                title: "Transaction",
                narrow: "untitled",
                cell: ({ transaction }) => <TransactionLink id={transaction} />,
              },
              {
                title: "Change",
                narrow: "untitled",
                isNumber: true,
                cell: ({ changes }) => <Changes changes={changes} assets={assets} />,
              },
            ]}
          />
        )}
      </Paged>
    </Part>
  );
}

function Changes(props: {
  readonly changes: Readonly<Record<string, string>>;
  readonly assets: Assets;
}): JSX.Element {
  return (
    <>
      {Object.entries(props.changes).map(([asset, units]) => (
        <div key={asset}>
          {units.startsWith("-") || units === "0" ? "" : "+"}
          {sumText(units, Number(asset), props.assets)}
        </div>
      ))}
    </>
  );
}

function Outputs({ address, assets }: { readonly address: string; readonly assets: Assets }): JSX.Element {
  const pages = usePages<Output>(`outputs ${address}`, async ({ rpc }, after) => {
    const { outputs, next } = await rpc.call("chain_outputs", { address, limit: LIMIT, ...after });
    return { rows: outputs, next };
  });
  return (
    <Part title="Unspent outputs" note="What it can spend.">
      <Paged pages={pages} what="its outputs">
        {(rows) => (
          <Table<Output>
            caption="Unspent outputs of the address"
            isCompact
            rows={rows}
            empty="It has none."
            keyOf={({ transaction, index }) => `${transaction} ${index}`}
            columns={[
              OUTPUT_OF,
              { title: "Block", isNumber: true, cell: ({ height }) => <BlockLink height={height} /> },
              {
                title: "Amount",
                narrow: "untitled",
                isNumber: true,
                cell: ({ asset, amount }) => sumText(amount, asset, assets),
              },
              {
                title: "State",
                narrow: "untitled",
                cell: ({ spentBy }) => <OutputState spentBy={spentBy} />,
              },
            ]}
          />
        )}
      </Paged>
    </Part>
  );
}

function OutputState({ spentBy }: Pick<Output, "spentBy">): JSX.Element {
  if (spentBy === null)
    return (
      <Mark shape="check" tone="good">
        unspent
      </Mark>
    );
  return (
    <>
      <Mark shape="ring" tone="wait">
        being spent by
      </Mark>{" "}
      <TransactionLink id={spentBy} />
    </>
  );
}

/** Rows that come in pages, and how more of them are fetched. */
interface Pages<Row> {
  readonly first: Asked<{ readonly rows: readonly Row[]; readonly next: string | null }>;
  readonly more: readonly Row[];
  readonly next: string | null;
  readonly error: unknown;
  fetchMore(): void;
}

function usePages<Row>(
  key: string,
  ask: (
    link: NodeLink,
    after: { readonly after?: string },
  ) => Promise<{ readonly rows: readonly Row[]; readonly next: string | null }>,
): Pages<Row> {
  const { link } = useSurroundings();
  const first = useAsked(key, (asked) => ask(asked, {}));
  const [later, setLater] = useState<{
    key: string;
    rows: readonly Row[];
    next: string | null;
    error?: unknown;
  }>();
  const mine = later?.key === key ? later : undefined;
  const next = mine === undefined ? (first.value?.next ?? null) : mine.next;
  const fetchMore = (): void => {
    if (next === null) return;
    const rows = mine?.rows ?? [];
    ask(link, { after: next }).then(
      (page) => setLater({ key, rows: [...rows, ...page.rows], next: page.next }),
      (error: unknown) => setLater({ key, rows, next, error }),
    );
  };
  return { first, more: mine?.rows ?? [], next, error: mine?.error, fetchMore };
}

function Paged<Row>(props: {
  readonly pages: Pages<Row>;
  readonly what: string;
  children(rows: readonly Row[]): ComponentChildren;
}): JSX.Element {
  const { first, more, next, error, fetchMore } = props.pages;
  return (
    <Answer asked={first} what={props.what}>
      {({ rows }) => (
        <>
          {props.children([...rows, ...more])}
          {error === undefined ? null : <Failure error={error} what="more of it" />}
          {next === null ? null : (
            <button type="button" onClick={fetchMore}>
              Show more
            </button>
          )}
        </>
      )}
    </Answer>
  );
}
