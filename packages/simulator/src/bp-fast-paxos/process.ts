// One process of a world of BP Fast Paxos: a real engine, and what its host does for it (engines/process.ts). The channel
// says who sent a message; what is sealed is checked as a node does it. Knows nothing of lies: a conduct comes in between
// where there is one.
import {
  asAuthentic,
  type BpfpEffect,
  type BpfpInput,
  type BpfpMessage,
  bpfpCertificateChecks,
  bpfpChecks,
  castOf,
  decisionDigest,
  learnChecks,
  type PromiseContent,
  promiseDigest,
  proposalDigest,
  type SealedPromise,
} from "@witan/consensus";
import type { BpFastPaxosCertificate, Height, MemberIndex, Membership, PublicKey } from "@witan/primitives";
import { BlockSync } from "../engines/block-sync.ts";
import { HelpPause } from "../engines/help-pause.ts";
import { MESSAGE_BYTES } from "../engines/plan.ts";
import { EngineProcess } from "../engines/process.ts";
import { CHAIN } from "./cast.ts";
import { type Decided, Disk } from "./disk.ts";
import type { Lies } from "./lies.ts";
import type { NodeRole } from "./plan.ts";
import type { BpfpWorld, Verdict, WorldEngine } from "./world.ts";

type EffectOf<Kind extends BpfpEffect["kind"]> = Extract<BpfpEffect, { readonly kind: Kind }>;

/** One engine with its host. */
export class Process extends EngineProcess<BpfpInput, BpfpEffect> {
  readonly role: NodeRole;
  readonly keys: readonly PublicKey[];
  readonly disk: Disk;
  readonly sync: BlockSync<Decided>;
  /** Undefined: it keeps the rules. */
  lies: Lies | undefined;
  /** Has crashed for ever. */
  isGone = false;
  engine: WorldEngine;
  readonly #world: BpfpWorld;
  protected members: Membership;
  readonly #pause: HelpPause;
  /** Its position in each membership: asked for with every message. */
  readonly #indices = new WeakMap<Membership, MemberIndex>();

  constructor(world: BpfpWorld, place: number, role: NodeRole) {
    super(world, place);
    this.#world = world;
    this.role = role;
    this.keys = world.cast.keysOf(place);
    this.disk = new Disk(world.firstMembership);
    this.#pause = new HelpPause(world.plan.roundTicks * world.plan.tickUs);
    this.sync = new BlockSync(world, this, {
      chain: () => this.disk.chain,
      heightOf: ({ height }) => height,
      answers: (blocks) => (this.role === "acceptor" ? blocks : []),
      holds: (block, from) => this.#isDecided(block, from),
      hand: ({ hash, certificate }) => {
        const height = (this.height + 1) as Height;
        this.feed({ kind: "synced", height, hash, certificate });
      },
      // Only acceptors are believed.
      mayAsk: (other) => world.plan.nodes[other]?.role === "acceptor",
    });
    this.members = world.firstMembership;
    this.engine = this.#made();
  }

  protected begin(): void {
    this.engine = this.#made();
  }

