// What was typed into the box and is no address within the page by itself: a hash may be a block's or a transaction's. Goes
// there when it is found, and says clearly when nothing is.
import { RpcCallError } from "@witan/client";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { NodeLink } from "../chain/node-link.ts";
import { useAsked } from "../parts/asking.ts";
import { Answer } from "../parts/failure.tsx";
import { Page } from "../parts/layout.tsx";
import { cleaned, directRoute, hrefOf, isHash } from "../route.ts";

/** Where the words lead; undefined if nowhere. */
async function find({ rpc }: NodeLink, words: string): Promise<string | undefined> {
  const direct = directRoute(words);
  if (direct !== undefined) return direct;
  const hash = cleaned(words);
  if (!isHash(hash)) return undefined;
  const { status } = await rpc.call("chain_transaction", { transaction: hash });
  if (status !== "unknown") return hrefOf("transaction", hash);
  try {
    const { height } = await rpc.call("chain_block", { hash });
    return hrefOf("block", height);
  } catch (error) {
    if (error instanceof RpcCallError && error.reason === "block-unknown") return undefined;
    throw error;
  }
}

/** Looks for it. */
export function SearchPage({ words }: { readonly words: string }): JSX.Element {
  const asked = useAsked(`search ${words}`, async (link) => ({ href: await find(link, words) }));
  const href = asked.value?.href;
  useEffect(() => {
    if (href !== undefined) location.replace(href);
  }, [href]);
  return (
    <Page title="Search">
      <Answer asked={asked} what="what you look for">
        {({ href: found }) => (found === undefined ? <NotFound words={words} /> : <p>Found: going there.</p>)}
      </Answer>
    </Page>
  );
}

function NotFound({ words }: { readonly words: string }): JSX.Element {
  const isWhole = isHash(cleaned(words));
  return (
    <div role="alert">
      <p>
        <strong>Nothing was found for </strong>
        <q class="hash">{words}</q>.
      </p>
      {isWhole ? (
        <p>
          It has the form of a hash, but this node knows neither a block nor a transaction of it. It may be of
          another chain, or have been rejected long ago; or the node is behind: look at the overview, or ask
          another node.
        </p>
      ) : (
        <p>
          Look for the number of a block (<code>120</code>), a block's hash or a transaction's id (64 digits{" "}
          <code>0–9 a–f</code>, whole), or an address (whole, as it was given to you).
        </p>
      )}
    </div>
  );
}
