// What must hold of a message of BP Fast Paxos before the engine sees it: form, and the signatures and MACs to be asked
// for. Pure: the host asks, and alone makes `Authentic`. Who sent the message is the channel's to say.

import {
  type BpFastPaxosCertificate,
  type Certificate,
  type ChainId,
  certificateDigest,
  fastQuorum,
  type Height,
  type MemberIndex,
  type Membership,
  type PublicKey,
  type Signature,
} from "@witan/primitives";
import type { AuthenticationCheck, ChecksAnswer, Memberships } from "../engine.ts";
import { CORRECTED, type Corrections } from "./corrections.ts";
import {
  type Accept,
  type BpfpMessage,
  decisionDigest,
  type Learn,
  type PromiseAuthentication,
  promiseDigest,
  proposalDigest,
  type RoundBallot,
  type SealedPromise,
} from "./messages.ts";
import { castOf, proposerOf } from "./roles.ts";
import { roundStart, supports } from "./round-start.ts";

/** What decides how messages are checked. */
export interface BpfpCheckOptions {
  readonly chainId: ChainId;
  /** As the genesis says. */
  readonly promiseAuthentication: PromiseAuthentication;
  readonly detectByzantineAcceptors: boolean;
  /** Whether the key that acceptors share is here. A proposer carries promises that it can't check. */
  readonly holdsPromiseKey: boolean;
  /** The acceptor that asks; undefined: another. */
  readonly me?: MemberIndex | undefined;
  /** As nodes run them, unless a simulator shows what becomes of a printed rule. */
  readonly corrections?: Corrections;
}

/** Thrown inside this file only, and turned into an answer. */
type Outcome = Exclude<ChecksAnswer, { kind: "checks" }>;

class Stop extends Error {
  readonly outcome: Outcome;
  constructor(outcome: Outcome) {
    super(outcome.kind);
    this.outcome = outcome;
  }
}

function fault(code: string): Stop {
  return new Stop({ kind: "fault", code });
}

function answered(run: () => readonly AuthenticationCheck[]): ChecksAnswer<AuthenticationCheck> {
  try {
    return { kind: "checks", checks: run() };
  } catch (stop) {
    if (stop instanceof Stop) return stop.outcome;
    throw stop;
  }
}

/**
 * What to ask of a message that came over the channel of a member. An ACCEPT that is at fault, or of which a check fails,
 * goes to the engine as `badAccept`; other messages at fault go nowhere.
 * @param sender position in the members of the message's own membership
 */
export function bpfpChecks(
  options: BpfpCheckOptions,
  sender: MemberIndex,
  message: BpfpMessage,
  memberships: Memberships,
): ChecksAnswer<AuthenticationCheck> {
  return answered(() => {
    const checker = new Checker(options, membershipFrom(message.membership, memberships));
    checker.message(sender, message);
    return checker.checks;
  });
}

/** The membership that counts from a height. */
function membershipFrom(from: Height, memberships: Memberships): Membership {
  const membership = deciding(from, memberships);
  if (membership.from !== from) throw fault("membership");
  return membership;
}

function deciding(height: Height, memberships: Memberships): Membership {
  const membership = memberships(height);
  if (membership === undefined) throw new Stop({ kind: "notYet", height });
  return membership;
}

class Checker {
  readonly checks: AuthenticationCheck[] = [];
  readonly #options: BpfpCheckOptions;
  readonly #membership: Membership;
  readonly #cast: ReturnType<typeof castOf>;

  constructor(options: BpfpCheckOptions, membership: Membership) {
    this.#options = options;
    this.#membership = membership;
    this.#cast = castOf(membership);
  }

