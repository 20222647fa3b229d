// What pages are put together from: a page with its heading, facts, tables that become lists on a narrow screen.
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

/** A page: its heading takes the focus when one comes to it by a link, so that readers of the screen hear where they are. */
export function Page(props: {
  readonly title: string;
  readonly lead?: ComponentChildren;
  readonly children: ComponentChildren;
}): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${props.title} · Witan`;
  }, [props.title]);
  useEffect(() => {
    if (hasNavigated) heading.current?.focus({ preventScroll: true });
    if (hasNavigated) scrollTo(0, 0);
  }, []);
  return (
    <>
      <h1 ref={heading} tabIndex={-1}>
        {props.title}
      </h1>
      {props.lead === undefined ? null : <div class="lead">{props.lead}</div>}
      {props.children}
    </>
  );
}

let hasNavigated = false;
addEventListener("hashchange", () => {
  hasNavigated = true;
});

/** A part of a page. */
export function Part(props: {
  readonly title: string;
  readonly note?: ComponentChildren;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <section class="part">
      <h2>{props.title}</h2>
      {props.note === undefined ? null : <p class="note">{props.note}</p>}
      {props.children}
    </section>
  );
}

/** Sentences that change while one reads them: each keeps its place. */
export function Sentences({ list }: { readonly list: readonly string[] }): JSX.Element {
  const placed = list.map((sentence, place) => ({ sentence, place }));
  return (
    <>
      {placed.map(({ sentence, place }) => (
        <p key={place}>{sentence}</p>
      ))}
    </>
  );
}

/** Names and values; those without a value are left out. */
export function Facts(props: {
  readonly list: readonly (readonly [string, ComponentChildren])[];
}): JSX.Element {
  return (
    <dl class="facts">
      {props.list
        .filter(([, value]) => value !== undefined && value !== null)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

/** A column: what stands above it, and in it. */
export interface Column<Row> {
  readonly title: string;
  readonly isNumber?: boolean;
  /** On a narrow screen: without its title, or not at all. */
  readonly narrow?: "untitled" | "hidden";
  cell(row: Row): ComponentChildren;
}

/**
 * A table. On a narrow screen each row becomes a list of its cells with their titles. It stands still while the focus is in
 * it: a link must not move away, or vanish, under who is about to follow it.
 */
export function Table<Row>(props: {
  /** What it is a table of: for who can't see what it stands under. */
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  /** On a narrow screen the cells of a row follow each other, in place of each on a line of its own. */
  readonly isCompact?: boolean;
  /** What is said in place of no rows. */
  readonly empty: string;
  keyOf(row: Row): string | number;
}): JSX.Element {
  const [held, hold] = useState<readonly Row[]>();
  const rows = held ?? props.rows;
  if (rows.length === 0) return <p class="empty">{props.empty}</p>;
  const leave = (event: FocusEvent & { readonly currentTarget: HTMLElement }): void => {
    const { relatedTarget: next, currentTarget } = event;
    if (!(next instanceof Node && currentTarget.contains(next))) hold(undefined);
  };
  return (
    <table
      class={props.isCompact ? "compact" : undefined}
      onFocusIn={() => hold((before) => before ?? props.rows)}
      onFocusOut={leave}
    >
      <caption class="unseen">{props.caption}</caption>
      <thead>
        <tr>
          {props.columns.map(({ title, isNumber }) => (
            <th key={title} scope="col" class={isNumber ? "number" : undefined}>
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={props.keyOf(row)}>
            {props.columns.map(({ title, isNumber, narrow, cell }) => (
              <td
                key={title}
                data-title={narrow === undefined ? title : undefined}
                class={[isNumber ? "number" : "", narrow ?? ""].join(" ").trim() || undefined}
              >
                {cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
