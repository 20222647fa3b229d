// The frame around all pages: navigation, the search box, whether events come, and the form for a token where the node
// wants one.
import type { JSX } from "preact";
import { useCallback, useEffect, useMemo, useState } from "preact/hooks";
import { LiveChain } from "./chain/live-chain.ts";
import { NodeLink, storedToken, storeToken, wantsToken } from "./chain/node-link.ts";
import { AddressPage } from "./pages/address.tsx";
import { AssetsPage } from "./pages/assets.tsx";
import { BlockPage } from "./pages/block.tsx";
import { ConsensusPage } from "./pages/consensus.tsx";
import { MembershipPage } from "./pages/membership.tsx";
import { MempoolPage } from "./pages/mempool.tsx";
import { OverviewPage } from "./pages/overview.tsx";
import { SearchPage } from "./pages/search.tsx";
import { TransactionPage } from "./pages/transaction.tsx";
import { SurroundingsContext, useLive, useSurroundings } from "./parts/asking.ts";
import { wordsOf } from "./parts/failure.tsx";
import { Page } from "./parts/layout.tsx";
import { Mark } from "./parts/mark.tsx";
import { TokenPage } from "./parts/token-form.tsx";
import { directRoute, hrefOf, MENU, type Route, routeOf } from "./route.ts";

/** The whole page. */
export function Frame({ origin }: { readonly origin: string }): JSX.Element {
  const [token, setToken] = useState(storedToken);
  const [refusal, setRefusal] = useState<unknown>();
  const route = useRoute();
  const onFailure = useCallback((error: unknown) => {
    if (wantsToken(error)) setRefusal(error);
  }, []);
  const surroundings = useMemo(
    () => ({ link: new NodeLink(origin, token), live: new LiveChain(), onFailure }),
    [origin, token, onFailure],
  );
  useEffect(() => {
    const { link, live } = surroundings;
    live.follow(link.socket);
    return () => {
      live.close();
      link.close();
    };
  }, [surroundings]);
  const give = (given: string): void => {
    storeToken(given);
    setRefusal(undefined);
    setToken(given);
  };
  return (
    <SurroundingsContext.Provider value={surroundings}>
      <button type="button" class="skip" onClick={focusContent}>
        Skip to the content
      </button>
      <header>
        <div class="bar">
          <a class="home" href={hrefOf("")}>
            Witan
          </a>
          <LiveMark />
          <SearchBox />
        </div>
        <LostConnection />
        <nav aria-label="Pages">
          <ul class="menu">
            {MENU.map(({ page, path, title }) => (
              <li key={page}>
                <a href={hrefOf(path)} aria-current={route.page === page ? "page" : undefined}>
                  {title}
                </a>
              </li>
            ))}
          </ul>
        </nav>
      </header>
      <main id="content" tabIndex={-1}>
        {refusal === undefined ? (
          <Routed route={route} />
        ) : (
          <TokenPage refusal={refusal} had={token !== undefined} onGiven={give} />
        )}
      </main>
      <footer>
        This page comes from the node, and asks nobody else. What the node says may be wrong; what is marked
        as verified in this page was checked here.
      </footer>
    </SurroundingsContext.Provider>
  );
}

function focusContent(): void {
  document.getElementById("content")?.focus();
}

function useRoute(): Route {
  const [fragment, setFragment] = useState(location.hash);
  useEffect(() => {
    const read = (): void => setFragment(location.hash);
    addEventListener("hashchange", read);
    return () => removeEventListener("hashchange", read);
  }, []);
  return useMemo(() => routeOf(fragment), [fragment]);
}

/** Keys: a page about something else is another page. */
function Routed({ route }: { readonly route: Route }): JSX.Element {
  switch (route.page) {
    case "overview":
      return <OverviewPage key="overview" />;
    case "consensus":
      return <ConsensusPage key="consensus" />;
    case "mempool":
      return <MempoolPage key="mempool" />;
    case "assets":
      return <AssetsPage key="assets" />;
    case "membership":
      return <MembershipPage key={`members ${route.height}`} height={route.height} />;
    case "block":
      return <BlockPage key={`block ${route.id}`} id={route.id} />;
    case "transaction":
      return <TransactionPage key={`transaction ${route.id}`} id={route.id} />;
    case "address":
      return <AddressPage key={`address ${route.id}`} id={route.id} />;
    case "search":
      return <SearchPage key={`search ${route.words}`} words={route.words} />;
    case "nowhere":
      return (
        <Page key="nowhere" title="There is no such page">
          <p>
            The address <q class="hash">{route.path}</q> leads nowhere here. A hash has 64 digits{" "}
            <code>0–9 a–f</code>; look for yours in the box above, or go to the{" "}
            <a href={hrefOf("")}>overview</a>.
          </p>
        </Page>
      );
  }
}

function SearchBox(): JSX.Element {
  const [words, setWords] = useState("");
  const submit = (event: Event): void => {
    event.preventDefault();
    if (words.trim() === "") return;
    location.hash = directRoute(words) ?? hrefOf("search", words.trim());
    setWords("");
  };
  return (
    <search>
      <form class="search" onSubmit={submit}>
        <label class="unseen" for="words">
          Block by height or hash, transaction id, or address
        </label>
        <input
          id="words"
          type="search"
          value={words}
          maxLength={200}
          placeholder="Block, transaction, address"
          autoComplete="off"
          autoCapitalize="off"
          spellcheck={false}
          onInput={(event) => setWords(event.currentTarget.value)}
        />
        <button type="submit">Find</button>
      </form>
    </search>
  );
}

/** Why nothing comes, and what to do; it is tried again by itself. */
function LostConnection(): JSX.Element | null {
  const { state } = useLive();
  if (state.kind === "lost") return <p class="note">{state.message} This page tries again by itself.</p>;
  if (state.kind !== "refused") return null;
  const { title, message } = wordsOf(state.error, "events");
  return <p class="note">{`${title} ${message}`}</p>;
}

/** Whether what is shown is of now; a button stops it from moving. */
function LiveMark(): JSX.Element {
  const { live } = useSurroundings();
  const { state, isPaused } = useLive();
  return (
    <div class="live">
      <span role="status">
        {state.kind === "lost" || state.kind === "refused" ? (
          <Mark shape="cross" tone="bad">
            no connection
          </Mark>
        ) : state.kind === "connecting" ? (
          <Mark shape="ring" tone="wait">
            connecting
          </Mark>
        ) : isPaused ? (
          <Mark shape="dash" tone="wait">
            paused
          </Mark>
        ) : (
          <Mark shape="check" tone="good">
            live
          </Mark>
        )}
      </span>
      <button type="button" class="small" onClick={() => live.setPaused(!isPaused)}>
        {isPaused ? "Go on" : "Pause"}
      </button>
    </div>
  );
}
