// How a new validator comes to what the registers hold: it asks those who were validators before it, and answers nobody before a
// quorum of them has told all. Otherwise a quorum of readers could consist of new ones, of liars and of those that were passed
// over, and a write that was done would be gone. Takes no value without its proof.
import {
  compareRegisters,
  compareVersions,
  EMPTY_REGISTER,
  heldVersion,
  prepareProofChecks,
  type RegisterId,
  registerQuorum,
} from "@witan/consensus";
import {
  type ChainId,
  type Height,
  type Membership,
  type Network,
  type PeerId,
  registerNameShape,
  sha256Hex,
  voters,
} from "@witan/primitives";
import type { CheckedSignatures } from "../consensus/checked-signatures.ts";
import type { Log } from "../ports.ts";
import { type HandedRegister, registersCodec, requestCodec } from "../wire.ts";
import type { RegisterRecords, RegisterWrite } from "./register-records.ts";
import { type RegisterSeat, registerSeat, type SeatSource } from "./register-seat.ts";

/** How long one page may take. */
const REQUEST_TIMEOUT_MS = 10_000;
/** Pages of one peer in one go, once a second: peers refuse who asks much faster. All there can be are a quarter of a minute. */
const PAGES_IN_A_GO = 16;

/** How far a peer has told what it holds. */
interface Telling {
  last: RegisterId | undefined;
  isAll: boolean;
}

/** What a handover needs. */
export interface RegisterHandoverOptions extends SeatSource {
  readonly chain: SeatSource["chain"] & { readonly chain: { readonly chainId: ChainId } };
  readonly network: Pick<Network, "request" | "reportFault">;
  readonly signatures: CheckedSignatures;
  readonly records: RegisterRecords;
  readonly registersMax: number;
  readonly log: Pick<Log, "info">;
  readonly onFailure: (error: unknown) => void;
}

/** Takes over what the registers hold, once for each time that this node becomes a validator. */
export class RegisterHandover {
  readonly #options: RegisterHandoverOptions;
  /** Since when it is to have voted, and who has told what: their word stays good, for what is written later others know. */
  #under: { readonly since: Height; readonly told: Map<PeerId, Telling>; isBusy: boolean } | undefined;
  #written: Promise<void> = Promise.resolve();

  constructor(options: RegisterHandoverOptions) {
    this.#options = options;
  }

  /** Whether a replica knows all that was written before it became one. */
  isDone({ since }: RegisterSeat): boolean {
    return since === undefined || this.#options.records.takenOverAt === since;
  }

  /** Goes on with it, if there is anything to take over. To be called every now and then. */
  look(): void {
    const seat = registerSeat(this.#options);
    if (seat?.since === undefined || this.isDone(seat)) return;
    const { since } = seat;
    if (this.#under?.since !== since) this.#under = { since, told: new Map(), isBusy: false };
    if (this.#under.isBusy) return;
    const under = this.#under;
    under.isBusy = true;
    this.#goOn(since, under.told)
      .catch(this.#options.onFailure)
      .finally(() => {
        under.isBusy = false;
      });
  }

  async #goOn(since: Height, told: Map<PeerId, Telling>): Promise<void> {
    const { chain, records, log } = this.#options;
    const before = chain.memberships((since - 1) as Height);
    if (before === undefined) return;
    await Promise.all(
      peersOf(before).map(async (peer) => {
        const telling = told.get(peer) ?? { last: undefined, isAll: false };
        told.set(peer, telling);
        for (let page = 0; page < PAGES_IN_A_GO && !telling.isAll; page++)
          if (!(await this.#hear(peer, since, telling))) return;
      }),
    );
    // It may have been removed meanwhile, and be a member again: then others know what it does not.
    const all = [...told.values()].filter(({ isAll }) => isAll).length;
    if (all < registerQuorum(before) || registerSeat(this.#options)?.since !== since) return;
    await records.tookOver(since);
    log.info(
      { since, registers: records.count },
      "took over the registers: this validator now answers for them",
    );
  }

  /** One page of what a peer holds. @returns false if it gave none that counts */
  async #hear(peer: PeerId, since: Height, telling: Telling): Promise<boolean> {
    const { network } = this.#options;
    const after = telling.last === undefined ? [] : [telling.last];
    const bytes = requestCodec.encode({ kind: "registers", after });
    const answer = await network.request(peer, bytes, { timeoutMs: REQUEST_TIMEOUT_MS });
    if (!answer.ok) return false;
    const page = registersCodec.decode(answer.value);
    if (!page.ok) {
      network.reportFault(peer, "serious", "registers-encoding");
      return false;
    }
    const { membership, registers, more } = page.value;
    // One that has not applied the block that made this node a member may yet acknowledge a write as one of those before.
    if (membership < since) return false;
    const outcome = await this.#take(registers, telling.last);
    if (outcome === "wrong") network.reportFault(peer, "serious", "registers-proof");
    if (outcome !== "taken") return false;
    telling.last = registers.at(-1)?.register ?? telling.last;
    telling.isAll = more === "no";
    return telling.isAll || registers.length > 0;
  }

  /** `later`: it rests on members that are not known here yet, or signatures can't be checked now. */
  async #take(
    registers: readonly HandedRegister[],
    after: RegisterId | undefined,
  ): Promise<"taken" | "wrong" | "later"> {
    const { chain, signatures } = this.#options;
    const checking = { chainId: chain.chain.chainId, memberships: chain.memberships };
    let last = after;
    for (const { register, proof, data } of registers) {
      const isNext = last === undefined || compareRegisters(last, register) < 0;
      last = register;
      if (!isNext || !registerNameShape(register.name) || sha256Hex(data) !== proof.version.hash)
        return "wrong";
      const asked = prepareProofChecks(checking, register, proof);
      if (asked.kind !== "checks") return asked.kind === "fault" ? "wrong" : "later";
      const answer = await signatures.check(asked.checks);
      if (answer !== "hold") return answer === "broken" ? "wrong" : "later";
    }
    this.#written = this.#written.then(() => this.#keep(registers));
    await this.#written;
    return "taken";
  }

  /** One after the other: what two peers tell at once must not overwrite each other. */
  async #keep(registers: readonly HandedRegister[]): Promise<void> {
    const { records, registersMax } = this.#options;
    const writes: RegisterWrite[] = [];
    let free = registersMax - records.count;
    for (const { register, proof, data } of registers) {
      const before = records.read(register);
      const state = before ?? EMPTY_REGISTER;
      if (compareVersions(proof.version, heldVersion(state)) <= 0) continue;
      if (before === undefined && free-- <= 0) continue;
      writes.push({ register, state: { ...state, proof: [proof], data }, isNew: before === undefined });
    }
    if (writes.length > 0) await records.write(writes);
  }
}

function peersOf(membership: Membership): readonly PeerId[] {
  return voters(membership).flatMap((voter) => {
    const member = membership.members[voter];
    return member === undefined ? [] : [member.peerId];
  });
}
