// Every state that one set of bad clients can bring a register to with the help of one bad replica: settles how many writes
// they may leave behind, for any rules (protocols/bft-bc.md, "The bounds are claims: test them"). The replicas are those of
// the product; signatures are left out, since the bad clients ask for nothing that could not be signed.
import {
  asChecked,
  compareVersions,
  covers,
  EMPTY_REGISTER,
  heldVersion,
  type RegisterOperation,
  type RegisterState,
  type RegisterVersion,
  sameVersion,
  serveRegister,
  successor,
  UNWRITTEN,
} from "@witan/consensus";
import { assert, type PublicKey, present } from "@witan/primitives";
import {
  CORRECT,
  HELPED,
  hashOf,
  IDS,
  keyOf,
  keyOfPlace,
  letterOf,
  MEMBERSHIP,
  NOTHING,
  orderOf,
  type Place,
  PROOF_SETS,
  placeOf,
  proofOf,
  type RegisterBounds,
  type RegisterModel,
  SIGNATURE,
  wordsOf,
  writeProofOf,
} from "./small-model.ts";

/** One replica, and what it signed for bad clients of which they have no proof yet. */
interface Seat {
  readonly state: RegisterState;
  /** Bits, by version: what it acknowledged in either list. */
  readonly prepared: number;
  readonly optimistic: number;
}

interface Action {
  readonly number: number;
  readonly words: string;
  readonly request: RegisterOperation;
}

type Draft = Omit<Action, "number">;

/** How a state was first reached. */
interface Step {
  readonly from: number;
  /** Which of the seats it was, and where the seats went: states have them in one order. */
  readonly at: number;
  readonly order: readonly number[];
  readonly words: string;
}

/** A search, which can be run in pieces. */
export class RegisterSearch {
  readonly #model: RegisterModel;
  readonly #versions: readonly RegisterVersion[];
  readonly #keys: readonly PublicKey[];
  readonly #seats: Seat[] = [];
  readonly #seatIds = new Map<string, number>();
  /** By seat, then action: the seat after it. */
  readonly #after: number[][] = [];
  readonly #actionNumbers = new Map<string, number>();
  /** By what bad clients have proofs for. */
  readonly #actionsFor = new Map<string, readonly Action[]>();
  /** Every state seen, and the one that it was first reached from, with what was sent. */
  readonly #seen = new Map<number, Step>();
  /** In the order in which they were reached: the worst is found on a shortest way. */
  readonly #open: number[] = [];
  #next = 0;
  #lurking = 0;
  #overwrites = 1;
  #twoValues = false;
  #worst: number | undefined;

  constructor(model: RegisterModel) {
    this.#model = model;
    this.#keys = Array.from({ length: model.clients }, (_, client) => keyOf(client));
    this.#versions = this.#keys.flatMap((client) =>
      Array.from({ length: model.timestamps }, (_, at) => at + 1).flatMap((counter) =>
        Array.from({ length: model.values }, (_, value) => ({
          timestamp: { counter, client },
          hash: hashOf(value),
        })),
      ),
    );
    assert(2 ** this.#versions.length <= PROOF_SETS, "more versions than a set of proofs has bits");
    const first = this.#idOf({ state: EMPTY_REGISTER, prepared: 0, optimistic: 0 });
    this.#reach({ seats: [first, first, first], proven: 0 }, { from: 0, at: 0, words: "" });
  }

  get isDone(): boolean {
    return this.#next === this.#open.length;
  }

  /** The worst so far. */
  get bounds(): RegisterBounds {
    return {
      states: this.#seen.size,
      lurking: this.#lurking,
      overwrites: this.#overwrites,
      twoValues: this.#twoValues,
      path: this.#worst === undefined ? [] : this.#pathTo(this.#worst),
    };
  }

  /** Goes on from so many states. */
  advance(count: number): void {
    for (let left = count; left > 0; left--) {
      const key = this.#open[this.#next];
      if (key === undefined) return;
      this.#next++;
      this.#expand(key);
    }
  }

