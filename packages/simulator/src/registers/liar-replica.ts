// What replicas that lie answer good clients. What they sign for bad clients is anything at all (bad-client.ts).
import {
  EMPTY_REGISTER,
  type RegisterAnswer,
  type RegisterOperation,
  type RegisterState,
} from "@witan/consensus";
import type { Random } from "../random.ts";
import { ReplicaProcess } from "./replica.ts";

/** A way to lie: the state that it answers from, or something else. */
type Conduct = (liar: LiarReplica, name: string) => "silent" | "denies" | RegisterState | undefined;

/** The ways of replicas to lie. `undefined`: this time what is true. */
export const REPLICA_CONDUCTS: Readonly<
  Record<string, { readonly says: string; readonly conduct: Conduct }>
> = {
  silent: { says: "replica: answers nothing", conduct: () => "silent" },
  denies: { says: "replica: refuses whatever it is asked", conduct: () => "denies" },
  forgets: { says: "replica: says that nothing was ever written", conduct: () => EMPTY_REGISTER },
  stale: {
    says: "replica: answers with what it held at some time before",
    conduct: (liar, name) => liar.earlier(name),
  },
  "two-faced": {
    says: "replica: answers now this way, now that",
    conduct: (liar, name) =>
      liar.chance.pick([undefined, "silent", "denies", EMPTY_REGISTER, liar.earlier(name)] as const),
  },
};

/** A replica that lies. It keeps what it is told as others do, so that its lies are good ones. */
export class LiarReplica extends ReplicaProcess {
  readonly chance: Random;
  readonly #conduct: Conduct;
  readonly #name: string;
  readonly #earlier = new Map<string, RegisterState[]>();

  constructor(
    world: ConstructorParameters<typeof ReplicaProcess>[0],
    place: number,
    { name, chance }: { readonly name: string; readonly chance: Random },
  ) {
    super(world, place);
    this.chance = chance;
    this.#name = name;
    this.#conduct = (REPLICA_CONDUCTS[name] as (typeof REPLICA_CONDUCTS)[string]).conduct;
  }

  /** Something that it held of a register. */
  earlier(name: string): RegisterState {
    return this.chance.pick(this.#earlier.get(name) ?? [EMPTY_REGISTER]);
  }

  protected override answer(to: number, request: RegisterOperation, answer: RegisterAnswer): void {
    const { name } = request.register;
    const all = this.#earlier.get(name) ?? [];
    this.#earlier.set(name, [...all.slice(-20), this.stateOf(name)]);
    const said = this.world.isBad(to) ? undefined : this.#conduct(this, name);
    if (said === undefined) {
      super.answer(to, request, answer);
      return;
    }
    this.world.lies(this, this.#name);
    if (said === "silent") return;
    if (said === "denies") {
      const { membership } = answer;
      super.answer(to, request, { kind: "refused", membership, code: "not-permitted", entry: [] });
      return;
    }
    super.answer(to, request, this.#from(said, request, answer));
  }

  #from(state: RegisterState, request: RegisterOperation, answer: RegisterAnswer): RegisterAnswer {
    if (answer.kind !== "timestamp" && answer.kind !== "value") return answer;
    return this.world.servedFrom(this.place, state, request);
  }
}
