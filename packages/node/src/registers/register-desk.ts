// Where a validator serves registers (protocols/bft-bc.md): checks a request, has the pure replica judge it, and makes durable
// what it changed before anybody hears of it. Knows no RPC. Two requests about one register never overlap.
import {
  asChecked,
  EMPTY_REGISTER,
  type RegisterAnswer,
  type RegisterId,
  type RegisterOperation,
  type RegisterRequest,
  type RegisterStatement,
  registerDigest,
  registerRequestChecks,
  serveRegister,
} from "@witan/consensus";
import { ok, type PublicKey, type Result, refuse } from "@witan/primitives";
import type { ChainKeeper } from "../chain/chain-keeper.ts";
import type { CheckedSignatures } from "../consensus/checked-signatures.ts";
import type { VoteSigner } from "../ports.ts";
import type { RegisterRecords } from "./register-records.ts";
import { type RegisterSeat, registerSeat } from "./register-seat.ts";

/** What a desk needs. */
export interface RegisterDeskOptions {
  readonly chain: Pick<ChainKeeper, "chain" | "governance" | "memberships">;
  readonly records: RegisterRecords;
  readonly signer: Pick<VoteSigner, "publicKeys" | "signStatement">;
  readonly signatures: CheckedSignatures;
  /** Hears of a write that failed: what the disk holds is then unknown. */
  readonly onFailure: (error: unknown) => void;
  readonly registersMax: number;
  /** Whether the replica knows all that was written before it became one. */
  readonly isReady: (seat: RegisterSeat) => boolean;
}

/**
 * Why a request is not answered. `no-replica`: none of this node's keys votes now. `taking-over`: it does not know yet what
 * was written before it became a validator. `request-invalid`: it is wrong for
 * everyone. `behind`: it rests on members that are not known here yet. `busy`: signatures can't be checked now.
 * `registers-full`.
 */
export type RegisterDeskRefusal =
  | "no-replica"
  | "taking-over"
  | "request-invalid"
  | "behind"
  | "busy"
  | "registers-full";

type Answered = Result<RegisterAnswer, RegisterDeskRefusal>;

/** Serves the registers of one replica. */
export class RegisterDesk {
  readonly #options: RegisterDeskOptions;
  /** The last request about each register that is under way. */
  readonly #tails = new Map<string, Promise<unknown>>();

  constructor(options: RegisterDeskOptions) {
    this.#options = options;
  }

  /** Answers a request; whatever it changed is durable then. @throws what the store throws */
  async serve(request: RegisterRequest): Promise<Answered> {
    const now = this.#seat();
    if (!now.ok) return now;
    const { chain, signatures } = this.#options;
    const { chainId } = chain.chain;
    const asked = registerRequestChecks({ chainId, memberships: chain.memberships }, request);
    if (asked.kind === "fault") return refuse("request-invalid", asked.code);
    if (asked.kind === "notYet") return refuse("behind", `members from height ${asked.height}`);
    const held = await signatures.check(asked.checks);
    if (held === "unknown") return refuse("busy");
    if (held === "broken") return refuse("request-invalid", "signature");
    if (request.kind === "list") return this.#list(request);
    return this.#inTurn(request.register, () => this.#operate(request));
  }

  /** Whose replica this is, if it may speak as one. */
  #seat(): Result<RegisterSeat, "no-replica" | "taking-over"> {
    const seat = registerSeat(this.#options);
    if (seat === undefined) return refuse("no-replica");
    return this.#options.isReady(seat) ? ok(seat) : refuse("taking-over");
  }

  async #operate(request: RegisterOperation): Promise<Answered> {
    // Members and permits may have changed while signatures were checked, or while it was not this request's turn.
    const seated = this.#seat();
    if (!seated.ok) return seated;
    const { value: seat } = seated;
    const { chain, signer, registersMax } = this.#options;
    const { register } = request;
    const before = this.#options.records.read(register);
    const { changed, answer } = serveRegister(
      {
        membership: seat.membership,
        permits: (client: PublicKey, name) => chain.governance.mayWriteRegister(client, name),
        sign: (statement: RegisterStatement) =>
          signer.signStatement(seat.key, registerDigest(chain.chain.chainId, statement)),
      },
      before ?? EMPTY_REGISTER,
      asChecked(request),
    );
    if (changed === undefined) return ok(answer);
    if (before === undefined && this.#options.records.count >= registersMax) return refuse("registers-full");
    try {
      await this.#options.records.write([{ register, state: changed, isNew: before === undefined }]);
    } catch (error) {
      this.#options.onFailure(error);
      throw error;
    }
    return ok(answer);
  }

  async #list({ after, limit }: Extract<RegisterRequest, { kind: "list" }>): Promise<Answered> {
    const { records, chain } = this.#options;
    const page = await records.list(after[0], { count: limit, bytes: Number.POSITIVE_INFINITY });
    const registers = page.registers.map(({ register, proof }) => ({ register, proof }));
    const membership = chain.governance.membership.from;
    return ok({ kind: "listed", membership, registers, more: page.more });
  }

  /** Begins once every earlier request about the register has ended. */
  #inTurn<T>({ name, variant }: RegisterId, work: () => Promise<T>): Promise<T> {
    const key = `${variant} ${name}`;
    const mine = (this.#tails.get(key) ?? Promise.resolve()).then(work);
    const tail = mine.then(
      () => {},
      () => {},
    );
    this.#tails.set(key, tail);
    tail.then(() => {
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
    });
    return mine;
  }
}
