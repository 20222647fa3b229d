// Methods about consensus and governance.
import { LIMITS } from "@witan/primitives";
import * as z from "zod";
import { asset, client, clientsMode, evidence, members, mode, parameters } from "./ledger-values.ts";
import { method } from "./method.ts";
import { count, height, listOf, name, oneOf } from "./values.ts";

const names = listOf(name, LIMITS.members);

/** Methods named `consensus_…` and `governance_…`. */
export const CONSENSUS_METHODS = {
  consensus_status: method({
    summary: "where consensus stands: height, view, phase, who has voted, and when the view is given up",
    params: z.strictObject({}),
    result: z.strictObject({
      mode,
      membership: height,
      height,
      view: count,
      phase: oneOf(["idle", "proposed", "prepared", "deciding", "changingView"]),
      primary: name,
      me: name.nullable(),
      quorum: count,
      timeoutMs: count.nullable(),
      prepares: names,
      commits: names,
      viewChanges: names,
    }),
    role: "read",
    errors: ["mode-unsupported"],
  }),
  consensus_membership: method({
    summary: "the members that decide a height; without one, the next",
    params: z.strictObject({ height: height.optional() }),
    result: z.strictObject({ from: height, quorum: count, members }),
    role: "read",
    errors: ["height-unknown", "mode-unsupported"],
  }),
  consensus_evidence: method({
    summary: "votes of members that contradict each other, with their signatures",
    params: z.strictObject({}),
    result: z.strictObject({ evidence: listOf(evidence, 10_000) }),
    role: "read",
    errors: ["mode-unsupported"],
  }),
  governance_state: method({
    summary: "what governs the chain after the last final block",
    params: z.strictObject({}),
    result: z.strictObject({
      height,
      sequence: count,
      members,
      parameters,
      assets: listOf(asset, LIMITS.assets),
      clientsMode,
      clients: listOf(client, LIMITS.clients),
    }),
    role: "read",
    errors: [],
  }),
} as const;
