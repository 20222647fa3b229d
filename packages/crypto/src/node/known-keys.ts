// Public keys that came lately, as the backend reads them fastest. A compressed key is a point without its y, and finding
// that is a square root: a tenth of what a check costs. Clients come again and again with the same keys. Decides nothing:
// a key that can't be expanded is handed on as it came.

/** Keys kept before the older half may be forgotten: 4 MiB at most. */
const YOUNG_MAX = 8_192;

/** Gives the same public key as 65 bytes: 04, x, y. Throws, or gives undefined, if it is not on the curve. */
export type ExpandKey = (publicKey: Uint8Array) => Uint8Array | undefined;

/** A bounded memory of expanded keys. Two halves: what was not asked for while one filled up is forgotten. */
export class KnownKeys {
  readonly #expand: ExpandKey;
  #young = new Map<string, Uint8Array>();
  #old = new Map<string, Uint8Array>();

  constructor(expand: ExpandKey) {
    this.#expand = expand;
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /** The key as the backend shall get it; 33 bytes in. Total. */
  of(publicKey: Uint8Array): Uint8Array {
    const { buffer, byteOffset, length } = publicKey;
    const name = Buffer.from(buffer, byteOffset, length).toString("latin1");
    const known = this.#young.get(name);
    if (known !== undefined) return known;
    const expanded = this.#old.get(name) ?? this.#expanded(publicKey);
    if (expanded === undefined) return publicKey;
    if (this.#young.size >= YOUNG_MAX) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(name, expanded);
    return expanded;
  }

  #expanded(publicKey: Uint8Array): Uint8Array | undefined {
    try {
      return this.#expand(publicKey);
    } catch {
      return undefined; // not on the curve: the check itself will say so
    }
  }
}
