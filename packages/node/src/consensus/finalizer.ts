// Makes decided blocks part of the chain: gets the body if need be, judges it if that was not done, and stores block,
// certificate (if there is one) and all they change in one durable batch. A decided block that does not hold here stops the node.
import type { BlockHash, Certificate, Height, PeerId } from "@witan/primitives";
import type { ChainKeeper } from "../chain/chain-keeper.ts";
import type { BodySource } from "./body-source.ts";
import type { Proposals } from "./proposals.ts";

/** What a finalizer is made with. */
export interface FinalizerOptions {
  readonly chain: ChainKeeper;
  readonly proposals: Proposals;
  readonly bodySource: BodySource;
}

/** A block that is final. */
export interface Decided {
  readonly height: Height;
  readonly blockHash: BlockHash;
  /** What shows it; undefined: it is not gathered yet. */
  readonly certificate: Certificate | undefined;
}

/** A quorum decided what this node holds to be invalid: its rules, its store or the quorum is broken. */
export class DecidedInvalidError extends Error {
  override readonly name = "DecidedInvalidError";
  /** The rule that it breaks. */
  readonly code: string;

  constructor({ blockHash, height }: Omit<Decided, "certificate">, code: string, detail: string) {
    super(
      `block ${blockHash} at height ${height} was decided by a quorum, but breaks the rules here (${detail}): this program may be too old for the chain, or its store is damaged. Nothing was changed; compare versions with the other operators. If its data are what is wrong: move them away, and start again, with the voting key and its guard as they are: it fetches the chain anew`,
    );
    this.code = code;
  }
}

/** Finalizes one block at a time. */
export class Finalizer {
  readonly #options: FinalizerOptions;

  constructor(options: FinalizerOptions) {
    this.#options = options;
  }

  /**
   * Makes a block final.
   * @param holders who may have its body
   * @returns false if the node stops before the body was found
   * @throws {DecidedInvalidError} if it breaks a rule; and what the store throws
   */
  async finalize(decided: Decided, holders: () => readonly PeerId[]): Promise<boolean> {
    const { chain, proposals, bodySource } = this.#options;
    const { blockHash, certificate } = decided;
    if (proposals.valid(blockHash) === undefined) {
      const judgement = await bodySource.judged(blockHash, holders);
      if (judgement.kind === "invalid")
        throw new DecidedInvalidError(decided, judgement.code, judgement.detail || judgement.code);
    }
    const valid = proposals.valid(blockHash);
    if (valid === undefined) return false;
    await chain.apply(valid, certificate);
    return true;
  }
}
