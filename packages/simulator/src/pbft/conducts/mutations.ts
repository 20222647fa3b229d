// Random mutation of what leaves, in value and in time. In small scope as ByzzFuzz does (Winter et al., "Randomized Testing
// of Byzantine Fault Tolerant Algorithms", 2023): a value next to the true one, for some receivers, in one round; and in
// any scope, with values from anywhere.
import type { NewView, PbftMessage, SignedMessage, ViewChange } from "@witan/consensus";
import { remembered } from "../../engines/conducts/places.ts";
import type { Random } from "../../random.ts";
import type { ConductMaker, Liar } from "../conduct.ts";
import { instead, inventedHash, isVote, moved } from "./saying.ts";

/** What befalls one message. */
interface Mutation {
  readonly to: ReadonlySet<number>;
  /** Undefined: it is lost. */
  readonly message: PbftMessage | undefined;
  readonly afterUs: number;
}

type Mutate = (
  message: PbftMessage,
  before: PbftMessage | undefined,
  liar: Liar,
  random: Random,
) => PbftMessage;

const REMEMBERED = 16;

function mutating(name: string, mutate: Mutate): ConductMaker {
  return (random) => {
    const permille = random.pick([20, 100, 300]);
    const drawn = remembered<Mutation | undefined>(REMEMBERED);
    const before = new Map<PbftMessage["kind"], PbftMessage>();
    const draw = ({ message }: SignedMessage, liar: Liar): Mutation | undefined => {
      const last = before.get(message.kind);
      before.set(message.kind, message);
      if (!random.chance(permille)) return undefined;
      const to = new Set(random.some(liar.others, random.pick([300, 500, 1_000])));
      switch (random.below(6)) {
        case 0:
          return { to, message: undefined, afterUs: 0 };
        case 1:
          return { to, message, afterUs: random.between(1, 2 * liar.viewUs) };
        default:
          return { to, message: mutate(message, last, liar, random), afterUs: 0 };
      }
    };
    return {
      name,
      sends: (outgoing, liar) => {
        const { signed } = outgoing;
        if (!liar.isOwn(signed)) return [outgoing];
        const mutation = drawn(signed.signature, () => draw(signed, liar));
        if (mutation === undefined || !mutation.to.has(outgoing.to)) return [outgoing];
        if (mutation.message === undefined) return [];
        const mutated =
          mutation.message === signed.message ? outgoing : instead(outgoing, mutation.message, liar);
        return [{ ...mutated, afterUs: mutated.afterUs + mutation.afterUs }];
      },
    };
  };
}

/** A neighbour: never below 0. */
function beside<T extends number>(value: T, random: Random): T {
  return moved(value, random.pick([-1, 1]));
}

/** View or height off by one, earlier members, another block, the message before it again. */
export const mutation = mutating("mutation", (message, before, liar, random) => {
  if (before !== undefined && random.chance(200)) return before;
  if (message.kind === "viewChange") return mutatedViewChange(message, random);
  if (message.kind === "newView") return mutatedNewView(message, random);
  if (message.kind === "checkpoint")
    return random.chance(500)
      ? { ...message, height: beside(message.height, random) }
      : { ...message, digest: inventedHash(random) };
  switch (random.below(4)) {
    case 0:
      return { ...message, view: beside(message.view, random) };
    case 1:
      return { ...message, height: beside(message.height, random) };
    case 2: {
      const before = liar.conspiracy.membershipAt(message.membership - 1);
      return { ...message, membership: before?.from ?? message.membership };
    }
    default:
      return { ...message, blockHash: liar.conspiracy.rivalOf(message.blockHash, liar.ground).hash };
  }
});

function mutatedViewChange(message: ViewChange, random: Random): ViewChange {
  switch (random.below(4)) {
    case 0:
      return { ...message, view: beside(message.view, random) };
    case 1:
      return { ...message, decidedHeight: beside(message.decidedHeight, random) };
    case 2:
      return { ...message, decided: [] };
    default:
      return { ...message, prepared: [] };
  }
}

function mutatedNewView(message: NewView, random: Random): NewView {
  if (random.chance(500)) return { ...message, view: beside(message.view, random) };
  return {
    ...message,
    viewChanges: message.viewChanges.toSpliced(random.below(message.viewChanges.length), 1),
  };
}

/** Any value in any field, and votes of another kind than they were. */
export const wildMutation = mutating("wild-mutation", (message, _before, _liar, random) => {
  const anything = random.pick([0, 1, random.below(64), random.next(), Number.MAX_SAFE_INTEGER]);
  if (isVote(message) && random.chance(300))
    return { ...message, kind: random.pick(["prePrepare", "prepare", "commit"] as const) };
  const field = random.pick(Object.keys(message).filter((name) => name !== "kind"));
  const value = (message as unknown as Readonly<Record<string, unknown>>)[field];
  if (typeof value === "number") return { ...message, [field]: anything };
  if (typeof value === "string") return { ...message, [field]: inventedHash(random) };
  return { ...message, [field]: Array.isArray(value) ? value.slice(1) : value };
});