  #expand(key: number): void {
    const place = placeOf(key);
    const { seats, proven } = place;
    const provable = this.#versions.filter((_, at) => ((proven >> at) & 1) === 1);
    this.#judge(key, seats, provable);
    const actions = this.#actions(seats, provable);
    for (const [at, id] of seats.entries()) {
      if (at > 0 && id === seats[at - 1]) continue;
      for (const action of actions) {
        const next = this.#step(id, action);
        if (next === id || (this.#model.isReduced && !this.#isGain(id, next, proven))) continue;
        const { words } = action;
        this.#reach(this.#proving({ seats: seats.with(at, next), proven }), { from: key, at, words });
      }
    }
  }

  #reach(place: Place, step: Omit<Step, "order">): void {
    const key = keyOfPlace(place);
    if (this.#seen.has(key)) return;
    this.#seen.set(key, { ...step, order: orderOf(place) });
    this.#open.push(key);
  }

  /** Whether a replica then holds something else, or has signed what there is no proof of. */
  #isGain(before: number, after: number, proven: number): boolean {
    const [one, other] = [this.#seat(before), this.#seat(after)];
    if (!sameVersion(heldVersion(one.state), heldVersion(other.state))) return true;
    const fresh = (other.prepared & ~one.prepared) | (other.optimistic & ~one.optimistic);
    return (fresh & ~proven) !== 0;
  }

  /** Puts together what was signed: by list, or by both where a proof may be of two. What is proven needs no signatures more. */
  #proving({ seats, proven: before }: Place): Place {
    const { rules } = this.#model;
    const all = seats.map((id) => this.#seat(id));
    const ofTwo = (bits: readonly number[]): number =>
      bits.reduce(
        (both, one, at) => both | bits.slice(at + 1).reduce((sum, other) => sum | (one & other), 0),
        0,
      );
    const signed = rules.proofOfOneList
      ? ofTwo(all.map(({ prepared }) => prepared)) | ofTwo(all.map(({ optimistic }) => optimistic))
      : ofTwo(all.map(({ prepared, optimistic }) => prepared | optimistic));
    const proven = before | signed;
    const rest = all.map(({ state, prepared, optimistic }) =>
      this.#idOf({ state, prepared: prepared & ~proven, optimistic: optimistic & ~proven }),
    );
    return { seats: rest, proven };
  }

  #judge(key: number, seats: readonly number[], provable: readonly RegisterVersion[]): void {
    const held = seats.map((id) => heldVersion(this.#seat(id).state)).sort(compareVersions);
    // So many hold it or something later that one of them answers every read.
    const committed = present(held[CORRECT - HELPED], "what a quorum holds");
    const later = provable.filter((version) => compareVersions(version, committed) > 0);
    for (const [at, version] of provable.entries()) {
      const next = provable[at + 1];
      if (next !== undefined && isSameTime(version, next)) this.#twoValues = true;
    }
    for (const client of this.#keys) {
      const own = later.filter(({ timestamp }) => timestamp.client === client);
      const ahead = own.map(({ timestamp }) => timestamp.counter - committed.timestamp.counter + 1);
      const overwrites = Math.max(1, ...ahead);
      if (own.length > this.#lurking) this.#worst = key;
      this.#lurking = Math.max(this.#lurking, own.length);
      this.#overwrites = Math.max(this.#overwrites, overwrites);
    }
  }

  #actions(seats: readonly number[], provable: readonly RegisterVersion[]): readonly Action[] {
    const all = this.#writeProvable(seats, provable);
    const written = this.#model.isReduced && this.#model.variant !== "strong" ? all.slice(-1) : all;
    const name = [...provable, UNWRITTEN, ...written].map(wordsOf).join(" ");
    const known = this.#actionsFor.get(name);
    if (known !== undefined) return known;
    const drafts: readonly Draft[] = [
      ...provable.map((version) => this.#writing(version)),
      ...[UNWRITTEN, ...provable].flatMap((previous) => this.#preparing(previous, written)),
      ...(this.#model.variant === "optimized" ? this.#predicting(written) : []),
    ];
    const made = drafts.map((draft): Action => {
      const number = this.#actionNumbers.get(draft.words) ?? this.#actionNumbers.size;
      this.#actionNumbers.set(draft.words, number);
      return { ...draft, number };
    });
    this.#actionsFor.set(name, made);
    return made;
  }

  /** Of what enough replicas say that they have written it: they say so of whatever they hold, or hold something later than. */
  #writeProvable(seats: readonly number[], provable: readonly RegisterVersion[]): readonly RegisterVersion[] {
    const { variant } = this.#model;
    const isHeld = (version: RegisterVersion, held: RegisterVersion) =>
      variant === "optimized"
        ? compareVersions(held, version) >= 0
        : compareVersions({ ...held, hash: version.hash }, version) >= 0;
    return provable.filter(
      (version) => seats.filter((id) => isHeld(version, heldVersion(this.#seat(id).state))).length >= HELPED,
    );
  }

  #writing(version: RegisterVersion): Draft {
    const request = {
      kind: "write",
      register: this.#register,
      proof: proofOf(version),
      data: NOTHING,
    } as const;
    return { words: `WRITE ${wordsOf(version)}`, request };
  }

  #preparing(previous: RegisterVersion, written: readonly RegisterVersion[]): readonly Draft[] {
    const { values, timestamps, variant } = this.#model;
    if (previous.timestamp.counter >= timestamps) return [];
    const isFirst = previous === UNWRITTEN;
    const none = this.#model.isReduced && written.length > 0 ? [] : [undefined];
    // A strong register wants the proof of the version before, the others take any or none.
    const shown: readonly (RegisterVersion | undefined)[] =
      variant !== "strong"
        ? [...none, ...written]
        : isFirst
          ? [undefined]
          : written.filter((one) => sameVersion(one, previous));
    return this.#keys.flatMap((client) =>
      Array.from({ length: values }, (_, value) => hashOf(value)).flatMap((hash) =>
        shown.map((one): Draft => {
          const version = { timestamp: successor(previous.timestamp, client), hash };
          const words = `PREPARE ${wordsOf(version)}${one ? `, written ${wordsOf(one)}` : ""}`;
          const request: RegisterOperation = {
            ...{ kind: "prepare", register: this.#register, version, authorization: SIGNATURE },
            previous: isFirst ? [] : [proofOf(previous)],
            written: one === undefined ? [] : [writeProofOf(one)],
          };
          return { words, request };
        }),
      ),
    );
  }

  #predicting(written: readonly RegisterVersion[]): readonly Draft[] {
    const { values, isReduced } = this.#model;
    const none = isReduced && written.length > 0 ? [] : [undefined];
    return this.#keys.flatMap((client) =>
      Array.from({ length: values }, (_, value) => hashOf(value)).flatMap((hash) =>
        [...none, ...written].map((one): Draft => {
          const request: RegisterOperation = {
            ...{
              kind: "readAndPrepare",
              register: this.#register,
              nonce: hash,
              client,
              hash,
              signature: SIGNATURE,
            },
            written: one === undefined ? [] : [writeProofOf(one)],
          };
          const words = `READ-TS-PREP ${letterOf(hash)}${one ? `, written ${wordsOf(one)}` : ""}`;
          return { words, request };
        }),
      ),
    );
  }

  get #register() {
    return { name: "r", variant: this.#model.variant };
  }

  /** What a replica is after an action: worked out once. */
  #step(id: number, { number, request }: Action): number {
    const known = this.#after[id]?.[number];
    if (known !== undefined) return known;
    const seat = this.#seat(id);
    const { rules, timestamps } = this.#model;
    const options = { membership: MEMBERSHIP, permits: () => true, sign: () => SIGNATURE, rules };
    const { changed, answer } = serveRegister(options, seat.state, asChecked(request));
    const state = changed ?? seat.state;
    let { prepared, optimistic } = seat;
    if (answer.kind === "prepared") prepared |= this.#bit(answer.version);
    if (answer.kind === "timestamp" && request.kind === "readAndPrepare" && answer.entered.length > 0) {
      const timestamp = successor(answer.version.timestamp, request.client);
      // Beyond the model: what follows is not looked at.
      if (timestamp.counter > timestamps) return this.#learn(id, number, id);
      optimistic |= this.#bit({ timestamp, hash: request.hash });
    }
    return this.#learn(id, number, this.#idOf({ state, prepared, optimistic }));
  }

  #learn(id: number, action: number, next: number): number {
    (this.#after[id] as number[])[action] = next;
    return next;
  }

  #bit(version: RegisterVersion): number {
    return 1 << this.#versions.findIndex((one) => sameVersion(one, version));
  }

  #seat(id: number): Seat {
    return this.#seats[id] as Seat;
  }

