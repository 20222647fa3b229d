// Drives the PBFT engine: carries out its effects in order (design.md, "The host's duties") and answers it by inputs.
// Must never let a message leave before what it rests on is durable, nor sign a vote past the guard.
import {
  asVerified,
  digestOf,
  type Equivocation,
  type MessageSlot,
  membersWith,
  type PbftEffect,
  type PbftInput,
  type PbftKept,
  type PbftMessage,
  type PbftRecord,
  primaryOf,
  signedMessageCodec,
  type Verified,
} from "@witan/consensus";
import {
  assert,
  type Clock,
  type Hash,
  type Height,
  type MemberIndex,
  type Membership,
  type Network,
  type PbftCertificate,
  type PeerId,
  type PublicKey,
  present,
  type Store,
  type StoreChange,
} from "@witan/primitives";
import type { ChainKeeper } from "../../chain/chain-keeper.ts";
import type { Log, VoteSigner } from "../../ports.ts";
import { bulkMessageCodec } from "../../wire.ts";
import type { BlockSize } from "../block-size.ts";
import type { Bodies } from "../bodies.ts";
import type { BodySource } from "../body-source.ts";
import { EffectQueue } from "../effect-queue.ts";
import type { Finalizer } from "../finalizer.ts";
import type { Proposals } from "../proposals.ts";
import type { NewViewLog } from "./new-view-log.ts";
import { putRecord } from "./records.ts";
import { VotingEngine, type VotingStatus } from "./voting-engine.ts";

/** How long views last, in ticks. */
export interface PbftTimes {
  readonly viewTicks: number;
  readonly viewTicksMax: number;
  readonly resendTicks: number;
}

/** What a host is made with. */
export interface PbftHostOptions {
  readonly chain: ChainKeeper;
  readonly store: Store;
  readonly network: Network;
  readonly signer: VoteSigner;
  readonly proposals: Proposals;
  readonly bodies: Bodies;
  readonly bodySource: BodySource;
  readonly finalizer: Finalizer;
  readonly blockSize: BlockSize;
  readonly log: Log;
  readonly times: PbftTimes;
  readonly clock: Clock;
  /** A peer is helped this often at most, whatever it says: reading a block costs more than asking for it. */
  readonly helpPauseMs: number;
  readonly records: readonly PbftRecord[];
  readonly newViews: NewViewLog;
  /** Everybody that messages to all go to. */
  readonly connected: () => readonly PeerId[];
  readonly requestSync: (height: Height, from: readonly PeerId[]) => void;
  readonly onEvidence: (evidence: Equivocation) => void;
  readonly onStableCheckpoint: (height: Height, digest: Hash) => void;
  /** The engine may stand elsewhere now. */
  readonly onStepped: () => void;
  /** A block was applied, and the engine knows. */
  readonly onApplied: () => void;
  /** Something failed that this node can't go on with. */
  readonly onFailure: (error: unknown) => void;
}

/** An effect, and the members that it speaks of. */
interface Placed {
  readonly effect: PbftEffect;
  readonly membership: Membership;
}

type EffectOf<Kind extends PbftEffect["kind"]> = Extract<PbftEffect, { kind: Kind }>;

/** Messages for the next height that the engine keeps of one sender. */
export const BUFFERED_MAX = 32;

/** Said of a key whose guard is newer than the data. */
const SILENT =
  "the data are older than the signer guard: they were lost, or restored from a copy, so this validator has forgotten votes that it has sent. It follows the chain and signs no vote up to the height `until`; once that is decided by the others it votes again by itself. If so many members are silent that no quorum is left, nothing is decided there until enough of them have their latest data back (docs/operations.md)";

/** The host of a PBFT engine. */
export class PbftHost {
  readonly #options: PbftHostOptions;
  readonly #engine: VotingEngine;
  readonly #effects: EffectQueue<Placed>;
  /** The members as the engine knows them: its effects name them by their positions. */
  #membership: Membership;
  /** Inputs that came while the engine was at work: `step` is never re-entered. */
  readonly #inputs: PbftInput[] = [];
  #stepping = false;
  /** When each peer was last helped, and how; as many as there were members. */
  readonly #helpedAtMs = new Map<string, number>();
  #stopped = false;

