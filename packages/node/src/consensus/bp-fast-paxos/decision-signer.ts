// Signs what was decided, off the path on which blocks become final: one height after the other, each signature kept until
// the certificate is there, since the guard gives none of a lower height again. Only what is final here is signed.
import type { DecisionStatement, Uncertified } from "@witan/consensus";
import type { Certificate, Height, PublicKey } from "@witan/primitives";
import type { ConsensusParts } from "../consensus-parts.ts";
import { acceptorWith, type OwnAcceptor, ownWord } from "./own-word.ts";
import { putSignature, readSignature } from "./records.ts";
import type { Voice } from "./voice.ts";

/** What a signer of decisions is made with. */
export interface DecisionSignerOptions {
  readonly parts: ConsensusParts;
  readonly voice: Voice;
  readonly onFailure: (error: unknown) => void;
}

/** Signs decisions, and knows what was signed. */
export class DecisionSigner {
  readonly #options: DecisionSignerOptions;
  #tail: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: DecisionSignerOptions) {
    this.#options = options;
  }

  /** Signs that a block was decided, if one of these keys is of an acceptor that decided it, and tells everyone. */
  sign({ membership, height, hash }: Uncertified, keys: readonly PublicKey[]): void {
    const acceptor = acceptorWith(membership, keys);
    if (acceptor === undefined) return;
    const statement = { membership: membership.from, height, blockHash: hash };
    this.#tail = this.#tail.then(() => this.#sign(statement, acceptor)).catch(this.#options.onFailure);
  }

  /** Ends when nothing is being written any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#tail;
  }

  /** What certifies these heights: the certificate, or this node's signature alone. */
  known(heights: readonly Height[]): readonly Certificate[] {
    const { chain, ports } = this.#options.parts;
    return heights.flatMap((height) => {
      const certificate = chain.certificate(height);
      if (certificate !== undefined) return certificate;
      const own = ownWord(chain, ports.signer.publicKeys, height);
      const signature = own && readSignature(ports.store, height);
      if (own === undefined || signature === undefined) return [];
      return { ...own.word, signatures: [{ member: own.acceptor.me, signature }] };
    });
  }

  async #sign(statement: DecisionStatement, { me, key }: OwnAcceptor): Promise<void> {
    const { parts, voice } = this.#options;
    const { store } = parts.ports;
    if (this.#stopped || readSignature(store, statement.height) !== undefined) return;
    if (parts.chain.certificate(statement.height) !== undefined) return;
    const signature = await voice.signDecision(statement, key);
    if (signature === undefined || this.#stopped) return;
    // Before the next height is signed this is durable: by itself, or by the next block's write, which comes behind it.
    const sync = parts.chain.tip.height > statement.height;
    await store.write([putSignature(statement.height, signature)], { sync });
    if (!this.#stopped) voice.sayDecided(statement, signature, me);
  }
}
