// Which nodes a new network has: how many of each role, by what the options say and how many hosts they name. Pure.
import { LIMITS, type Role } from "@witan/primitives";
import { badInput } from "../exit.ts";
import { wholeNumber } from "../numbers.ts";

/** What a node of a network does: a member's role, or to follow. */
export type NodeRole = Role | "miner" | "observer";

/** A node of a network that is to be made. */
export interface Seat {
  readonly name: string;
  readonly role: NodeRole;
}

/** The modes that a network can be made for. */
export type NetworkMode = "pbft" | "bp-fast-paxos" | "pow";

/** Numbers of nodes, as options say them. */
export interface SeatOptions {
  readonly consensus: NetworkMode;
  readonly validators?: string;
  readonly proposers?: string;
  readonly acceptors?: string;
  readonly observers?: string;
}

const VALIDATORS_DEFAULT = 4;
const MINERS_DEFAULT = 3;
const PROPOSERS_DEFAULT = 2;
const ACCEPTORS_DEFAULT = 4;

/** What the help says of them. */
export const SEATS_HELP = {
  validators: `pbft: how many (default: one for each host; ${VALIDATORS_DEFAULT} on a single host); pow: how many miners (${MINERS_DEFAULT})`,
  proposers: `bp-fast-paxos: how many, at the edge (default: ${PROPOSERS_DEFAULT})`,
  acceptors: `bp-fast-paxos: how many, inside (default: one for each host that is left; ${ACCEPTORS_DEFAULT} on a single host)`,
  observers: "nodes that follow the chain and have no vote (default: 0)",
} as const;

/**
 * The nodes of a network: v1, v2, …, or p1, …, a1, …, or m1, …; then observers o1, ….
 * @param hosts how many are named; one stands for all
 * @throws {CommandFailure} `arguments` or `hosts` (2)
 */
export function seatsOf(options: SeatOptions, hosts: number): readonly Seat[] {
  refuseOther(options);
  const observers = countOf("observers", options, 0) ?? 0;
  const counts = COUNTS[options.consensus](options, hosts, observers);
  const members = Object.values(counts).reduce((sum, count) => sum + count, 0);
  if (members > LIMITS.members)
    throw badInput("arguments", `${members} members, and a chain takes at most ${LIMITS.members}`);
  return [...Object.entries({ ...counts, observer: observers })].flatMap(([role, count]) =>
    Array.from({ length: count }, (_, at) => ({ name: `${role[0]}${at + 1}`, role: role as NodeRole })),
  );
}

/** An option of the other mode was not meant for this one. */
function refuseOther({ consensus, validators, proposers, acceptors }: SeatOptions): void {
  if (consensus !== "bp-fast-paxos" && (proposers ?? acceptors) !== undefined)
    throw badInput(
      "arguments",
      `--proposers and --acceptors are for --consensus bp-fast-paxos; in ${consensus} ` +
        (consensus === "pow" ? "--validators says how many miners" : "all members are --validators"),
    );
  if (consensus === "bp-fast-paxos" && validators !== undefined)
    throw badInput(
      "arguments",
      "--validators is for --consensus pbft and pow; in bp-fast-paxos there are --proposers and --acceptors",
    );
}

function countOf(name: keyof typeof SEATS_HELP, options: SeatOptions, least: number): number | undefined {
  const text = options[name];
  return text === undefined ? undefined : wholeNumber(`--${name}`, text, LIMITS.members, least);
}

const COUNTS: Readonly<
  Record<
    NetworkMode,
    (options: SeatOptions, hosts: number, observers: number) => Readonly<Record<string, number>>
  >
> = { pbft, "bp-fast-paxos": fast, pow };

function pow(options: SeatOptions, hosts: number, observers: number) {
  const miner =
    countOf("validators", options, 1) ?? (hosts === 1 ? MINERS_DEFAULT : left(hosts, observers, "a miner"));
  return { miner };
}

function pbft(options: SeatOptions, hosts: number, observers: number) {
  const validator =
    countOf("validators", options, 1) ??
    (hosts === 1 ? VALIDATORS_DEFAULT : left(hosts, observers, "a validator"));
  return { validator };
}

function fast(options: SeatOptions, hosts: number, observers: number) {
  const [wanted, voting] = [countOf("proposers", options, 1), countOf("acceptors", options, 1)];
  if (hosts === 1) return { proposer: wanted ?? PROPOSERS_DEFAULT, acceptor: voting ?? ACCEPTORS_DEFAULT };
  // With both said, hosts that do not fit are told by whoever gives out places.
  const proposer =
    wanted ?? (voting === undefined ? PROPOSERS_DEFAULT : left(hosts, observers + voting, "a proposer"));
  return { proposer, acceptor: voting ?? left(hosts, observers + proposer, "an acceptor") };
}

function left(hosts: number, taken: number, whom: string): number {
  if (hosts > taken) return hosts - taken;
  throw badInput("hosts", `--hosts names ${hosts}, and ${taken} are taken: none is left for ${whom}`);
}
