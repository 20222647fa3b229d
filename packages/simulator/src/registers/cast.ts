// Who plays in a world of registers: replicas and clients by their keys, and what was signed. A signature is a number that
// only this hands out: as good as a real one among those who can't ask for another's.
import { type RegisterStatement, type RegisterVariant, registerDigest } from "@witan/consensus";
import {
  asciiBytes,
  type ChainId,
  type Hash,
  type Member,
  type Membership,
  type PeerId,
  type PolicyHash,
  type PublicKey,
  type Signature,
  type SignatureCheck,
  sha256Hex,
  toHeight,
  ZERO_HASH,
} from "@witan/primitives";

/** The chain of every world of registers, and another that has the same members. */
export const CHAIN = sha256Hex(asciiBytes("a world of registers")) as ChainId;
export const OTHER_CHAIN = sha256Hex(asciiBytes("another world of registers")) as ChainId;

/** Everybody, by place. */
export class RegistersCast {
  readonly membership: Membership;
  readonly #signatures = new Map<string, Signature>();

  constructor(replicas: number) {
    const members = Array.from({ length: replicas }, (_, place): Member => {
      const votingKey = this.keyOf(place);
      return {
        ...{ name: `v${place}`, role: "validator", votingKey, peerId: `v${place}` as PeerId },
        ...{ operatorKey: votingKey, rewardPolicy: ZERO_HASH as unknown as PolicyHash },
      };
    });
    this.membership = { mode: "pbft", from: toHeight(1), members };
  }

  keyOf(place: number): PublicKey {
    return `02${place.toString(16).padStart(64, "0")}` as PublicKey;
  }

  /** Where the owner of a key stands. */
  placeOf(key: PublicKey): number {
    return Number.parseInt(key.slice(2), 16);
  }

  /** The signature of who stands at a place: for that place only. */
  sign(place: number, statement: RegisterStatement, chainId: ChainId = CHAIN): Signature {
    return this.#signed(this.keyOf(place), registerDigest(chainId, statement));
  }

  /** Whether all these were made. */
  hold(checks: readonly SignatureCheck[]): boolean {
    return checks.every(
      ({ publicKey, digest, signature }) => this.#signatures.get(`${publicKey} ${digest}`) === signature,
    );
  }

  #signed(key: PublicKey, digest: Hash): Signature {
    const name = `${key} ${digest}`;
    const known = this.#signatures.get(name);
    if (known !== undefined) return known;
    const made = String(this.#signatures.size + 1).padStart(128, "0") as Signature;
    this.#signatures.set(name, made);
    return made;
  }
}

/** The name of a register of a world. */
export function registerNamed(number: number, variant: RegisterVariant) {
  return { name: `r${number}`, variant };
}
