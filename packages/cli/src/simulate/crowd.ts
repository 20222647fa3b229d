// How many there are in the worlds of `witan simulate`, how many lie, and how many are gone for good: what a protocol does not
// bear is told before anything runs.
import type { Crowd, Protocol, WorldWishes } from "@witan/simulator";
import { badInput } from "../exit.ts";
import { wholeNumber } from "../numbers.ts";
import type { SimulateFlags } from "./task.ts";

/** A world with more takes minutes, and shows nothing that fewer do not. */
const MEMBERS_MAX = 40;

/** The options that say who is there. */
export const CROWD_FLAGS = ["members", "proposers", "acceptors", "crashed", "byzantine"] as const;

/** Who is in a world, and what is to be said about it beforehand. */
export type CrowdWishes = Pick<
  WorldWishes,
  "members" | "byzantine" | "proposers" | "acceptors" | "crashed"
> & {
  readonly notes: readonly string[];
};

/** @throws {CommandFailure} so many are not borne, or the protocol knows no such thing */
export function crowdOf(flags: SimulateFlags, { crowd }: Protocol): CrowdWishes {
  switch (crowd.kind) {
    case "members":
      return membersOf(flags, crowd);
    case "roles":
      return rolesOf(flags, crowd);
    case "own":
      return ownOf(flags, crowd);
  }
}

/** What the protocol says of itself. Who names a way to lie, and not how many do, has one that does. */
function ownOf(flags: SimulateFlags, { takes, why, judge }: Of<"own">): CrowdWishes {
  refuse(
    flags,
    CROWD_FLAGS.filter((name) => !takes.includes(name)),
    why,
  );
  const typedNumbers = CROWD_FLAGS.flatMap((name) => {
    const text = flags[name];
    const least = name === "byzantine" || name === "crashed" ? 0 : 1;
    return text === undefined ? [] : [[name, wholeNumber(`--${name}`, text, MEMBERS_MAX, least)] as const];
  });
  const crowd: Omit<CrowdWishes, "notes"> = {
    ...Object.fromEntries(typedNumbers),
    ...(flags.adversary !== undefined && { byzantine: liarsOf(flags) }),
  };
  const verdict = judge({ ...crowd });
  if ("fault" in verdict) throw badInput("crowd", `${flags.consensus}: ${verdict.fault}`);
  return { ...crowd, notes: verdict.notes };
}

type Of<Kind extends Crowd["kind"]> = Extract<Crowd, { readonly kind: Kind }>;

/** Who says how many lie, and not of how many, gets the fewest that bear it. */
function membersOf(flags: SimulateFlags, { byzantineMax }: Of<"members">): CrowdWishes {
  refuse(flags, ["proposers", "acceptors", "crashed"], "all members are alike there: say --members");
  const asked =
    flags.members === undefined ? undefined : wholeNumber("--members", flags.members, MEMBERS_MAX, 1);
  if (flags.byzantine === undefined && flags.adversary === undefined)
    return { ...(asked !== undefined && { members: asked }), notes: [] };
  const byzantine = liarsOf(flags);
  if (byzantine === 0) return { ...(asked !== undefined && { members: asked }), byzantine, notes: [] };
  const members = asked ?? fewestFor(byzantine, byzantineMax);
  const withstood = byzantineMax(members);
  if (byzantine > 2 * withstood) {
    const named =
      withstood === 0 ? "" : `, and with up to ${2 * withstood} the liars can be named afterwards`;
    throw badInput(
      "byzantine",
      `${typed(flags, byzantine)} of ${members} members: ${flags.consensus} withstands ${withstood}${named}. With more ` +
        "nothing is promised, so there is nothing to check: ask for fewer, or for more --members",
    );
  }
  const isMany = byzantine > withstood;
  const notes = isMany
    ? [
        `${byzantine} of ${members} lie, and no more than ${withstood} may: two blocks may be decided at one height. Only ` +
          "checked is what holds even then, above all that the stored votes prove who lied, and accuse nobody else",
      ]
    : [];
  return { members, byzantine, notes };
}

/** Any proposer may lie, all of them too; of acceptors no more than t_a may crash for ever. */
function rolesOf(flags: SimulateFlags, { crashMax }: Of<"roles">): CrowdWishes {
  refuse(flags, ["members"], "members are proposers or acceptors there: say --proposers and --acceptors");
  const number = (name: "proposers" | "acceptors" | "crashed", least: number): number | undefined => {
    const text = flags[name];
    return text === undefined ? undefined : wholeNumber(`--${name}`, text, MEMBERS_MAX, least);
  };
  const [proposers, crashed] = [number("proposers", 1), number("crashed", 0)];
  const acceptors =
    number("acceptors", 1) ?? (crashed === undefined ? undefined : fewestFor(Math.max(1, crashed), crashMax));
  if (crashed !== undefined && acceptors !== undefined && crashed > crashMax(acceptors))
    throw badInput(
      "crashed",
      `--crashed ${crashed} of ${acceptors} acceptors: ${flags.consensus} bears ${crashMax(acceptors)} that never come ` +
        "back (t_a). With more nothing can be decided: ask for fewer, or for more --acceptors",
    );
  const there = {
    ...(acceptors !== undefined && { acceptors }),
    ...(crashed !== undefined && { crashed }),
  };
  if (flags.byzantine === undefined && flags.adversary === undefined)
    return { ...there, ...(proposers !== undefined && { proposers }), notes: [] };
  const byzantine = liarsOf(flags);
  const all = proposers ?? Math.min(byzantine + 1, MEMBERS_MAX);
  if (byzantine > all)
    throw badInput(
      "byzantine",
      `${typed(flags, byzantine)} of ${all} ${all === 1 ? "proposer" : "proposers"}: only proposers lie in ` +
        `${flags.consensus}, acceptors crash: ask for fewer, or for more --proposers`,
    );
  const notes =
    byzantine === all
      ? [
          "every proposer lies: nothing need be decided then. Only checked is that nothing wrong is, and that nobody who " +
            "keeps the rules is accused",
        ]
      : [];
  return { ...there, proposers: all, byzantine, notes };
}

function liarsOf(flags: SimulateFlags): number {
  const byzantine = wholeNumber("--byzantine", flags.byzantine ?? "1", MEMBERS_MAX);
  if (byzantine === 0 && flags.adversary !== undefined)
    throw badInput("byzantine", "--byzantine 0 has nobody lie, and --adversary says how: leave one out");
  return byzantine;
}

function typed({ byzantine, adversary }: SimulateFlags, count: number): string {
  return byzantine === undefined ? `--adversary ${adversary}, by one` : `--byzantine ${count}`;
}

function refuse(flags: SimulateFlags, names: readonly (typeof CROWD_FLAGS)[number][], why: string): void {
  const found = names.find((name) => flags[name] !== undefined);
  if (found !== undefined)
    throw badInput("conflicting-options", `--${found} is not for ${flags.consensus}: ${why}`);
}

function fewestFor(count: number, bearable: (members: number) => number): number {
  let members = 1;
  while (bearable(members) < count && members < MEMBERS_MAX) members++;
  return members;
}
