// What is shown in place of what was asked for: that it is being asked, or why it did not come and what to do.
import { RpcAnswerError, RpcCallError, RpcConnectionError } from "@witan/client";
import type { ComponentChildren, JSX } from "preact";
import type { Asked } from "./asking.ts";

/** The answer as it is shown, or what stands in its place. An old answer stays beside the failure to get a new one. */
export function Answer<T>(props: {
  readonly asked: Asked<T>;
  /** What is asked for, as in "Asking for block 5". */
  readonly what: string;
  children(value: T): ComponentChildren;
}): JSX.Element {
  const { value, error, again } = props.asked;
  return (
    <>
      {error === undefined ? null : <Failure error={error} again={again} what={props.what} />}
      {value === undefined ? error === undefined && <p class="empty">Asking for {props.what} …</p> : null}
      {value === undefined ? null : props.children(value)}
    </>
  );
}

/** A failure, in a box of its own: what happened, and what to do. */
export function Failure(props: {
  readonly error: unknown;
  readonly what: string;
  readonly again?: (() => void) | undefined;
}): JSX.Element {
  const { title, message } = wordsOf(props.error, props.what);
  return (
    <div class="failure" role="alert">
      <p>
        <strong>{title}</strong>
      </p>
      <p>{message}</p>
      {props.again === undefined ? null : (
        <button type="button" onClick={props.again}>
          Ask again
        </button>
      )}
    </div>
  );
}

/** A failure in words. */
export function wordsOf(error: unknown, what: string): { readonly title: string; readonly message: string } {
  if (error instanceof RpcCallError)
    return { title: `The node does not give ${what}.`, message: sentence(error.message) };
  if (error instanceof RpcConnectionError)
    return { title: "The node does not answer.", message: "Check that it runs and that you reach it." };
  if (error instanceof RpcAnswerError)
    return { title: "The node answers in a way that this page does not know.", message: error.message };
  const message = error instanceof Error ? error.message : String(error);
  return {
    title: "This page failed, by a mistake of its own.",
    message: `${sentence(message)} Load it again.`,
  };
}

/** With a capital and a full stop. */
function sentence(text: string): string {
  const full = /[.!?]$/.test(text) ? text : `${text}.`;
  return full.charAt(0).toUpperCase() + full.slice(1);
}
