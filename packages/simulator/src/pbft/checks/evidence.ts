// Whoever is accused is guilty: evidence is two votes of one member that contradict each other, and never against a
// correct one. And who is told two such votes accuses.
import {
  digestOf,
  type Equivocation,
  type PbftEffect,
  type PbftMessage,
  type SignedMessage,
  sameBallot,
} from "@witan/consensus";
import type { Membership } from "@witan/primitives";
import { Violation } from "../../world/violation.ts";
import { CHAIN } from "../cast.ts";
import type { CheckMaker } from "../check.ts";
import type { Process } from "../process.ts";
import type { PbftWorld, WorldEngine } from "../world.ts";

type Vote = Extract<PbftMessage, { kind: "prePrepare" | "prepare" | "commit" }>;

/** Evidence that correct processes hand out holds, and they hand out what they have. */
export const evidence: CheckMaker = (world) => {
  const told = new Map<Process, Told>();
  return {
    name: "evidence",
    accused: (at, found, members) => {
      if (at.lies) return;
      const wrong = wrongWith(world, found, members);
      if (wrong !== undefined)
        throw new Violation("evidence", `p${at.place} accuses member ${found.first.sender}: ${wrong}`);
    },
    stepped: (at, input, effects) => {
      if (at.lies) return;
      // Where the engine stands: the disk may be a height ahead of it, and what comes meanwhile may be pushed out by others.
      if (input.kind === "applied") told.set(at, nothingTold(at, input.height + 1));
      // Messages that waited for this height are taken in with the block before.
      if (input.kind === "message" || input.kind === "applied") noteAccused(at, effects);
      if (input.kind !== "message") return;
      const { sender, message } = input.message;
      if (message.kind !== "prePrepare" && message.kind !== "prepare" && message.kind !== "commit") return;
      if (message.height !== toldTo(at).height || message.view > SURELY_COUNTED) return;
      const name = at.ground.membership.members[sender]?.name;
      if (name === undefined || !world.cast.isLiar(name)) return;
      if (isSilentAbout(toldTo(at), { sender, message }))
        throw new Violation(
          "evidence",
          `p${at.place} was told two votes of member ${sender} that contradict each other, and accuses nobody`,
        );
    },
  };

  function toldTo(at: Process): Told {
    const known = told.get(at);
    if (known?.engine === at.engine) return known;
    const made = nothingTold(at, at.height + 1);
    told.set(at, made);
    return made;
  }

  function noteAccused(at: Process, effects: readonly PbftEffect[]): void {
    for (const effect of effects) {
      if (effect.kind !== "evidence") continue;
      const { sender, message } = effect.evidence.first;
      toldTo(at).accused.add(`${sender} ${message.kind}`);
    }
  }
};

/** A view that is at most so far above the present one, whatever that is: its votes are kept. */
const SURELY_COUNTED = 8;

/** What liars have told a process in its present life at its present height. */
interface Told {
  readonly engine: WorldEngine;
  readonly height: number;
  readonly votes: Map<string, Vote>;
  /** Whom it accused, of what kind of vote. */
  readonly accused: Set<string>;
}

function nothingTold({ engine }: Process, height: number): Told {
  return { engine, height, votes: new Map(), accused: new Set() };
}

/** Whether an engine, with this vote, has two that contradict each other in its view, and has not said so. */
function isSilentAbout(
  { engine, height, votes, accused }: Told,
  { sender, message }: { sender: number; message: Vote },
): boolean {
  const accusation = `${sender} ${message.kind}`;
  const name = `${accusation} ${message.membership} ${message.view}`;
  const first = votes.get(name);
  if (first === undefined) votes.set(name, message);
  if (first === undefined || sameBallot(first, message) || accused.has(accusation)) return false;
  const { view, phase, primary, membership, height: now } = engine.status();
  if (phase === "deciding" || phase === "changingView" || now !== height) return false;
  if (message.membership !== membership || message.view !== view) return false;
  return message.kind !== "prePrepare" || sender === primary;
}

function wrongWith(
  world: PbftWorld,
  { first, second }: Equivocation,
  { members }: Membership,
): string | undefined {
  const member = members[first.sender];
  if (member === undefined || second.sender !== first.sender) return "the votes are not of one member";
  if (!world.cast.isLiar(member.name)) return "it is correct";
  const [a, b] = [first.message, second.message];
  const isOneSlot =
    a.kind === b.kind && a.membership === b.membership && a.view === b.view && a.height === b.height;
  if (!isOneSlot || sameBallot(a, b)) return "the votes do not contradict each other";
  const checks = [first, second].map(({ message, signature }: SignedMessage) => ({
    digest: digestOf(CHAIN, message),
    publicKey: member.votingKey,
    signature,
  }));
  return world.cast.hold(checks) ? undefined : "it has not signed both votes";
}
