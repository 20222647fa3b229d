// Hashes, addresses and times as links and short texts: shown by their ends, whole in what is copied and read out on demand.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { hrefOf } from "../route.ts";
import { grouped, shortText, timeText } from "../words.ts";

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
