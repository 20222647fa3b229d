// Commit certificates: each holds under the membership of its own height, and there can be none for two blocks of one
// height, gathered by anybody or not.
import { certificateChecks, type PbftInput } from "@witan/consensus";
import { byzantineQuorum, type Membership, type PbftCertificate } from "@witan/primitives";
import { Violation } from "../../world/violation.ts";
import { CHAIN } from "../cast.ts";
import type { CheckMaker } from "../check.ts";
import type { Process } from "../process.ts";
import type { PbftWorld } from "../world.ts";

/** Certificates hold, and no second block of a height has one or could have one. */
export const certificates: CheckMaker = (world) => {
  const seen = new Map<number, string>();
  const voters = new Map<string, Set<number>>();

  const certified = (height: number, hash: string, how: () => string) => {
    const first = seen.get(height);
    if (first === undefined) seen.set(height, hash);
    else if (first !== hash)
      throw new Violation(
        "certificates",
        `two blocks of height ${height} have certificates: ${first.slice(0, 8)}, and ${hash.slice(0, 8)} ${how()}`,
      );
  };
  const shown = ({ height, blockHash }: PbftCertificate, at: Process) =>
    certified(height, blockHash, () => `in what p${at.place} was told`);

  return {
    name: "certificates",
    signed: (at, { sender, message }) => {
      if (message.kind !== "commit" || at.lies) return;
      const name = `${message.membership} ${message.view} ${message.height} ${message.blockHash}`;
      const before = voters.get(name) ?? new Set();
      voters.set(name, before);
      if (before.has(sender)) return;
      before.add(sender);
      const members = at.membershipAt(message.height) as Membership;
      // Liars may sign anything: what lacks their votes only is decided, whether they have signed or not.
      if (before.size + liarsIn(world, members) >= byzantineQuorum(members.members.length))
        certified(message.height, message.blockHash, () => `by COMMITs in view ${message.view}`);
    },
    stepped: (at, input) => {
      if (!at.lies) for (const one of certificatesIn(input)) shown(one, at);
    },
    decided: (at, certificate) => {
      if (at.lies) return;
      const answer = certificateChecks(CHAIN, certificate, (height) => at.membershipAt(height));
      if (answer.kind !== "checks" || !world.cast.hold(answer.checks))
        throw new Violation(
          "certificates",
          `the certificate by which p${at.place} decided height ${certificate.height} does not hold`,
        );
      shown(certificate, at);
    },
  };
};

function liarsIn(world: PbftWorld, { members }: Membership): number {
  return members.filter(({ name }) => world.cast.isLiar(name)).length;
}

const NONE: readonly PbftCertificate[] = [];

/** What an engine is told of that its host has checked. */
function certificatesIn(input: PbftInput): readonly PbftCertificate[] {
  if (input.kind === "synced") return [input.certificate];
  if (input.kind !== "message") return NONE;
  const { message } = input.message;
  if (message.kind === "viewChange") return message.decided;
  return message.kind === "newView" ? message.viewChanges.flatMap(({ content }) => content.decided) : NONE;
}
