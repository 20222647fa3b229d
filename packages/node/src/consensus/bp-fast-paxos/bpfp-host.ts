// Drives the BP Fast Paxos engine: carries out its effects in order (what each obliges to, the engine's `types.ts` says)
// and answers it by inputs. Must never let a message leave before what it rests on is durable, nor say what the guard
// refuses. In the common case it makes no signature and no MAC before a block is final.
import type {
  BpfpEffect,
  BpfpEvidence,
  BpfpInput,
  BpfpKept,
  BpfpRecord,
  PromiseAuthentication,
  RoundBallot,
  Uncertified,
} from "@witan/consensus";
import { castOf, learnChecks, proposerOf, UNCERTIFIED_MAX } from "@witan/consensus";
import {
  type Certificate,
  type Height,
  type Membership,
  present,
  type StoreChange,
  type View,
} from "@witan/primitives";
import type { Work } from "../../pool/work-watch.ts";
import { bulkMessageCodec } from "../../wire.ts";
import type { ConsensusParts } from "../consensus-parts.ts";
import { EffectQueue } from "../effect-queue.ts";
import { CertificateGaps } from "./certificate-gaps.ts";
import { CertificateSource } from "./certificate-source.ts";
import { DecisionSigner } from "./decision-signer.ts";
import { type BpfpHostStatus, GuardedEngine } from "./guarded-engine.ts";
import type { Inbox } from "./inbox.ts";
import { warnOfOlderData } from "./older-data.ts";
import { shownBy } from "./own-word.ts";
import { Post } from "./post.ts";
import { putRecord } from "./records.ts";
import { Throughput } from "./throughput.ts";
import { Voice } from "./voice.ts";

/** What a host is made with. */
export interface BpfpHostOptions {
  readonly parts: ConsensusParts;
  readonly inbox: Inbox;
  readonly records: readonly BpfpRecord[];
  readonly promiseAuthentication: PromiseAuthentication;
  readonly detectByzantineAcceptors: boolean;
  readonly onEvidence: (evidence: BpfpEvidence) => void;
}

/** An effect, and the members that it speaks of. */
interface Placed {
  readonly effect: BpfpEffect;
  readonly membership: Membership;
}

type EffectOf<Kind extends BpfpEffect["kind"]> = Extract<BpfpEffect, { kind: Kind }>;

/** Messages for the next height that the engine keeps of one sender. */
export const BPFP_BUFFERED_MAX = 32;

/** Blocks are measured over so many round timeouts: a slow moment is no slow proposer. */
const WINDOWS = 4;

/** The host of a BP Fast Paxos engine. */
export class BpfpHost {
  readonly #options: BpfpHostOptions;
  readonly #parts: ConsensusParts;
  readonly #engine: GuardedEngine;
  readonly #effects: EffectQueue<Placed>;
  readonly #post: Post;
  readonly #voice: Voice;
  readonly #decisions: DecisionSigner;
  readonly #certificates: CertificateSource;
  readonly #gaps: CertificateGaps;
  /** Undefined: no proposer is suspected for making little of its time. */
  readonly #throughput: Throughput | undefined;
  /** The members as the engine knows them: its effects name them by their positions. */
  #membership: Membership;
  /** Inputs that came while the engine was at work: `step` is never re-entered. */
  readonly #inputs: BpfpInput[] = [];
  #stepping = false;
  #stopped = false;
  #ticks = 0;

