// What a member says: noted by the guard first, signed or sealed where the chain wants it, sent, and heard by itself. What
// the guard refuses is not said. TRUSTCHANGE, CHECKPOINT and a STATUS without a vote bind nobody, and need no note.
import {
  asAuthentic,
  type BpfpEffect,
  type BpfpInput,
  type BpfpMessage,
  bpfpMessageCodec,
  castOf,
  type DecisionStatement,
  decisionDigest,
  membersWith,
  type PromiseAuthentication,
  type PromiseSeal,
  promiseDigest,
  proposalDigest,
  type RoundBallot,
  voteIn,
} from "@witan/consensus";
import {
  assert,
  type Hash,
  type MemberIndex,
  type Membership,
  type PeerId,
  type PublicKey,
  present,
  type Signature,
} from "@witan/primitives";
import type { VoteSlot } from "../../ports.ts";
import type { ConsensusParts } from "../consensus-parts.ts";
import type { GuardedEngine } from "./guarded-engine.ts";
import { isHeard } from "./own-word.ts";
import type { Post } from "./post.ts";
import { ballotSlot, decidedAgainSlot, decisionSlot, promiseSlot } from "./slots.ts";

/** What a voice is made with. */
export interface VoiceOptions {
  readonly parts: ConsensusParts;
  readonly post: Post;
  readonly engine: GuardedEngine;
  readonly promiseAuthentication: PromiseAuthentication;
  /** Whether proposals are signed. */
  readonly detectByzantineAcceptors: boolean;
  readonly input: (input: BpfpInput) => void;
}

/** A decision as this member has signed it. */
export interface SignedDecision {
  readonly statement: DecisionStatement;
  readonly signature: Signature;
  readonly me: MemberIndex;
}

type EffectOf<Kind extends BpfpEffect["kind"]> = Extract<BpfpEffect, { kind: Kind }>;

/** The voice of one node. */
export class Voice {
  readonly #options: VoiceOptions;

  constructor(options: VoiceOptions) {
    this.#options = options;
  }