  constructor(options: PbftHostOptions) {
    this.#options = options;
    const { chain, signer, times, records } = options;
    const { height, hash } = chain.tip;
    const membership = this.#membershipAt((height + 1) as Height);
    const certificate = height === 0 ? undefined : pbftCertificate(chain, height);
    this.#membership = membership;
    this.#engine = new VotingEngine({
      config: { votingKeys: signer.publicKeys, bufferedMax: BUFFERED_MAX, ...times },
      start: { membership, height, hash, certificate, records },
      lastVotes: (key) => signer.lastVotes(key),
      membershipAt: (at) => this.#membershipAt(at),
    });
    for (const { key, until, why } of this.#engine.silences)
      options.log.warn({ votingKey: key, why, until, votesFrom: until + 1 }, SILENT);
    this.#effects = new EffectQueue({
      isDurable: ({ effect }) => effect.kind === "persist",
      carryOut: (placed) => this.#carryOut(placed),
      onFailure: (error) => options.onFailure(error),
    });
  }

  /** Where the engine stands. */
  get status(): VotingStatus {
    return this.#engine.status();
  }

  /** How much the engine keeps in memory. */
  get kept(): PbftKept {
    return this.#engine.kept();
  }

  /** Hands the engine an input, now or as soon as it is done with the one before. */
  input(input: PbftInput): void {
    this.#inputs.push(input);
    if (this.#stepping) return;
    this.#stepping = true;
    try {
      for (let next = this.#inputs.shift(); next !== undefined; next = this.#inputs.shift()) {
        if (this.#stopped) return;
        if (next.kind === "applied") this.#membership = next.membership;
        const membership = this.#membership;
        const keys = this.#engine.votingKeys.length;
        this.#effects.push(this.#engine.step(next).map((effect) => ({ effect, membership })));
        if (this.#engine.votingKeys.length > keys)
          this.#options.log.info(
            { height: this.#options.chain.tip.height + 1 },
            "the silence is over: this validator votes from this height on",
          );
      }
    } catch (error) {
      this.#options.onFailure(error);
    } finally {
      this.#stepping = false;
    }
    this.#options.onStepped();
  }

  /** Stops; resolves when nothing is being written or sent any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#options.bodySource.stop();
    await this.#effects.stop();
  }

  #carryOut(placed: readonly Placed[]): void | Promise<void> {
    const { effect, membership } = present(placed[0], "an effect");
    switch (effect.kind) {
      case "persist":
        return this.#persist(placed.map((one) => one.effect as EffectOf<"persist">));
      case "broadcast":
        return this.#say(effect.message, effect.slot, undefined);
      case "send":
        return this.#say(effect.message, effect.slot, this.#peersOf(membership, [effect.to]));
      case "forward":
        return this.#help(membership, effect.to, "forward", () => encoded(effect.message));
      case "sendDecided":
        return this.#sendDecided(effect);
      case "requestSync":
        return this.#options.requestSync(effect.height, this.#peersOf(membership, effect.from));
      case "evidence":
        return this.#options.onEvidence(effect.evidence);
      case "stableCheckpoint":
        return this.#options.onStableCheckpoint(effect.height, effect.digest);
      case "buildProposal":
        return this.#go(this.#build(effect));
      case "judgeProposal":
        return this.#go(this.#judge(effect, membership));
      case "finalize":
        return this.#go(this.#finalize(effect, membership));
    }
  }

  /** Lets something go on beside the queue. */
  #go(work: Promise<void>): void {
    work.catch((error: unknown) => {
      if (!this.#stopped) this.#options.onFailure(error);
    });
  }

  // Durable, then signed, then sent.

  /** A vote becomes durable together with the body it is for. */
  #persist(effects: readonly EffectOf<"persist">[]): Promise<void> {
    const changes: StoreChange[] = [];
    // Of several records of one kind the last counts.
    const byKind = new Map(effects.map(({ record }) => [record.kind, record]));
    changes.push(...this.#options.newViews.changes(byKind.values()));
    for (const record of byKind.values()) {
      changes.push(putRecord(record));
      if (record.kind !== "progress" || record.accepted === undefined) continue;
      const { blockHash: hash, height } = record.accepted.message;
      // Behind a slow disk its height may have been decided meanwhile: then the body is in the chain, or will not be asked for.
      if (height <= this.#options.chain.tip.height || this.#options.chain.hasProposal(hash)) continue;
      const valid = present(this.#options.proposals.valid(hash), `the body of ${hash}, which is voted for`);
      changes.push(this.#options.chain.putProposal(hash, valid.block.bytes));
    }
    return this.#options.store.write(changes, { sync: true });
  }

  /** @param to undefined: everybody, oneself too */
  async #say(
    message: PbftMessage,
    slot: MessageSlot | undefined,
    to: readonly PeerId[] | undefined,
  ): Promise<void> {
    const { signer, chain, log } = this.#options;
    const digest = digestOf(chain.chain.chainId, message);
    const [me, key] = this.#voterOf(message.membership);
    let signature = slot === undefined ? signer.signStatement(key, digest) : undefined;
    if (slot !== undefined) {
      const isSilent = slot.lane === "vote" && this.#engine.isSilent(key, slot.height);
      assert(!isSilent, `a vote at height ${slot.height}, for which this node must be silent`);
      const signed = await signer.signVote(key, slot, digest);
      if (signed.ok) signature = signed.value;
      else
        log.warn(
          { kind: message.kind, ...slot, code: signed.code, detail: signed.detail },
          "the signer guard refused a vote: this validator is silent here, and goes on with the next view or height",
        );
    }
    if (signature === undefined || this.#stopped) return;
    const verified = asVerified(me, message, signature);
    const bytes = encoded(verified);
    this.#sendTo(to ?? this.#options.connected(), bytes);
    if (to === undefined) this.input({ kind: "message", message: verified });
  }

  #voterOf(from: Height): readonly [MemberIndex, PublicKey] {
    const membership = this.#membershipAt(from);
    const me = present(membersWith(membership, this.#engine.votingKeys)[0], "the member that this node is");
    return [me, present(membership.members[me], "a member").votingKey];
  }

  #sendTo(peers: readonly PeerId[], bytes: Uint8Array): void {
    for (const peer of peers) this.#options.network.send(peer, "consensus", bytes);
  }

  #sendDecided({ to, membership, height }: EffectOf<"sendDecided">): void {
    this.#help(this.#membershipAt(membership), to, "decided", () => {
      const certificate = this.#options.chain.certificate(height);
      const block = this.#options.chain.blockBytes(height);
      if (certificate === undefined || block === undefined) return undefined;
      return bulkMessageCodec.encode({ kind: "decided", block, certificate });
    });
  }

  /** Sends a member what it lacks, unless it was helped just now. */
  #help(
    members: Membership,
    to: MemberIndex,
    how: "forward" | "decided",
    bytes: () => Uint8Array | undefined,
  ): void {
    const { network, clock, helpPauseMs } = this.#options;
    const [peer] = this.#peersOf(members, [to]);
    if (peer === undefined || !network.isConnected(peer)) return;
    const now = clock.monotonicMs();
    const before = this.#helpedAtMs.get(how + peer);
    if (before !== undefined && now - before < helpPauseMs) return;
    this.#helpedAtMs.set(how + peer, now);
    const message = bytes();
    if (message !== undefined) network.send(peer, how === "decided" ? "bulk" : "consensus", message);
  }

  // Blocks.

  async #build({ height, view }: EffectOf<"buildProposal">): Promise<void> {
    const { proposals, bodies, network, chain } = this.#options;
    const [me] = this.#voterOf(this.#membershipAt(height).from);
    const valid = chain.tip.height + 1 === height ? await proposals.build(me, view) : undefined;
    if (valid === undefined || this.#stopped) return;
    const { hash, bytes } = valid.block;
    bodies.keep({ from: undefined, hash, height, bytes });
    const message = bulkMessageCodec.encode({ kind: "proposal", block: bytes });
    for (const peer of this.#options.connected()) network.send(peer, "bulk", message);
    this.input({ kind: "proposalBuilt", height, view, hash });
  }

  async #judge(
    { height, view, hash, forced, holders }: EffectOf<"judgeProposal">,
    membership: Membership,
  ): Promise<void> {
    const { proposals, bodySource, log, connected } = this.#options;
    const from = this.#peersOf(membership, holders);
    let why: string | undefined;
    if (proposals.valid(hash) === undefined) {
      const judgement = await bodySource.judged(hash, () => [...new Set([...from, ...connected()])]);
      if (judgement.kind === "stale") return;
      if (judgement.kind === "invalid") why = judgement.detail || judgement.code;
    }
    const valid = proposals.valid(hash);
    if (valid !== undefined && !forced)
      why = proposals.unfit(valid, primaryOf(view, membership.members.length))?.why;
    if (why !== undefined) log.warn({ height, view, hash, why }, "proposal refused");
    this.input({
      kind: "proposalJudged",
      height,
      view,
      hash,
      valid: valid !== undefined && why === undefined,
    });
  }

  async #finalize({ certificate, holders }: EffectOf<"finalize">, members: Membership): Promise<void> {
    const { finalizer, connected, chain, bodies, proposals, blockSize } = this.#options;
    const from = this.#peersOf(members, holders);
    const { height: decidedHeight, blockHash } = certificate;
    const decided = { height: decidedHeight, blockHash, certificate };
    const done = await finalizer.finalize(decided, () => [...new Set([...from, ...connected()])]);
    if (!done || this.#stopped) return;
    const { height, hash } = chain.tip;
    blockSize.applied(height, proposals.valid(hash)?.block.bytes.length ?? 0);
    bodies.forget(height);
    proposals.forget(height);
    const membership = this.#membershipAt((height + 1) as Height);
    this.input({ kind: "applied", height, hash, membership });
    this.#options.onApplied();
  }

  #membershipAt(height: Height): Membership {
    return present(this.#options.chain.memberships(height), `the membership of height ${height}`);
  }

  /** The peers of members, oneself aside. */
  #peersOf({ members }: Membership, positions: readonly MemberIndex[]): readonly PeerId[] {
    const peers = positions.map((position) => members[position]?.peerId);
    const { self } = this.#options.network;
    return peers.filter((peer): peer is PeerId => peer !== undefined && peer !== self);
  }
}

/** The commit certificate of a block that was applied. */
function pbftCertificate(chain: ChainKeeper, height: Height): PbftCertificate {
  const certificate = present(chain.certificate(height), `the certificate of block ${height}`);
  assert(certificate.kind === "pbft", "a chain of PBFT has its certificates");
  return certificate;
}

function encoded({ sender, message, signature }: Verified<PbftMessage>): Uint8Array {
  return signedMessageCodec.encode({ sender, message, signature });
}