  constructor(options: BpfpHostOptions) {
    const { parts, records, detectByzantineAcceptors } = options;
    const { chain, ports, times, settings } = parts;
    const { minimumSharePermille = 0 } = settings;
    const { height, hash } = chain.tip;
    this.#options = options;
    this.#parts = parts;
    this.#membership = this.#membershipAt((height + 1) as Height);
    const { viewTicks: roundTicks, viewTicksMax: roundTicksMax, resendTicks } = times;
    this.#engine = new GuardedEngine({
      config: {
        ...{ votingKeys: ports.signer.publicKeys, roundTicks, roundTicksMax, resendTicks },
        ...{ bufferedMax: BPFP_BUFFERED_MAX, minimumSharePermille, detectByzantineAcceptors },
      },
      start: { membership: this.#membership, height, hash, uncertified: this.#uncertified(), records },
      lastVotes: (key) => ports.signer.lastVotes(key),
      membershipAt: (at) => this.#membershipAt(at),
      uncertified: () => this.#uncertified(),
    });
    warnOfOlderData(this.#engine, height, ports.log);
    if (minimumSharePermille > 0)
      this.#throughput = new Throughput({
        ...{ clock: ports.clock, windowMs: WINDOWS * settings.viewTimeoutMs },
        waitingBytes: () => parts.mempool.status().bytes,
      });
    const input = (one: BpfpInput): void => this.input(one);
    this.#post = new Post(parts);
    this.#voice = new Voice({ ...options, post: this.#post, input, engine: this.#engine });
    this.#decisions = new DecisionSigner({
      parts,
      voice: this.#voice,
      onFailure: (error) => this.#fail(error),
    });
    this.#gaps = new CertificateGaps({ chain, store: ports.store, onFailure: parts.onFailure });
    this.#certificates = new CertificateSource({
      ...{ parts, inbox: options.inbox, gaps: this.#gaps, input },
    });
    this.#effects = new EffectQueue({
      isDurable: ({ effect }) => effect.kind === "persist",
      carryOut: (placed) => this.#carryOut(placed),
      onFailure: (error) => parts.onFailure(error),
    });
    // A crash may have come between a decision and its signature.
    for (const one of this.#uncertified()) this.#decisions.sign(one, this.#engine.votingKeys);
  }

  /** Where the engine stands. */
  get status(): BpfpHostStatus {
    return this.#engine.status();
  }

  /** How much the engine keeps in memory. */
  get kept(): BpfpKept {
    return this.#engine.kept();
  }

  /** Hands the engine an input, now or as soon as it is done with the one before. */
  input(input: BpfpInput): void {
    this.#inputs.push(input);
    if (this.#stepping) return;
    this.#stepping = true;
    try {
      for (let next = this.#inputs.shift(); next !== undefined; next = this.#inputs.shift()) {
        if (this.#stopped) return;
        this.#step(next);
      }
    } catch (error) {
      this.#parts.onFailure(error);
    } finally {
      this.#stepping = false;
    }
    this.#parts.onStepped();
  }

  /** There is something to do, or nothing any more. */
  workChanged(work: Work): void {
    this.#throughput?.workChanged(work.pending);
    this.input({ kind: "workChanged", ...work });
  }

  /** Whether a block is final here, and lacks nothing. */
  isCertified(height: Height): boolean {
    return height <= this.#parts.chain.tip.height && !this.#gaps.has(height);
  }

  /** What certifies these heights, as far as it is known here. */
  certificates(heights: readonly Height[]): readonly Certificate[] {
    return this.#decisions.known(heights);
  }

  /** Time passes: one tick. */
  tick(): void {
    this.input({ kind: "tick" });
    if (++this.#ticks % this.#parts.times.resendTicks === 0) this.#askPassedOver();
    const measure = this.#throughput?.look(this.#engine.status().round);
    if (measure === undefined) return;
    const { round, sharePermille } = measure;
    this.input({ kind: "throughputMeasured", round: round as View, sharePermille });
  }

  /** Stops; resolves when nothing is being written or sent any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#parts.bodySource.stop();
    this.#certificates.stop();
    await Promise.all([this.#effects.stop(), this.#gaps.stop(), this.#decisions.stop()]);
  }

  #step(input: BpfpInput): void {
    // Of a block that is applied, the effects are still about the members that decided it.
    const before = this.#membership;
    const keys = this.#engine.votingKeys.length;
    const effects = this.#engine.step(input);
    if (input.kind === "applied") this.#membership = input.membership;
    const membership = this.#membership;
    this.#effects.push(
      effects.map((effect) => ({ effect, membership: effect.kind === "sayDecided" ? before : membership })),
    );
    if (this.#engine.votingKeys.length > keys)
      this.#parts.ports.log.info(
        { height: this.#parts.chain.tip.height + 1 },
        "the silence is over: this member takes part from this height on",
      );
  }

  #carryOut(placed: readonly Placed[]): void | Promise<void> {
    const { effect, membership } = present(placed[0], "an effect");
    switch (effect.kind) {
      case "persist":
        return this.#persist(placed.map((one) => one.effect as EffectOf<"persist">));
      case "broadcast":
      case "send":
        return this.#voice.say(effect, membership);
      case "sendAccept":
        return this.#voice.propose(effect);
      case "sendPromise":
        return this.#voice.promise(effect, membership);
      case "sayDecided":
        this.#decisions.sign(
          { membership, height: effect.statement.height, hash: effect.statement.blockHash },
          this.#engine.votingKeys,
        );
        return undefined;
      case "sendDecided":
        return this.#sendDecided(effect);
      case "requestSync":
        return this.#parts.requestSync(effect.height, this.#post.peersOf(membership, effect.from));
      case "requestCertificates":
        this.#certificates.ask(effect.heights, this.#post.peersOf(membership, effect.from));
        return undefined;
      case "evidence":
        return this.#options.onEvidence(effect.evidence);
      case "stableCheckpoint":
        return this.#parts.onStableCheckpoint(effect.height, effect.digest);
      case "buildProposal":
        return this.#go(this.#build(effect));
      case "judgeProposal":
        return this.#go(this.#judge(effect, membership));
      case "checkLearns":
        return this.#go(this.#checkLearns(effect, membership));
      case "finalize":
        this.#voice.tell(effect, membership);
        return this.#go(this.#finalize(effect, membership));
      case "certify":
        this.#gaps.fill(effect.certificate);
        return undefined;
    }
  }

  /** The engine follows the newest blocks without a certificate: what lies below is asked for here. */
  #askPassedOver(): void {
    if (this.#gaps.passedOver.length === 0) return;
    const own = this.certificates(this.#gaps.passedOver).filter((one) => one.kind === "bp-fast-paxos");
    this.#certificates.askPassedOver(this.#post.acceptorsOf(this.#membership), own);
  }

  /** Lets something go on beside the queue. */
  #go(work: Promise<void>): void {
    work.catch((error: unknown) => this.#fail(error));
  }

  #fail(error: unknown): void {
    if (!this.#stopped) this.#parts.onFailure(error);
  }

  /**
   * A vote becomes durable together with the body it is for; and so does a proposal, as far as its body is here. The guard
   * writes what is proposed meanwhile: a proposer needs no record to be safe (`accounts.ts`).
   */
  async #persist(effects: readonly EffectOf<"persist">[]): Promise<void> {
    const { chain, proposals, ports } = this.#parts;
    const changes: StoreChange[] = [];
    // Of several records of one kind the last counts.
    const byKind = new Map(effects.map(({ record }) => [record.kind, record]));
    for (const record of byKind.values()) {
      changes.push(putRecord(record));
      const ballot = ballotIn(record);
      // Behind a slow disk its height may have been decided meanwhile: then the body is in the chain, or will not be asked for.
      if (ballot === undefined || ballot.height <= chain.tip.height) continue;
      const { blockHash } = ballot;
      if (chain.hasProposal(blockHash)) continue;
      const valid = proposals.valid(blockHash);
      if (record.kind === "progress") present(valid, `the body of ${blockHash}, which is voted for`);
      if (valid !== undefined) changes.push(chain.putProposal(blockHash, valid.block.bytes));
    }
    const proposed = byKind.get("proposed");
    await Promise.all([
      ports.store.write(changes, { sync: true }),
      proposed?.kind === "proposed" && this.#voice.announce(proposed),
    ]);
  }

  #sendDecided({ to, membership, height }: EffectOf<"sendDecided">): void {
    const { chain, ports } = this.#parts;
    const shown = shownBy(chain, ports, height);
    const block = chain.blockBytes(height);
    if (shown === undefined || block === undefined) return;
    const [peer] = this.#post.peersOf(this.#membershipAt(membership), [to]);
    if (peer === undefined || !this.#post.mayHelp(peer)) return;
    ports.network.send(peer, "bulk", bulkMessageCodec.encode({ kind: "decided", block, certificate: shown }));
  }

  // Blocks.

  async #build({ height, round }: EffectOf<"buildProposal">): Promise<void> {
    const { proposals, bodies, chain, connected } = this.#parts;
    const { me } = this.#engine.status();
    if (me === undefined || chain.tip.height + 1 !== height) return;
    const valid = await proposals.build(me, round);
    if (valid === undefined || this.#stopped) return;
    const { hash, bytes } = valid.block;
    bodies.keep({ from: undefined, hash, height, bytes });
    // To all: other proposers and observers need it as soon as it is decided.
    this.#post.body(hash, bytes, connected());
    this.input({ kind: "proposalBuilt", height, round, hash });
  }

  async #judge(
    { height, round, hash, forced, holders }: EffectOf<"judgeProposal">,
    membership: Membership,
  ): Promise<void> {
    const { proposals, bodySource, ports, connected } = this.#parts;
    const from = this.#post.peersOf(membership, holders);
    let refused: { readonly for: "all" | "this node"; readonly why: string } | undefined;
    if (proposals.valid(hash) === undefined) {
      const judgement = await bodySource.judged(hash, () => [...new Set([...from, ...connected()])]);
      if (judgement.kind === "stale") return;
      if (judgement.kind === "invalid") refused = { for: "all", why: judgement.detail || judgement.code };
    }
    const valid = proposals.valid(hash);
    if (valid === undefined && refused === undefined) return;
    const proposer = proposerOf(round, castOf(membership));
    if (valid !== undefined && !forced && proposer !== undefined) refused = proposals.unfit(valid, proposer);
    if (refused !== undefined) ports.log.warn({ height, round, hash, why: refused.why }, "proposal refused");
    const judgement = refused === undefined ? "valid" : refused.for === "all" ? "invalid" : "untimely";
    this.input({ kind: "proposalJudged", height, round, hash, judgement });
  }

  async #checkLearns({ first, second }: EffectOf<"checkLearns">, membership: Membership): Promise<void> {
    const { chain, ports } = this.#parts;
    const asked = learnChecks(chain.chain.chainId, [first.message, second.message], membership);
    const [one = false, two = false] = asked.map(
      (check) => check?.kind === "signature" && ports.scheme.verify(check),
    );
    this.input({ kind: "learnsChecked", first, second, signed: [one, two] });
  }

  async #finalize(
    { height, hash, certificate, holders }: EffectOf<"finalize">,
    members: Membership,
  ): Promise<void> {
    const { ports, finalizer, connected, bodies, proposals, blockSize, onApplied } = this.#parts;
    const from = this.#post.peersOf(members, holders);
    const decided = { height, blockHash: hash, certificate };
    const done = await finalizer.finalize(decided, () => [...new Set([...from, ...connected()])]);
    if (!done || this.#stopped) return;
    const marks = this.#gaps.applied(height, certificate !== undefined);
    if (marks.length > 0) this.#go(ports.store.write(marks, { sync: false }));
    const size = proposals.valid(hash)?.block.bytes.length ?? 0;
    blockSize.applied(height, size);
    this.#throughput?.applied(size);
    bodies.forget(height);
    proposals.forget(height);
    this.input({ kind: "applied", height, hash, membership: this.#membershipAt((height + 1) as Height) });
    onApplied();
  }

  #uncertified(): readonly Uncertified[] {
    const { chain } = this.#parts;
    return chain.uncertified(UNCERTIFIED_MAX).map((height) => ({
      ...{ membership: this.#membershipAt(height), height },
      hash: present(chain.hashAt(height), `block ${height}`),
    }));
  }

  #membershipAt(height: Height): Membership {
    return present(this.#parts.chain.memberships(height), `the membership of height ${height}`);
  }
}

/** The block that a record is about. */
function ballotIn(record: BpfpRecord): Pick<RoundBallot, "height" | "blockHash"> | undefined {
  if (record.kind === "progress") return record.vote;
  return record.kind === "proposed" ? record : undefined;
}
