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
import { ok, type PublicKey, type Result, refuse, type Store, voters } from "@witan/primitives";
import type { ChainKeeper } from "../chain/chain-keeper.ts";
import type { CheckedSignatures } from "../consensus/checked-signatures.ts";
import type { VoteSigner } from "../ports.ts";
import { RegisterRecords } from "./register-records.ts";

/** Registers of one replica at most: with values of full size 1 GiB, whoever may write them. */
export const REGISTERS_MAX = 16_384;

/** What a desk needs. */
export interface RegisterDeskOptions {
  readonly chain: Pick<ChainKeeper, "chain" | "governance" | "memberships">;
  readonly store: Store;
  readonly signer: Pick<VoteSigner, "publicKeys" | "signStatement">;
  readonly signatures: CheckedSignatures;
  /** Hears of a write that failed: what the disk holds is then unknown. */
  readonly onFailure: (error: unknown) => void;
  readonly registersMax?: number;
}

/**
 * Why a request is not answered. `no-replica`: none of this node's keys votes now. `request-invalid`: it is wrong for
 * everyone. `behind`: it rests on members that are not known here yet. `busy`: signatures can't be checked now.
 * `registers-full`.
 */
export type RegisterDeskRefusal = "no-replica" | "request-invalid" | "behind" | "busy" | "registers-full";

type Answered = Result<RegisterAnswer, RegisterDeskRefusal>;

/** Serves the registers of one replica. */
export class RegisterDesk {
  readonly #options: RegisterDeskOptions;
  readonly #records: RegisterRecords;
  /** The last request about each register that is under way. */
  readonly #tails = new Map<string, Promise<unknown>>();

  constructor(options: RegisterDeskOptions) {
    this.#options = options;
    this.#records = new RegisterRecords(options.store);
  }

  /** Answers a request; whatever it changed is durable then. @throws what the store throws */
  async serve(request: RegisterRequest): Promise<Answered> {
    if (this.#seat() === undefined) return refuse("no-replica");
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

  /** Whose replica this is: the key of a member that votes now, and since when the members count. */
  #seat() {
    const { chain, signer } = this.#options;
    const { membership } = chain.governance;
    const voting = voters(membership).map((voter) => membership.members[voter]?.votingKey);
    const key = signer.publicKeys.find((own) => voting.includes(own));
    return key === undefined ? undefined : { key, membership: membership.from };
  }

  async #operate(request: RegisterOperation): Promise<Answered> {
    // Members and permits may have changed while signatures were checked, or while it was not this request's turn.
    const seat = this.#seat();
    if (seat === undefined) return refuse("no-replica");
    const { chain, signer, registersMax = REGISTERS_MAX } = this.#options;
    const { register } = request;
    const before = this.#records.read(register);
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
    if (before === undefined && this.#records.count >= registersMax) return refuse("registers-full");
    try {
      await this.#records.write(register, changed, before === undefined);
    } catch (error) {
      this.#options.onFailure(error);
      throw error;
    }
    return ok(answer);
  }

  async #list({ after, limit }: Extract<RegisterRequest, { kind: "list" }>): Promise<Answered> {
    const found = await this.#records.list(after[0], limit);
    const membership = this.#options.chain.governance.membership.from;
    const more = found.length > limit ? "yes" : "no";
    return ok({ kind: "listed", membership, registers: found.slice(0, limit), more });
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