  message(sender: MemberIndex, message: BpfpMessage): void {
    if (this.#membership.members[sender] === undefined) throw fault("unknown-member");
    if (message.kind === "status") return;
    if (message.kind === "accept") {
      this.#accept(sender, message);
      return;
    }
    if (!this.#cast.acceptors.includes(sender)) throw fault("not-an-acceptor");
    switch (message.kind) {
      case "learn":
        this.#height(message);
        return;
      case "promise":
        this.#promise(message);
        if (message.acceptor !== sender) throw fault("promise-acceptor");
        this.#seal(message);
        return;
      case "decided": {
        if (message.height < message.membership) throw fault("height-before-membership");
        const digest = decisionDigest(this.#options.chainId, message);
        this.#signature(sender, digest, message.signature);
        return;
      }
      case "trustChange":
      case "checkpoint":
        return;
    }
  }

  #height({ height, membership }: RoundBallot): void {
    if (height < membership) throw fault("height-before-membership");
  }

  #accept(sender: MemberIndex, accept: Accept): void {
    if (sender !== proposerOf(accept.round, this.#cast)) throw fault("accept-proposer");
    this.#height(accept);
    this.#proposal(sender, accept);
    if (accept.proof.length > 0) this.#proof(accept);
  }

  /** An acceptor passes the signature on as its own defence: one that does not hold would make it look like a liar. */
  #proposal(proposer: MemberIndex, accept: Accept): void {
    const { chainId, detectByzantineAcceptors } = this.#options;
    if (!detectByzantineAcceptors) return;
    const [signature] = accept.signature;
    if (signature === undefined) throw fault("accept-unsigned");
    this.#signature(proposer, proposalDigest(chainId, accept), signature);
  }

  /** Verifying a proof: promises of a quorum of distinct acceptors for this round, and a block that they support. */
  #proof(accept: Accept): void {
    const { round, membership, proof, height, blockHash } = accept;
    if (round === 0) throw fault("proof-of-first-round");
    const { acceptors } = this.#cast;
    if (proof.length < fastQuorum(acceptors.length)) throw fault("proof-quorum");
    let last = -1;
    for (const promise of proof) {
      if (promise.acceptor <= last) throw fault("proof-acceptors");
      last = promise.acceptor;
      if (promise.round !== round || promise.membership !== membership) throw fault("proof-round");
      this.#promise(promise);
    }
    if (!supports(roundStart(proof, acceptors.length), height, blockHash)) throw fault("accept-support");
    const { promisesToCheck } = this.#options.corrections ?? CORRECTED;
    for (const promise of promisesToCheck(proof, this.#options.me)) this.#seal(promise);
  }

  #promise({ acceptor, round, membership, decidedHeight, vote, seal }: SealedPromise): void {
    if (!this.#cast.acceptors.includes(acceptor)) throw fault("promise-acceptor");
    if (round === 0) throw fault("promise-round");
    if (decidedHeight < membership - 1) throw fault("decided-before-membership");
    const [voted] = vote;
    if (voted !== undefined && voted.round >= round) throw fault("promise-vote");
    if (seal.kind !== this.#options.promiseAuthentication) throw fault("promise-seal");
  }

  #seal(promise: SealedPromise): void {
    const { chainId, corrections = CORRECTED } = this.#options;
    const digest = promiseDigest(chainId, promise, corrections.promiseStatement);
    const { seal, acceptor } = promise;
    if (seal.kind === "signature") this.#signature(acceptor, digest, seal.signature);
    else if (this.#options.holdsPromiseKey) this.checks.push({ kind: "mac", digest, mac: seal.mac });
  }

  #signature(member: MemberIndex, digest: ReturnType<typeof proposalDigest>, signature: Signature): void {
    this.checks.push({ kind: "signature", digest, publicKey: keyOf(this.#membership, member), signature });
  }
}

function keyOf(membership: Membership, member: MemberIndex): PublicKey {
  const found = membership.members[member];
  if (found === undefined) throw fault("unknown-member");
  return found.votingKey;
}

/** What to ask of a certificate by itself: one that came with a block, or was asked for. */
export function bpfpCertificateChecks(
  chainId: ChainId,
  certificate: Certificate,
  memberships: Memberships,
): ChecksAnswer<AuthenticationCheck> {
  return answered(() => {
    if (certificate.kind !== "bp-fast-paxos") throw fault("certificate-kind");
    return signaturesOf(chainId, certificate, deciding(certificate.height, memberships));
  });
}

function signaturesOf(
  chainId: ChainId,
  certificate: BpFastPaxosCertificate,
  membership: Membership,
): readonly AuthenticationCheck[] {
  const { acceptors } = castOf(membership);
  if (membership.from !== certificate.membership) throw fault("certificate-membership");
  if (certificate.signatures.length < fastQuorum(acceptors.length)) throw fault("certificate-quorum");
  const digest = certificateDigest(chainId, certificate);
  let last = -1;
  return certificate.signatures.map(({ member, signature }) => {
    if (member <= last || !acceptors.includes(member)) throw fault("certificate-senders");
    last = member;
    return { kind: "signature", digest, publicKey: keyOf(membership, member), signature };
  });
}

/** What to ask of two LEARNs of a round that differ: did its proposer sign each? Undefined: that one has no signature. */
export function learnChecks(
  chainId: ChainId,
  learns: readonly [Learn, Learn],
  membership: Membership,
): readonly (AuthenticationCheck | undefined)[] {
  return learns.map((learn) => {
    const proposer = proposerOf(learn.round, castOf(membership));
    const [signature] = learn.signature;
    if (signature === undefined || proposer === undefined) return undefined;
    const publicKey = keyOf(membership, proposer);
    return { kind: "signature", digest: proposalDigest(chainId, learn), publicKey, signature };
  });
}