  #idOf(seat: Seat): number {
    const { prepared, optimistic } = seat;
    const state = this.#tidy(seat.state);
    const words = [heldVersion(state), state.written, ...state.prepared].map(wordsOf);
    const name = [...words, "/", ...state.optimistic.map(wordsOf), prepared, optimistic].join(" ");
    const known = this.#seatIds.get(name);
    if (known !== undefined) return known;
    const id = this.#seats.length;
    assert(id < IDS, "more states of one replica than fit into a number");
    this.#seats.push({ ...seat, state });
    this.#after.push([]);
    this.#seatIds.set(name, id);
    return id;
  }

  /** Without rule M an entry that was written is as good as gone: states that differ in such entries are one. */
  #tidy(state: RegisterState): RegisterState {
    const { rules, isReduced, variant } = this.#model;
    const isOpen = (entry: RegisterVersion) => !covers(rules, state.written, entry);
    const isKept = rules.onlyGreater || rules.oneHashForTimestamp;
    const { prepared, optimistic } = state;
    const open = isKept
      ? { prepared, optimistic }
      : { prepared: prepared.filter(isOpen), optimistic: optimistic.filter(isOpen) };
    // Every request that comes carries a proof at least as great.
    const written = isReduced && variant !== "strong" ? UNWRITTEN : state.written;
    return { ...state, ...open, written };
  }

  #pathTo(key: number): readonly string[] {
    const steps: Step[] = [];
    for (let at = this.#seen.get(key); at && at.words !== ""; at = this.#seen.get(at.from)) steps.push(at);
    let names = [0, 1, 2];
    return steps.reverse().map(({ at, order, words }) => {
      const told = `v${names[at]}: ${words}`;
      names = order.map((place) => names[place] as number);
      return told;
    });
  }
}

function isSameTime(a: RegisterVersion, b: RegisterVersion): boolean {
  return compareVersions({ ...a, hash: b.hash }, b) === 0;
}