  #made(): WorldEngine {
    this.members = this.ground.membership;
    const uncertified = this.disk.chain.flatMap(({ height, hash, certificate }) =>
      certificate
        ? []
        : [{ membership: this.membershipAt(height) as Membership, height: height as Height, hash }],
    );
    return this.#world.options.begin(this.#world, this, {
      ...{ membership: this.members, height: this.height as Height, hash: this.head },
      ...{ uncertified, records: this.disk.records() },
    });
  }

  /** Its position among members; -1: it is none of them. */
  indexIn(membership: Membership): MemberIndex {
    const known = this.#indices.get(membership);
    if (known !== undefined) return known;
    const isOwn = ({ votingKey }: { readonly votingKey: PublicKey }) => this.keys.includes(votingKey);
    const index = membership.members.findIndex(isOwn) as MemberIndex;
    this.#indices.set(membership, index);
    return index;
  }

  connected(place: number, height: number): void {
    this.sync.claim(height, [place]);
    const member = (this.#world.processes[place] as Process).indexIn(this.ground.membership);
    if (member >= 0) this.feed({ kind: "connected", member });
  }

  override restart(): void {
    if (!this.isGone) super.restart();
  }

  /** Crashes, and never comes back. */
  leave(): void {
    this.isGone = true;
    if (this.up) this.crash();
  }

  protected forget(): void {
    this.#pause.clear();
  }

  tick(): void {
    if (!this.up || this.paused) return;
    this.lies?.tick();
    this.feed({ kind: "tick" });
    if (this.indexIn(this.members) < 0) this.sync.askAround();
  }

  protected workChanged(pending: boolean, overdue: boolean): void {
    this.feed({ kind: "workChanged", pending, overdue });
  }

  // Steps and effects.

  protected step(input: BpfpInput): readonly BpfpEffect[] {
    if (input.kind === "applied") this.members = input.membership;
    const effects = this.engine.step(input);
    this.#world.stepped(this, input, effects);
    return effects;
  }

  protected skips(effect: BpfpEffect): boolean {
    return this.lies?.skips(effect) ?? false;
  }

  protected beforeWrite(effect: BpfpEffect): void {
    if (effect.kind === "persist" && effect.record.kind === "progress")
      this.blockHost.mustHaveBody(effect.record.vote?.blockHash);
  }

  protected persisted(effect: BpfpEffect): void {
    if (effect.kind !== "persist") return;
    const { record } = effect;
    this.disk.put(record);
    if (record.kind === "progress" && record.vote) this.bodies.makeDurable(record.vote.blockHash);
    this.#world.wrote(this, record);
  }

  protected carryOut(effect: BpfpEffect, members: Membership): void {
    const world = this.#world;
    switch (effect.kind) {
      case "broadcast":
        this.#say(effect.message, this.#those(effect.to, members), true);
        return;
      case "send":
        this.#say(effect.message, world.placesOf(members, effect.to));
        return;
      case "sendAccept":
        this.#sendAccept(effect);
        return;
      case "sendPromise":
        this.#sendPromise(effect, members);
        return;
      case "sayDecided":
        this.#say(this.#decided(effect.statement), this.#those("everyone", members), true);
        return;
      case "sendDecided": {
        const named = this.membershipAt(effect.membership) as Membership;
        for (const place of world.placesOf(named, effect.to))
          if (this.#pause.helps("decided", place, world.queue.nowUs)) this.sync.help(place, effect.height);
        return;
      }
      case "buildProposal": {
        const { height, round } = effect;
        this.blockHost.build(height, (hash) => this.feed({ kind: "proposalBuilt", height, round, hash }));
        return;
      }
      case "judgeProposal": {
        const { height, round, hash } = effect;
        this.blockHost.judge(effect, this.#places(members, effect.holders), (judgement) =>
          this.feed({ kind: "proposalJudged", height, round, hash, judgement }),
        );
        return;
      }
      case "requestSync":
        this.sync.claim(effect.height, this.#places(members, effect.from));
        return;
      case "requestCertificates":
        for (const place of this.#places(members, effect.from))
          world.post(this.place, place, "certificates?", MESSAGE_BYTES, (peer) =>
            peer.#answerCertificates(effect.heights, this.place),
          );
        return;
      case "checkLearns":
        this.#checkLearns(effect, members);
        return;
      case "evidence":
        this.disk.evidence.push(effect.evidence);
        world.accused(this, effect.evidence, members);
        return;
      case "finalize":
        this.blockHost.finalize(effect.hash, this.#places(members, effect.holders), () =>
          this.#apply(effect),
        );
        return;
      case "certify":
        world.certified(this, effect.certificate);
        this.disk.certify(effect.certificate);
        return;
      case "stableCheckpoint":
        world.checkpointed(this, effect.height, effect.digest);
        return;
      case "persist":
        return;
    }
  }

  // What leaves.

  #those(to: EffectOf<"broadcast">["to"], members: Membership): readonly number[] {
    if (to === "everyone") return this.#world.processes.map(({ place }) => place);
    return this.#places(members, castOf(members)[to]);
  }

  #places(members: Membership, indices: readonly number[]): readonly number[] {
    return indices.flatMap((index) => this.#world.placesOf(members, index));
  }

  /** @param toSelf feeds it back as well */
  #say(plain: BpfpMessage, to: readonly number[], toSelf = false): void {
    const message = this.#world.said(this, plain);
    if (toSelf)
      this.#world.post(this.place, this.place, "self", MESSAGE_BYTES, () => this.hear(message, this.place));
    for (const place of to) if (place !== this.place) this.mail(place, message);
  }

  /** Sends a message, as its conduct will have it. */
  mail(to: number, message: BpfpMessage): void {
    const outgoing = { to, message, afterUs: 0 };
    if (this.lies) this.lies.mail(outgoing);
    else this.#world.deliver(this, outgoing);
  }

  #sendAccept({ to, message, sign }: EffectOf<"sendAccept">): void {
    const members = this.membershipAt(message.membership) as Membership;
    const key = members.members[this.indexIn(members)]?.votingKey;
    if (key === undefined) return;
    const signature = sign ? [this.#world.cast.sign(key, proposalDigest(CHAIN, message))] : [];
    const places = to === "acceptors" ? this.#those(to, members) : this.#world.placesOf(members, to);
    this.#say({ ...message, signature }, places);
  }

  #sendPromise({ to, content }: EffectOf<"sendPromise">, members: Membership): void {
    this.#say({ kind: "promise", ...content, seal: this.sealOf(content) }, this.#world.placesOf(members, to));
  }

  /** The seal of a promise, as the chain wants it. */
  sealOf(content: PromiseContent): SealedPromise["seal"] {
    const { plan, cast, options } = this.#world;
    const digest = promiseDigest(CHAIN, content, options.corrections?.promiseStatement);
    if (plan.promiseAuthentication === "mac") return { kind: "mac", mac: cast.mac(digest) };
    const { members } = this.membershipAt(content.membership) as Membership;
    return {
      kind: "signature",
      signature: cast.sign(members[content.acceptor]?.votingKey as PublicKey, digest),
    };
  }

  #decided(statement: EffectOf<"sayDecided">["statement"]): BpfpMessage {
    const members = this.membershipAt(statement.membership) as Membership;
    const key = members.members[this.indexIn(members)]?.votingKey as PublicKey;
    const signature = this.#world.cast.sign(key, decisionDigest(CHAIN, statement));
    return { kind: "decided", ...statement, signature };
  }

  /** What certifies these heights: whole, or its own signature. */
  #answerCertificates(heights: readonly number[], to: number): void {
    for (const height of heights) {
      const { certificate, hash } = this.disk.chain[height - 1] ?? {};
      const members = this.membershipAt(height);
      if (hash === undefined || members === undefined) continue;
      if (certificate)
        this.#world.post(this.place, to, "certificate", MESSAGE_BYTES, (peer) =>
          peer.#takeCertificate(certificate),
        );
      else if (members.members[this.indexIn(members)]?.role === "acceptor")
        this.mail(to, this.#decided({ membership: members.from, height: height as Height, blockHash: hash }));
    }
  }

  // What comes.

  /** A message arrives. */
  hear(message: BpfpMessage, from: number): void {
    const world = this.#world;
    const members = this.membershipAt(message.membership);
    if (members === undefined) {
      this.sync.askOf(from);
      return;
    }
    const sender = (world.processes[from] as Process).indexIn(members);
    if (sender < 0) return;
    const { fault, signatures } = this.#verdictOn(message, sender, members);
    if (from !== this.place) world.options.meter?.checked(signatures);
    if (fault === "not yet") {
      this.sync.askOf(from);
      return;
    }
    if (fault !== undefined) world.faulted(this, message, from, fault);
    if (this.lies?.ignores(message, from)) return;
    if (fault === undefined) this.feed({ kind: "message", message: asAuthentic(sender, message) });
    else if (message.kind === "accept") this.feed({ kind: "badAccept", sender, ballot: message, fault });
  }

  /** What is wrong with a message; undefined: nothing. It is the same for all who hold the same keys: looked at once. */
  #verdictOn(message: BpfpMessage, sender: MemberIndex, members: Membership): Verdict {
    const { verdicts, options } = this.#world;
    const known = verdicts[this.role].get(message);
    if (known !== undefined) return known;
    const verdict = this.#examine(message, sender, members);
    // By a printed rule each looks for itself.
    if (verdict.fault !== "not yet" && options.corrections === undefined)
      verdicts[this.role].set(message, verdict);
    return verdict;
  }

  #examine(message: BpfpMessage, sender: MemberIndex, members: Membership): Verdict {
    const { plan, cast, options } = this.#world;
    const me = this.indexIn(members);
    const answer = bpfpChecks(
      {
        ...{ chainId: CHAIN, promiseAuthentication: plan.promiseAuthentication },
        ...{ detectByzantineAcceptors: plan.detectByzantineAcceptors },
        ...{ holdsPromiseKey: this.role === "acceptor", me: me < 0 ? undefined : me },
        ...(options.corrections && { corrections: options.corrections }),
      },
      sender,
      message,
      (height) => this.membershipAt(height),
    );
    if (answer.kind === "notYet") return { fault: "not yet", signatures: 0 };
    if (answer.kind === "fault") return { fault: answer.code, signatures: 0 };
    const signatures = answer.checks.filter(({ kind }) => kind === "signature").length;
    return { fault: cast.hold(answer.checks) ? undefined : "authentication", signatures };
  }

  #checkLearns({ first, second }: EffectOf<"checkLearns">, members: Membership): void {
    const { cast } = this.#world;
    const asked = learnChecks(CHAIN, [first.message, second.message], members);
    const [one = false, two = false] = asked.map((check) => check !== undefined && cast.holds(check));
    this.feed({ kind: "learnsChecked", first, second, signed: [one, two] });
  }

  #takeCertificate(certificate: BpFastPaxosCertificate): void {
    if (this.#isGiven(certificate)) this.feed({ kind: "certificate", certificate });
  }

  #isGiven(certificate: BpFastPaxosCertificate): boolean {
    const answer = bpfpCertificateChecks(CHAIN, certificate, (height) => this.membershipAt(height));
    return answer.kind === "checks" && this.#world.cast.hold(answer.checks);
  }

  /** By a certificate that holds; or by the word of an acceptor of its height. */
  #isDecided({ hash, certificate }: Decided, from: number): boolean {
    if (certificate) return certificate.blockHash === hash && this.#isGiven(certificate);
    const { membership } = this.ground;
    const member = (this.#world.processes[from] as Process).indexIn(membership);
    return membership.members[member]?.role === "acceptor";
  }

  // Blocks.

  /** A decided block is on the disk. */
  #apply({ height, hash, certificate }: EffectOf<"finalize">): void {
    const world = this.#world;
    const block = world.decided(this, hash, certificate);
    this.disk.append({ height, hash, certificate });
    const membership = world.blocks.membershipAfter(block);
    if (membership) this.disk.memberships.push(membership);
    for (const id of block.holds) this.disk.held.add(id);
    this.bodies.forget(height);
    this.blockHost.applied();
    world.included(this, block);
    this.feed({ kind: "applied", height, hash, membership: this.ground.membership });
    world.applied(this, block);
    this.sync.applied();
  }
}
