// `fetch` for tests against real nodes: every answer that comes through it is held against the OpenRPC document. What does
// not fit ends the test that runs, whatever its client makes of it.
import type { Fetch } from "@witan/client";
import { assertAnswerFits } from "../rpc/document-check.ts";

/** What is larger is not looked at: whole blocks of thousands of transactions. */
const LOOKED_AT_MAX = 1024 * 1024;

/** As the platform's, with a look at each answer. */
export const fittingFetch: Fetch = async (url, request) => {
  const response = await fetch(url, request);
  // A node that is killed meanwhile has no whole answer.
  const text = await response
    .clone()
    .text()
    .catch(() => "");
  if (text !== "" && text.length <= LOOKED_AT_MAX) look(JSON.parse(request.body), JSON.parse(text));
  return response;
};

function look(asked: unknown, answered: unknown): void {
  const requests = (Array.isArray(asked) ? asked : [asked]) as readonly { readonly id?: unknown }[];
  try {
    for (const answer of Array.isArray(answered) ? answered : [answered])
      assertAnswerFits(
        requests.find(({ id }) => id === (answer as { readonly id?: unknown }).id),
        answer,
      );
  } catch (error) {
    // Thrown here it would look like a connection that failed.
    queueMicrotask(() => {
      throw error;
    });
  }
}
