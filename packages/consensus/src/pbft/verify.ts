// What must hold of a PBFT message before the engine sees it: form, and the signatures to be asked for. Pure: the host
// asks a signature scheme, in batches, and alone makes `Verified`.
import {
  byzantineQuorum,
  type Certificate,
  type ChainId,
  certificateDigest,
  type Height,
  type MemberIndex,
  type Membership,
  type PbftCertificate,
  type Signature,
  type SignatureCheck,
} from "@witan/primitives";
import type { ChecksAnswer, Memberships } from "../engine.ts";
import {
  ballotMessage,
  digestOf,
  type NewView,
  type PbftMessage,
  type PreparedCertificate,
  type ViewChangeContent,
} from "./messages.ts";
import { primaryOf } from "./view-start.ts";

/** Thrown inside this file only, and turned into an answer. */
type Outcome = Exclude<ChecksAnswer, { kind: "checks" }>;

class Stop extends Error {
  readonly outcome: Outcome;
  constructor(outcome: Outcome) {
    super(outcome.kind);
    this.outcome = outcome;
  }
}

/**
 * What to ask of a message that a member is said to have sent.
 * @param sender position in the members of the message's own membership
 */
export function pbftChecks(
  chainId: ChainId,
  sender: MemberIndex,
  message: PbftMessage,
  signature: Signature,
  memberships: Memberships,
): ChecksAnswer {
  const checker = new Checker(chainId, memberships);
  try {
    checker.message(sender, message, signature);
    return { kind: "checks", checks: checker.checks };
  } catch (stop) {
    if (stop instanceof Stop) return stop.outcome;
    throw stop;
  }
}

class Checker {
  readonly checks: SignatureCheck[] = [];
  readonly #chainId: ChainId;
  readonly #memberships: Memberships;

  constructor(chainId: ChainId, memberships: Memberships) {
    this.#chainId = chainId;
    this.#memberships = memberships;
  }

  message(sender: MemberIndex, message: PbftMessage, signature: Signature): void {
    this.#signed(sender, message, signature, this.#membership(message.membership));
    if (message.kind === "viewChange") this.#viewChange(message);
    if (message.kind === "newView") this.#newView(sender, message);
  }

  #signed(sender: MemberIndex, message: PbftMessage, signature: Signature, membership: Membership): void {
    const digest = digestOf(this.#chainId, message);
    this.checks.push({ digest, signature, publicKey: this.#voter(membership, sender) });
  }

  #viewChange(content: ViewChangeContent): void {
    const [decided] = content.decided;
    if ((decided === undefined) !== (content.decidedHeight === 0)) throw fault("decided-certificate");
    if (content.decidedHeight < content.membership - 1) throw fault("decided-before-membership");
    if (decided) {
      if (decided.height !== content.decidedHeight) throw fault("decided-height");
      this.certificate(decided);
    }
    const [prepared] = content.prepared;
    if (prepared === undefined) return;
    if (prepared.membership !== content.membership) throw fault("prepared-membership");
    if (prepared.height !== content.decidedHeight + 1) throw fault("prepared-height");
    if (prepared.view >= content.view) throw fault("prepared-view");
    this.#prepared(prepared);
  }

  #newView(sender: MemberIndex, message: NewView): void {
    const membership = this.#membership(message.membership);
    const n = membership.members.length;
    if (message.view === 0 || sender !== primaryOf(message.view, n)) throw fault("new-view-primary");
    if (message.viewChanges.length !== byzantineQuorum(n)) throw fault("new-view-quorum");
    let last = -1;
    for (const { sender: from, signature, content } of message.viewChanges) {
      if (from <= last) throw fault("new-view-senders");
      last = from;
      if (content.view !== message.view || content.membership !== message.membership)
        throw fault("new-view-content");
      this.#signed(from, { kind: "viewChange", ...content }, signature, membership);
      this.#viewChange(content);
    }
  }

  #prepared(prepared: PreparedCertificate): void {
    const membership = this.#membership(prepared.membership);
    const n = membership.members.length;
    const primary = primaryOf(prepared.view, n);
    if (prepared.prepares.length !== byzantineQuorum(n) - 1) throw fault("prepared-quorum");
    this.#signed(primary, ballotMessage("prePrepare", prepared), prepared.primary, membership);
    const prepare = ballotMessage("prepare", prepared);
    let last = -1;
    for (const { member, signature } of prepared.prepares) {
      if (member <= last || member === primary) throw fault("prepared-senders");
      last = member;
      this.#signed(member, prepare, signature, membership);
    }
  }

  /** A commit certificate, under the membership that it names. */
  certificate(certificate: PbftCertificate): void {
    const membership = this.#deciding(certificate.height);
    if (membership.from !== certificate.membership) throw fault("certificate-membership");
    if (certificate.signatures.length < byzantineQuorum(membership.members.length))
      throw fault("certificate-quorum");
    const digest = certificateDigest(this.#chainId, certificate);
    let last = -1;
    for (const { member, signature } of certificate.signatures) {
      if (member <= last) throw fault("certificate-senders");
      last = member;
      this.checks.push({ digest, signature, publicKey: this.#voter(membership, member) });
    }
  }

  /** The membership that counts from a height. */
  #membership(from: Height): Membership {
    const membership = this.#deciding(from);
    if (membership.from !== from) throw fault("membership");
    return membership;
  }

  #deciding(height: Height): Membership {
    const membership = this.#memberships(height);
    if (membership === undefined) throw new Stop({ kind: "notYet", height });
    return membership;
  }

  #voter(membership: Membership, index: MemberIndex): SignatureCheck["publicKey"] {
    const member = membership.members[index];
    if (member === undefined) throw fault("unknown-member");
    return member.votingKey;
  }
}

function fault(code: string): Stop {
  return new Stop({ kind: "fault", code });
}

/** What to ask of a commit certificate by itself: one that came with a block. */
export function certificateChecks(
  chainId: ChainId,
  certificate: Certificate,
  memberships: Memberships,
): ChecksAnswer {
  if (certificate.kind !== "pbft") return { kind: "fault", code: "certificate-kind" };
  const checker = new Checker(chainId, memberships);
  try {
    checker.certificate(certificate);
    return { kind: "checks", checks: checker.checks };
  } catch (stop) {
    if (stop instanceof Stop) return stop.outcome;
    throw stop;
  }
}
