// Signs what was decided, off the path on which blocks become final: one height after the other, each signature kept until
// the certificate is there, since the guard gives none of a lower height again. Only what is final here is signed. What is
// said is said for several heights together, and t_a acceptors sign only what the others left without a certificate:
// otherwise this would cost as much as agreeing on the blocks.
import { castOf, type DecisionStatement, type Uncertified } from "@witan/consensus";
import {
  type Certificate,
  fastQuorum,
  type Height,
  type Membership,
  type PublicKey,
} from "@witan/primitives";
import type { ConsensusParts } from "../consensus-parts.ts";
import { acceptorWith, type OwnAcceptor, ownWord } from "./own-word.ts";
import { putSignature, readSignature } from "./records.ts";
import type { SignedDecision, Voice } from "./voice.ts";

/** What a signer of decisions is made with. */
export interface DecisionSignerOptions {
  readonly parts: ConsensusParts;
  readonly voice: Voice;
  readonly onFailure: (error: unknown) => void;
}

/** How long a signature waits for those under the next heights at most, in milliseconds. */
const SAID_TOGETHER_MAX_MS = 120;

/** When decisions are signed and said, in milliseconds. */
export interface DecisionTimes {
  /** A signature waits so long for those under the next heights. Who asks for a proof waits as long. */
  readonly togetherMs: number;
  /** The acceptors in reserve wait so long for the certificate; then they sign, too. */
  readonly reserveMs: number;
}

/** What is said together is said before members ask for what they lack, as often as they send their votes again. */
export function decisionTimes(resendMs: number): DecisionTimes {
  const togetherMs = Math.min(SAID_TOGETHER_MAX_MS, 0.8 * resendMs);
  return { togetherMs, reserveMs: 1.5 * togetherMs };
}

/** Signs decisions, and knows what was signed. */
export class DecisionSigner {
  readonly #options: DecisionSignerOptions;
  readonly #times: DecisionTimes;
  #tail: Promise<void> = Promise.resolve();
  /** Signed, and not said yet. */
  #unsaid: SignedDecision[] = [];
  /** Ends each wait, and what waited finds that it is over. */
  readonly #waits = new Set<() => void>();
  #stopped = false;

  constructor(options: DecisionSignerOptions) {
    this.#options = options;
    const { times, settings } = options.parts;
    this.#times = decisionTimes(times.resendTicks * settings.tickMs);
  }

  /** Signs that a block was decided, if one of these keys is of an acceptor that decided it, and tells everyone. */
  sign({ membership, height, hash }: Uncertified, keys: readonly PublicKey[]): void {
    const acceptor = acceptorWith(membership, keys);
    if (acceptor === undefined) return;
    const { clock } = this.#options.parts.ports;
    const statement = { membership: membership.from, height, blockHash: hash };
    const dueMs = clock.monotonicMs() + (isInReserve(membership, acceptor) ? this.#times.reserveMs : 0);
    this.#tail = this.#tail
      .then(() => this.#until(dueMs))
      .then(() => this.#sign(statement, acceptor))
      .catch(this.#options.onFailure);
  }

  /** Ends when nothing is being written any more. What was not said is asked for by those who lack it. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const end of this.#waits) end();
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

  /** Resolves at a moment, or when this stops. */
  #until(dueMs: number): Promise<void> | undefined {
    const { clock } = this.#options.parts.ports;
    const leftMs = dueMs - clock.monotonicMs();
    if (leftMs <= 0 || this.#stopped) return undefined;
    return new Promise((resolve) => {
      const end = (): void => {
        cancel();
        this.#waits.delete(end);
        resolve();
      };
      const cancel = clock.after(leftMs, end);
      this.#waits.add(end);
    });
  }

  async #sign(statement: DecisionStatement, { me, key }: OwnAcceptor): Promise<void> {
    const { parts, voice } = this.#options;
    const { store } = parts.ports;
    if (this.#stopped || parts.chain.certificate(statement.height) !== undefined) return;
    const kept = readSignature(store, statement.height);
    if (kept !== undefined) {
      // Of before a restart: said again, since the engine counts what it hears, its own too.
      this.#say({ statement, signature: kept, me });
      return;
    }
    const signature = await voice.signDecision(statement, key);
    if (signature === undefined || this.#stopped) return;
    // Before the next height is signed this is durable: by itself, or by the next block's write, which comes behind it.
    const sync = parts.chain.tip.height > statement.height;
    await store.write([putSignature(statement.height, signature)], { sync });
    this.#say({ statement, signature, me });
  }

  #say(decision: SignedDecision): void {
    this.#unsaid.push(decision);
    if (this.#unsaid.length === 1) this.#sayTogether().catch(this.#options.onFailure);
  }

  async #sayTogether(): Promise<void> {
    const { parts, voice } = this.#options;
    await this.#until(parts.ports.clock.monotonicMs() + this.#times.togetherMs);
    const unsaid = this.#unsaid;
    this.#unsaid = [];
    if (!this.#stopped) voice.sayDecided(unsaid);
  }
}

/** The first acceptors of a membership, as many as make a certificate, sign at once; the others are in reserve. */
function isInReserve(membership: Membership, { me }: OwnAcceptor): boolean {
  const { acceptors } = castOf(membership);
  return acceptors.indexOf(me) >= fastQuorum(acceptors.length);
}