  /** Says what only the channel vouches for. Whatever tells of a vote waits until it is noted. */
  say(effect: EffectOf<"broadcast" | "send">, membership: Membership): void | Promise<void> {
    const ballot = voteIn(effect.message);
    if (ballot === undefined) return this.#send(effect, membership);
    const digest = proposalDigest(this.#chainId, ballot);
    return this.#noted(membership, ballotSlot(ballot), digest).then((isNoted) => {
      if (isNoted) this.#send(effect, membership);
    });
  }

  /**
   * Has the guard know of a proposal while its record is being written. Nobody acts on its answer: `propose`, which comes
   * behind both, is given the same.
   */
  async announce(ballot: RoundBallot): Promise<void> {
    const { parts, detectByzantineAcceptors } = this.#options;
    const { signer } = parts.ports;
    const membership = present(parts.chain.memberships(ballot.membership), "whom it is proposed to");
    const [, key] = this.#me(membership);
    const slot = ballotSlot(ballot);
    this.#assertSpeaks(key, slot);
    const digest = proposalDigest(this.#chainId, ballot);
    await (detectByzantineAcceptors
      ? signer.signVote(key, slot, digest)
      : signer.noteVote(key, slot, digest));
  }

  /** Sends an ACCEPT, with the body beside it as far as it was not sent. */
  async propose({ to, message, sign }: EffectOf<"sendAccept">): Promise<void> {
    const { post, parts } = this.#options;
    const digest = proposalDigest(this.#chainId, message);
    const { chain, proposals } = parts;
    const membership = present(chain.memberships(message.membership), "whom it is proposed to");
    const { blockHash, height } = message;
    const isDecided = height <= chain.tip.height;
    const slot = isDecided ? decidedAgainSlot(message) : ballotSlot(message);
    let signature: readonly Signature[] = [];
    if (sign) {
      const signed = await this.#signed(membership, slot, digest);
      if (signed === undefined) return;
      signature = [signed];
    } else if (!(await this.#noted(membership, slot, digest))) return;
    const peers = to === "acceptors" ? post.acceptorsOf(membership) : post.peersOf(membership, [to]);
    const body = isDecided
      ? chain.blockBytes(height)
      : (proposals.valid(blockHash)?.block.bytes ?? chain.proposal(blockHash));
    if (body !== undefined) post.body(blockHash, body, peers);
    this.#deliver(membership, peers, { ...message, signature });
  }

  /** Seals a promise as the chain does, and sends it. */
  async promise({ to, content }: EffectOf<"sendPromise">, membership: Membership): Promise<void> {
    const { post } = this.#options;
    const digest = promiseDigest(this.#chainId, content);
    const seal = await this.#sealed(membership, promiseSlot(content), digest);
    if (seal === undefined) return;
    this.#deliver(membership, post.peersOf(membership, [to]), { kind: "promise", ...content, seal });
  }

  /**
   * Tells observers, who hear of no votes, that a block is decided, as soon as it is: acceptors only crash, so the word of
   * one is enough. What is signed for others comes later.
   */
  tell({ height, hash }: EffectOf<"finalize">, membership: Membership): void {
    const { engine, parts } = this.#options;
    const { part, round } = engine.status();
    if (part !== "acceptor") return;
    const message: BpfpMessage = {
      ...{ kind: "status", membership: membership.from, round, proven: "yes" },
      ...{ height, blockHash: hash, vote: [] },
    };
    const members = membership.members.map(({ peerId }) => peerId);
    const observers = parts.connected().filter((peer) => !members.includes(peer));
    this.#deliver(membership, observers, message);
  }

  /** Signs a decision; undefined: the guard knows of another, or of a later one. */
  signDecision(statement: DecisionStatement, key: PublicKey): Promise<Signature | undefined> {
    return this.#signedBy(key, decisionSlot(statement), decisionDigest(this.#chainId, statement));
  }

  /** Tells everyone that blocks were decided. */
  sayDecided(decisions: readonly SignedDecision[]): void {
    const { parts, input } = this.#options;
    for (const { statement, signature, me } of decisions) {
      const message: BpfpMessage = { kind: "decided", ...statement, signature };
      const membership = present(parts.chain.memberships(statement.membership), "who decided it");
      this.#deliver(membership, parts.connected(), message);
      input({ kind: "message", message: asAuthentic(me, message) });
    }
  }

  get #chainId() {
    return this.#options.parts.chain.chain.chainId;
  }

  #send(effect: EffectOf<"broadcast" | "send">, membership: Membership): void {
    const { post, parts, input } = this.#options;
    const { message } = effect;
    if (effect.kind === "send") {
      this.#deliver(membership, post.peersOf(membership, [effect.to]), message);
      return;
    }
    const { acceptors, proposers } = castOf(membership);
    const peers =
      effect.to === "everyone"
        ? parts.connected()
        : post.peersOf(membership, effect.to === "acceptors" ? acceptors : proposers);
    this.#deliver(membership, peers, message);
    const [me] = this.#me(membership);
    input({ kind: "message", message: asAuthentic(me, message) });
  }

  /** Unless nobody would take it for this member's. */
  #deliver(membership: Membership, peers: readonly PeerId[], message: BpfpMessage): void {
    const { post, parts } = this.#options;
    if (isHeard(membership, parts.ports)) post.send(peers, bpfpMessageCodec.encode(message));
  }

  async #sealed(membership: Membership, slot: VoteSlot, digest: Hash): Promise<PromiseSeal | undefined> {
    const { promiseAuthentication, parts } = this.#options;
    if (promiseAuthentication === "signature") {
      const signature = await this.#signed(membership, slot, digest);
      return signature && { kind: "signature", signature };
    }
    if (!(await this.#noted(membership, slot, digest))) return undefined;
    const sealer = present(parts.ports.promiseSealer, "the key that acceptors share");
    return { kind: "mac", mac: sealer.seal(digest) };
  }

  #signed(membership: Membership, slot: VoteSlot, digest: Hash): Promise<Signature | undefined> {
    const [, key] = this.#me(membership);
    this.#assertSpeaks(key, slot);
    return this.#signedBy(key, slot, digest);
  }

  async #signedBy(key: PublicKey, slot: VoteSlot, digest: Hash): Promise<Signature | undefined> {
    const signed = await this.#options.parts.ports.signer.signVote(key, slot, digest);
    if (signed.ok) return signed.value;
    // Of decisions those of lower heights are asked for again after a restart: what was signed is kept elsewhere.
    if (slot.lane === "vote" || signed.code === "contradicts") this.#refused(slot, signed);
    return undefined;
  }

  async #noted(membership: Membership, slot: VoteSlot, digest: Hash): Promise<boolean> {
    const [, key] = this.#me(membership);
    this.#assertSpeaks(key, slot);
    const noted = await this.#options.parts.ports.signer.noteVote(key, slot, digest);
    if (!noted.ok) this.#refused(slot, noted);
    return noted.ok;
  }

  #assertSpeaks(key: PublicKey, { height }: VoteSlot): void {
    assert(
      !this.#options.engine.isSilent(key, height),
      `a vote at height ${height}, for which this node must be silent`,
    );
  }

  #refused(
    slot: VoteSlot,
    { code, detail }: { readonly code: string; readonly detail?: string | undefined },
  ): void {
    this.#options.parts.ports.log.warn(
      { ...slot, code, detail },
      "the signer guard refused a vote: this member is silent here, and goes on with the next round or height",
    );
  }

  #me(membership: Membership): readonly [MemberIndex, PublicKey] {
    const { engine } = this.#options;
    const me = present(membersWith(membership, engine.votingKeys)[0], "the member that this node is");
    return [me, present(membership.members[me], "a member").votingKey];
  }
}
