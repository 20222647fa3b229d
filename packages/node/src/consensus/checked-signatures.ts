// Asks whether signatures hold: few at once right here, since handing them to workers costs more than checking them;
// many off the main thread. Remembers what held, so that votes sent again, and votes inside certificates, cost nothing.
import type { SignatureCheck, SignatureScheme, SignatureVerifier } from "@witan/primitives";

/** So many are checked on the main thread: half a millisecond of it. */
const DIRECT_MAX = 8;
/** Signatures that held and are remembered: votes of a few hundred heights of 20 validators; 3 MiB. */
const REMEMBERED_MAX = 16_384;

/** The answer: all hold, some does not, or nobody could tell now (the same question may be asked again). */
export type SignaturesAnswer = "hold" | "broken" | "unknown";

/** Signature checks of consensus, apart from those of transactions, so that votes never wait behind them. */
export class CheckedSignatures {
  readonly #scheme: SignatureScheme;
  readonly #verifier: SignatureVerifier;
  /** The older half is forgotten when the newer is full. */
  #newer = new Set<string>();
  #older = new Set<string>();

  constructor(scheme: SignatureScheme, verifier: SignatureVerifier) {
    this.#scheme = scheme;
    this.#verifier = verifier;
  }

  /** Asks; the answer is at hand unless there is much to check. */
  check(checks: readonly SignatureCheck[]): SignaturesAnswer | Promise<SignaturesAnswer> {
    const unknown = checks.filter((check) => !this.#known(nameOf(check)));
    if (unknown.length > DIRECT_MAX) return this.#checkAway(unknown);
    for (const check of unknown) {
      if (!this.#scheme.verify(check)) return "broken";
      this.#remember(nameOf(check));
    }
    return "hold";
  }

  async #checkAway(checks: readonly SignatureCheck[]): Promise<SignaturesAnswer> {
    const answer = await this.#verifier.verify(checks).catch(() => undefined);
    if (!answer?.ok) return "unknown";
    if (!answer.value.every(Boolean)) return "broken";
    for (const check of checks) this.#remember(nameOf(check));
    return "hold";
  }

  #known(name: string): boolean {
    return this.#newer.has(name) || this.#older.has(name);
  }

  #remember(name: string): void {
    this.#newer.add(name);
    if (this.#newer.size < REMEMBERED_MAX / 2) return;
    this.#older = this.#newer;
    this.#newer = new Set();
  }
}

function nameOf({ digest, publicKey, signature }: SignatureCheck): string {
  return digest + publicKey + signature;
}
