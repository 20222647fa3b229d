// How pages ask the node: an answer, or a failure, or still asking; asked again from time to time without anything
// vanishing meanwhile. Never asks in a tab that nobody looks at.
import type { Chain } from "@witan/client";
import { createContext } from "preact";
import { useContext, useEffect, useReducer, useRef, useState } from "preact/hooks";
import type { LiveChain, LiveView } from "../chain/live-chain.ts";
import type { NodeLink } from "../chain/node-link.ts";

/** What every page works with. */
export interface Surroundings {
  readonly link: NodeLink;
  readonly live: LiveChain;
  /** Hears of every failure: one may mean that a token is wanted. */
  onFailure(error: unknown): void;
}

/** Given by the frame around the pages. */
export const SurroundingsContext = createContext<Surroundings | undefined>(undefined);

/** What the page works with. */
export function useSurroundings(): Surroundings {
  return useContext(SurroundingsContext) as Surroundings;
}

/** What was asked. A value stays while it is asked again, and beside the failure of that. */
export interface Asked<T> {
  readonly value: T | undefined;
  readonly error: unknown;
  /** Asks once more. */
  again(): void;
}

/**
 * Asks the node.
 * @param key what is asked about: with another one the old answer is gone
 * @param turn asked again whenever this changes
 */
export function useAsked<T>(key: string, ask: (link: NodeLink) => Promise<T>, turn = 0): Asked<T> {
  const { link, onFailure } = useSurroundings();
  const [state, setState] = useState<{ key: string; value?: T; error?: unknown }>({ key });
  const [more, again] = useReducer((count: number) => count + 1, 0);
  const asking = useRef<string | undefined>(undefined);
  // The key stands for what the function asks: a function is another one with each drawing.
  useEffect(() => {
    const mine = `${key} ${more}`;
    // A slow answer is waited for: asking again would never let one arrive.
    if (asking.current === mine) return;
    asking.current = mine;
    const end = (next: { value?: T; error?: unknown }): void => {
      if (asking.current !== mine) return;
      asking.current = undefined;
      setState((before) => ({ key, ...(before.key === key ? { value: before.value as T } : {}), ...next }));
    };
    ask(link).then(
      (value) => end({ value, error: undefined }),
      (error: unknown) => {
        end({ error });
        onFailure(error);
      },
    );
  }, [link, key, turn, more]);
  const current = state.key === key ? state : undefined;
  return { value: current?.value, error: current?.error, again: () => again(undefined) };
}

/** How blocks of this chain come to count; undefined until it is known. */
export function useMode(): Chain["mode"] | undefined {
  return useAsked("mode", async (link) => (await link.chain()).mode).value;
}

/** Counts up every so many milliseconds, but not in a hidden tab, nor while the page is paused. */
export function usePoll(everyMs: number): number {
  const { live } = useSurroundings();
  const [count, tick] = useReducer((before: number) => before + 1, 0);
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden && !live.view.isPaused) tick(undefined);
    }, everyMs);
    return () => clearInterval(timer);
  }, [live, everyMs]);
  return count;
}

/** What happens at the node now. */
export function useLive(): LiveView {
  const { live } = useSurroundings();
  const [, tick] = useReducer((count: number) => count + 1, 0);
  useEffect(() => live.listen(() => tick(undefined)), [live]);
  return live.view;
}
