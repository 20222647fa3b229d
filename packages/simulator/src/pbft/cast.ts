// Who plays in a world: nodes by name, their two voting keys, which of them lie, and the signatures that they gave. A
// signature is a number that only this hands out: as good as a real one among those who can't ask for another's.
import {
  ballotMessage,
  digestOf,
  type PbftMessage,
  pbftChecks,
  type SignedMessage,
  signedMessageCodec,
} from "@witan/consensus";
import {
  asciiBytes,
  type ChainId,
  type Hash,
  type Member,
  type MemberIndex,
  type Membership,
  type PeerId,
  type PolicyHash,
  type PublicKey,
  type Signature,
  type SignatureCheck,
  sha256Hex,
  ZERO_HASH,
} from "@witan/primitives";
import { Violation } from "../world/violation.ts";

/** The chain of every world of engines. */
export const CHAIN = sha256Hex(asciiBytes("a world of engines")) as ChainId;

/** What somebody knows of a message that came. */
export type Knowledge = "holds" | "not yet" | "fault";

/** The nodes of a world, and what they signed. */
export class Cast {
  /** Names of all nodes, members or not: the name of the node with number i is `v${i}`. */
  readonly names: readonly string[];
  readonly #liars: ReadonlySet<string>;
  readonly #signatures = new Map<string, Signature>();
  /** By the message: its checks are the same for everyone who knows the memberships. */
  readonly #checked = new WeakMap<SignedMessage, "holds" | "fault">();
  /** How many signatures each message that was examined asks for. */
  readonly #asked = new WeakMap<SignedMessage, number>();
  readonly #certifies: "prepare" | undefined;

  /** @param liars numbers of the nodes that lie @param certifies which votes count in certificates in place of COMMITs */
  constructor(nodes: number, liars: readonly number[], certifies?: "prepare") {
    this.#certifies = certifies;
    this.names = Array.from({ length: nodes }, (_, node) => `v${node}`);
    this.#liars = new Set(liars.map((node) => `v${node}`));
  }

  isLiar(name: string): boolean {
    return this.#liars.has(name);
  }

  /** The node with this voting key. */
  nodeOf(key: PublicKey): number {
    return Number.parseInt(key.slice(2, 10), 16);
  }

  keysOf(name: string): readonly [PublicKey, PublicKey] {
    const node = Number(name.slice(1));
    return [keyOf(node, 0), keyOf(node, 1)];
  }

  /** A node as a member, by its first or second voting key. */
  member(name: string, key: 0 | 1): Member {
    return {
      name,
      role: "validator",
      votingKey: this.keysOf(name)[key],
      peerId: name as PeerId,
      operatorKey: this.keysOf(name)[0],
      rewardPolicy: ZERO_HASH as unknown as PolicyHash,
    };
  }

  /** Signs, and takes the message through its bytes. */
  sign(key: PublicKey, sender: number, message: PbftMessage): SignedMessage {
    const signature = this.#give(key, digestOf(CHAIN, message));
    if (this.#certifies && (message.kind === "prepare" || message.kind === "prePrepare"))
      this.#signatures.set(`${key} ${digestOf(CHAIN, ballotMessage("commit", message))}`, signature);
    const decoded = signedMessageCodec.decode(
      signedMessageCodec.encode({ sender: sender as MemberIndex, signature, message }),
    );
    if (decoded.ok) return decoded.value;
    throw new Violation("encoding", `${message.kind} does not survive its bytes: ${decoded.detail}`);
  }

  /** The signature of a key over a digest: always the same. */
  #give(key: PublicKey, digest: Hash): Signature {
    const name = `${key} ${digest}`;
    const known = this.#signatures.get(name);
    if (known !== undefined) return known;
    const made = String(this.#signatures.size + 1).padStart(128, "0") as Signature;
    this.#signatures.set(name, made);
    return made;
  }

  /** What the protocol's checks say of a message, to one who knows these memberships. */
  check(
    signed: SignedMessage,
    height: number,
    membershipAt: (height: number) => Membership | undefined,
  ): Knowledge {
    if (restsOn(signed) > height + 1) return "not yet";
    const before = this.#checked.get(signed);
    if (before !== undefined) return before;
    const { sender, message, signature } = signed;
    const answer = pbftChecks(CHAIN, sender, message, signature, membershipAt);
    if (answer.kind === "notYet") return "not yet";
    const found = answer.kind === "checks" && this.hold(answer.checks) ? "holds" : "fault";
    this.#checked.set(signed, found);
    if (answer.kind === "checks") this.#asked.set(signed, answer.checks.length);
    return found;
  }

  /** How many signatures are to be checked in a message, by each who hears it; 0: it was not examined. */
  checksOf(signed: SignedMessage): number {
    return this.#asked.get(signed) ?? 0;
  }

  /** Whether all these signatures were given. */
  hold(checks: readonly SignatureCheck[]): boolean {
    return checks.every((one) => this.#signatures.get(`${one.publicKey} ${one.digest}`) === one.signature);
  }
}

/** The number of the node and of its key are in the key itself. */
function keyOf(node: number, key: 0 | 1): PublicKey {
  return `02${node.toString(16).padStart(8, "0")}${String(key).padStart(56, "0")}` as PublicKey;
}

/** The highest height whose members must be known to check a message. */
function restsOn({ message }: SignedMessage): number {
  if (message.kind === "viewChange") return Math.max(message.membership, message.decidedHeight);
  if (message.kind !== "newView") return message.membership;
  return Math.max(message.membership, ...message.viewChanges.map(({ content }) => content.decidedHeight));
}
