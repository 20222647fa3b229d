// Hashes, addresses and times as links and short texts: shown by their ends, whole in what is copied and read out on demand.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { hrefOf } from "../route.ts";
import { clockText, grouped, shortText, timeText } from "../words.ts";
import type { Column } from "./layout.tsx";

/** A link to a block by its height. */
export function BlockLink({ height }: { readonly height: number }): JSX.Element {
  return <a href={hrefOf("block", height)}>{grouped(height)}</a>;
}

/** A link to a transaction. */
export function TransactionLink({ id }: { readonly id: string }): JSX.Element {
  return (
    <a class="hash" href={hrefOf("transaction", id)} title={id}>
      {shortText(id)}
    </a>
  );
}

/** A link to an address. */
export function AddressLink({ address }: { readonly address: string }): JSX.Element {
  return (
    <a class="hash" href={hrefOf("address", address)} title={address}>
      {shortText(address)}
    </a>
  );
}

/** A hash, key or id by its ends. */
export function Short({ text }: { readonly text: string }): JSX.Element {
  return (
    <span class="hash" title={text}>
      {shortText(text)}
    </span>
  );
}

/** A hash, key or id whole, with a button that copies it where the browser allows that. */
export function Whole({ text, name }: { readonly text: string; readonly name: string }): JSX.Element {
  const [said, say] = useState("");
  const clipboard: Clipboard | undefined = navigator.clipboard;
  const copy = (): void => {
    clipboard?.writeText(text).then(
      () => say("Copied."),
      () => say("The browser does not allow it: select and copy."),
    );
  };
  return (
    <span class="whole">
      <span class="hash">{text}</span>
      {clipboard === undefined ? null : (
        <button type="button" class="small" onClick={copy} aria-label={`Copy the ${name}`}>
          Copy
        </button>
      )}
      <span role="status" class="note">
        {said}
      </span>
    </span>
  );
}

/** A time of the chain. */
export function Time({ ms }: { readonly ms: number }): JSX.Element {
  return <time dateTime={new Date(ms).toISOString()}>{timeText(ms)}</time>;
}

/** A time of today without its date, which is read out on demand. */
export function Clock({ ms }: { readonly ms: number }): JSX.Element {
  return (
    <time dateTime={new Date(ms).toISOString()} title={timeText(ms)}>
      {clockText(ms)}
    </time>
  );
}

/** No value: a dash, and for who hears the page the reason. On a narrow screen its cell is left out, unless it is kept. */
export function None({ why, isKept }: { readonly why: string; readonly isKept?: boolean }): JSX.Element {
  return (
    <span class={isKept ? "soft" : "soft none"}>
      <span aria-hidden="true">–</span>
      <span class="unseen">{why}</span>
    </span>
  );
}

/** Of tables of outputs: which output of which transaction it is. */
export const OUTPUT_OF: Column<{ readonly transaction: string; readonly index: number }> = {
  title: "Output of",
  cell: ({ transaction, index }) => (
    <span>
      <TransactionLink id={transaction} />, {index}
    </span>
  ),
};
