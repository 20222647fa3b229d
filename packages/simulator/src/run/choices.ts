// What every world may have, whatever its protocol: networks and faults by name, with what each is in a line.
import type { NodeFault } from "../nodes/plan.ts";
import type { NetworkProfile } from "../world/plan.ts";
import { ALSO_WORDS } from "../world/tally.ts";
import type { Named } from "./outcome.ts";

const NETWORK_WORDS: Readonly<Record<NetworkProfile, string>> = {
  lan: "one room: tenths of a millisecond, now and then five",
  wan: "members in Frankfurt, Virginia, Tokyo and Sydney: up to 145 ms one way, and jitter",
  "heavy-tail": "a millisecond as a rule, and seconds once in a while: messages overtake each other",
  even: "every message takes a millisecond: what small worlds come down to, so that they can be read",
};

/** What befalls single messages and answers, in every world: no plan holds one by one. */
type EverywhereFault = "gone" | "lost" | "doubled" | "cut-off" | "no-answer";

const FAULT_WORDS: Readonly<Record<NodeFault["kind"] | EverywhereFault, string>> = {
  crash: "a process stops between any two effects of a step, and comes back with what its disk holds",
  "power-cut": "all processes stop at once",
  pause: "a process does nothing for a while, then goes on with what came meanwhile",
  "slow-process": "a process takes long for each input",
  partition: "some links carry nothing, each way of its own",
  "slow-link": "a link takes longer",
  storm: "all links lose more",
  "slow-disk": "writes of a process take longer",
  "write-error": "a write fails, and the process stops until its operator has mended the disk",
  "disk-full": "every write fails, and the process stops until there is room",
  corruption:
    "whole nodes: a bit of a record flips, which must be noticed; the operator restores an empty disk",
  stop: "whole nodes: the operator stops a node in good order, and starts it again",
  "lost-data": "whole nodes: the data are gone, the signer guard is kept",
  "old-copy": "whole nodes: an old copy takes the place of the data, the signer guard is kept",
  "clock-jump": "a wall clock is off by seconds or a minute for a while",
  gone: "an acceptor of BP Fast Paxos crashes for ever",
  lost: "a message never arrives",
  doubled: "a message arrives twice",
  "cut-off": "a message meets a link that is cut",
  "no-answer": "engines: a host never answers what its engine asked it",
};

/** A liar may have one besides what it does, or instead, at every level. */
export const TWIN: Named = {
  name: "twin",
  says: "runs twice, with the same keys and a state of its own each",
};

/** The networks that a world may have. */
export const NETWORKS: readonly Named[] = namedOf(NETWORK_WORDS);

/** The faults that are counted. Messages that overtake each other and clocks that run apart are in every world. */
export const FAULTS: readonly Named[] = namedOf(FAULT_WORDS);

/** What else is counted in a world, and is no fault. */
export const ALSO: readonly Named[] = namedOf(ALSO_WORDS);

/** Whether this is the name of a network. */
export function isNetwork(name: string): name is NetworkProfile {
  return Object.hasOwn(NETWORK_WORDS, name);
}

function namedOf(words: Readonly<Record<string, string>>): readonly Named[] {
  return Object.entries(words).map(([name, says]) => ({ name, says }));
}
