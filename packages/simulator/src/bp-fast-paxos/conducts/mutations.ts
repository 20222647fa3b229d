// Messages off by a little, or with anything in them, for some receivers, now and then (after ByzzFuzz, OOPSLA 2023).
import type { Accept, BpfpMessage } from "@witan/consensus";
import { inventedHash, moved } from "../../engines/conducts/made-up.ts";
import { remembered } from "../../engines/conducts/places.ts";
import type { Random } from "../../random.ts";
import type { ConductMaker, Liar } from "../conduct.ts";
import { rivalHash } from "./saying.ts";

/** What happens to one message: for some of its receivers. */
interface Mutation {
  readonly to: ReadonlySet<number>;
  /** Undefined: it is lost. */
  readonly message: BpfpMessage | undefined;
  readonly afterUs: number;
}

type Mutate = (message: BpfpMessage, liar: Liar, random: Random) => BpfpMessage;

const REMEMBERED = 16;

function mutating(name: string, mutate: Mutate): ConductMaker {
  return (random) => {
    const permille = random.pick([20, 100, 300]);
    const drawn = remembered<Mutation | undefined>(REMEMBERED);
    const draw = (message: BpfpMessage, liar: Liar): Mutation | undefined => {
      if (!random.chance(permille)) return undefined;
      const to = new Set(random.some(liar.others, random.pick([300, 500, 1_000])));
      const kind = random.below(6);
      if (kind === 0) return { to, message: undefined, afterUs: 0 };
      if (kind === 1) return { to, message, afterUs: random.between(1, 2 * liar.roundUs) };
      const made = mutate(message, liar, random);
      return { to, message: made.kind === "accept" ? liar.signed(made) : made, afterUs: 0 };
    };
    return {
      name,
      sends: (outgoing, liar) => {
        const key = `${liar.nowUs} ${JSON.stringify(outgoing.message).slice(0, 200)}`;
        const mutation = drawn(key, () => draw(outgoing.message, liar));
        if (mutation === undefined || !mutation.to.has(outgoing.to)) return [outgoing];
        if (mutation.message === undefined) return [];
        return [{ ...outgoing, message: mutation.message, afterUs: outgoing.afterUs + mutation.afterUs }];
      },
    };
  };
}

/** Round or height off by one, another block, a promise less in the proof, or one of its votes changed. */
export const mutation = mutating("mutation", (message, liar, random) => {
  const by = random.pick([-1, 1]);
  if (message.kind === "accept") return mutatedAccept(message, liar, random, by);
  if (message.kind === "status")
    return random.chance(500)
      ? { ...message, height: moved(message.height, by) }
      : { ...message, round: moved(message.round, by) };
  return message;
});

function mutatedAccept(accept: Accept, liar: Liar, random: Random, by: number): Accept {
  const { proof } = accept;
  const at = proof.length === 0 ? -1 : random.below(proof.length);
  switch (random.below(at < 0 ? 3 : 6)) {
    case 0:
      return { ...accept, round: moved(accept.round, by) };
    case 1:
      return { ...accept, height: moved(accept.height, by) };
    case 2:
      return { ...accept, blockHash: rivalHash(liar, accept.blockHash) };
    case 3:
      return { ...accept, proof: proof.toSpliced(at, 1) };
    case 4:
      return { ...accept, proof: proof.map((one, other) => (other === at ? { ...one, vote: [] } : one)) };
    default:
      return { ...accept, proof: [] };
  }
}

/** Any value in any field. */
export const wildMutation = mutating("wild-mutation", (message, _liar, random) => {
  const anything = random.pick([0, 1, random.below(64), random.next(), Number.MAX_SAFE_INTEGER]);
  const field = random.pick(
    Object.keys(message).filter((name) => name !== "kind" && name !== "proven" && name !== "reason"),
  );
  const value = (message as unknown as Readonly<Record<string, unknown>>)[field];
  if (typeof value === "number") return { ...message, [field]: anything };
  if (typeof value === "string") return { ...message, [field]: inventedHash(random) };
  return { ...message, [field]: Array.isArray(value) ? value.slice(1) : value };
});
