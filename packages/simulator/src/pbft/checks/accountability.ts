// With more liars than f two blocks may be decided at one height. Then what the correct have on their disks must prove
// f + 1 members guilty. And nothing that anybody has ever proves a correct one guilty.
import { type Guilt, guiltChecks, guiltsOf, type Held, statementsOf } from "@witan/consensus";
import { byzantineMax, type Membership, type PbftCertificate } from "@witan/primitives";
import { Violation } from "../../world/violation.ts";
import { CHAIN } from "../cast.ts";
import type { CheckMaker } from "../check.ts";
import type { PbftWorld } from "../world.ts";

/** Certificates of the newest heights that are looked at when a world ends well: of each process. */
const NEWEST = 32;

/** A fork ends the world, and is only then no violation, when the disks show who is to blame. */
export const accountability: CheckMaker = (world) => {
  const first = new Map<number, PbftCertificate>();
  return {
    name: "accountability",
    decided: (at, certificate, { height, hash }) => {
      if (at.lies) return;
      const other = first.get(height);
      if (other === undefined) first.set(height, certificate);
      if (other === undefined || other.blockHash === hash) return;
      const members = at.membershipAt(height) as Membership;
      const guilty = provenGuilty(world, { upTo: height, certificates: [other, certificate] });
      const proven = guilty.filter(({ membership }) => membership === members.from);
      const needed = byzantineMax(members.members.length) + 1;
      if (new Set(proven.map(({ member }) => member)).size < needed)
        throw new Violation(
          "accountability",
          `two blocks decided at height ${height}, and ${textOf(guilty)}: fewer than ${needed}`,
        );
      world.countAlso("proven-forks");
      world.end();
    },
    ended: () => {
      const chains = world.correct.map(({ disk }) => disk.chain);
      const upTo = Math.max(...chains.map(({ length }) => length));
      const certificates = chains.flatMap((chain) => chain.slice(-NEWEST).map((one) => one.certificate));
      provenGuilty(world, { upTo, certificates });
    },
  };
};

/** Who is proven guilty by the disks of the correct. @throws {Violation} a correct one is */
function provenGuilty(
  world: PbftWorld,
  { upTo, certificates }: { upTo: number; certificates: readonly PbftCertificate[] },
): readonly Guilt[] {
  const disks = world.correct.map(({ disk }) => disk);
  const held: Held = {
    certificates,
    prepared: disks.flatMap(({ progress }) => progress?.prepared ?? []),
    newViews: disks.flatMap(({ newViews }) => newViews),
    evidence: disks.flatMap(({ evidence }) => evidence),
  };
  // All agree on the members up to the height in question.
  const longest = world.correct.reduce((a, b) => (b.height > a.height ? b : a));
  const memberships = (height: number) => (height <= upTo ? longest.membershipAt(height) : undefined);
  const guilts = guiltsOf(statementsOf(held, memberships));
  for (const guilt of guilts) {
    const membership = memberships(guilt.membership) as Membership;
    const answer = guiltChecks(CHAIN, guilt, membership);
    const name = membership.members[guilt.member]?.name ?? "nobody";
    if (answer.kind !== "checks" || !world.cast.hold(answer.checks))
      throw new Violation("accountability", `what is said against ${name} proves nothing (${guilt.kind})`);
    if (!world.cast.isLiar(name))
      throw new Violation("accountability", `${name} is correct, and proven guilty of ${guilt.kind}`);
  }
  return guilts;
}

function textOf(guilts: readonly Guilt[]): string {
  if (guilts.length === 0) return "nobody is proven guilty";
  return `proven guilty are ${guilts.map(({ member, kind }) => `member ${member} of ${kind}`).join(", ")}`;
}
