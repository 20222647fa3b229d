// Asks for the token of a node that wants one. It stays in this tab.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Page } from "./layout.tsx";

/** In place of the page. */
export function TokenPage(props: {
  readonly refusal: unknown;
  /** One was given before, and refused. */
  readonly had: boolean;
  onGiven(token: string): void;
}): JSX.Element {
  const [text, setText] = useState("");
  const [fault, setFault] = useState(
    props.had ? "The node does not know the token that was given: give another." : "",
  );
  const submit = (event: Event): void => {
    event.preventDefault();
    const token = text.trim();
    if (/^[\x21-\x7e]{16,}$/.test(token)) props.onGiven(token);
    else setFault("A token has at least 16 characters, and no spaces: copy it whole.");
  };
  return (
    <Page title="This node wants a token">
      <p>
        Its operator has one that may read, in the file of the setting <code>rpc.readTokenFile</code>. It is
        kept in this tab until you close it, and sent to this node alone.
      </p>
      <form class="row" onSubmit={submit}>
        <label for="token">Token</label>
        <input
          id="token"
          type="password"
          autoComplete="off"
          value={text}
          aria-describedby="token-fault"
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <button type="submit">Go on</button>
      </form>
      <p id="token-fault" role="alert">
        {fault}
      </p>
    </Page>
  );
}
