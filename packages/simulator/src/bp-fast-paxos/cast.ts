// Who plays in a world of BP Fast Paxos: nodes by name, their two voting keys, and what was sealed. A seal or signature is
// a number that only this hands out: as good as a real one among those who can't ask for another's.
import type { AuthenticationCheck } from "@witan/consensus";
import {
  asciiBytes,
  type ChainId,
  type Hash,
  type Member,
  type PeerId,
  type PolicyHash,
  type PublicKey,
  type Signature,
  sha256Hex,
  ZERO_HASH,
} from "@witan/primitives";
import type { NodePlan } from "./plan.ts";

/** The chain of every world of BP Fast Paxos. */
export const CHAIN = sha256Hex(asciiBytes("a world of BP Fast Paxos")) as ChainId;

/** The nodes of a world, and what they sealed. */
export class Cast {
  /** By place: `p0`, `a2`: what it is, and its place. */
  readonly names: readonly string[];
  readonly #nodes: readonly NodePlan[];
  readonly #signatures = new Map<string, Signature>();
  readonly #macs = new Map<Hash, Hash>();

  constructor(nodes: readonly NodePlan[]) {
    this.#nodes = nodes;
    this.names = nodes.map(({ role }, place) => nameOf(role, place));
  }

  /** The first and the second voting key of a node: the number of both is in the key itself. */
  keysOf(place: number): readonly [PublicKey, PublicKey] {
    return [keyOf(place, 0), keyOf(place, 1)];
  }

  /** The node with this voting key. */
  nodeOf(key: PublicKey): number {
    return Number.parseInt(key.slice(2, 10), 16);
  }

  /** A node as a member, by its first or second voting key. @param place not of an observer */
  member(place: number, key: 0 | 1): Member {
    const name = this.names[place] as string;
    return {
      name,
      role: this.#nodes[place]?.role === "proposer" ? "proposer" : "acceptor",
      votingKey: this.keysOf(place)[key],
      peerId: name as PeerId,
      operatorKey: this.keysOf(place)[0],
      rewardPolicy: ZERO_HASH as unknown as PolicyHash,
    };
  }

  /** The signature of a key over a digest: always the same. */
  sign(key: PublicKey, digest: Hash): Signature {
    const name = `${key} ${digest}`;
    const known = this.#signatures.get(name);
    if (known !== undefined) return known;
    const made = String(this.#signatures.size + 1).padStart(128, "0") as Signature;
    this.#signatures.set(name, made);
    return made;
  }

  /** What the key that acceptors share makes of a digest: for acceptors only. */
  mac(digest: Hash): Hash {
    const known = this.#macs.get(digest);
    if (known !== undefined) return known;
    const made = String(this.#macs.size + 1).padStart(64, "0") as Hash;
    this.#macs.set(digest, made);
    return made;
  }

  /** Whether all these were made. */
  hold(checks: readonly AuthenticationCheck[]): boolean {
    return checks.every((check) => this.holds(check));
  }

  /** Whether this was made. */
  holds(check: AuthenticationCheck): boolean {
    if (check.kind === "mac") return this.#macs.get(check.digest) === check.mac;
    return this.#signatures.get(`${check.publicKey} ${check.digest}`) === check.signature;
  }
}

function nameOf(role: NodePlan["role"], place: number): string {
  return `${{ proposer: "p", acceptor: "a", observer: "o" }[role]}${place}`;
}

function keyOf(place: number, key: 0 | 1): PublicKey {
  return `02${place.toString(16).padStart(8, "0")}${String(key).padStart(56, "0")}` as PublicKey;
}
