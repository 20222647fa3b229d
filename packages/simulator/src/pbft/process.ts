// One process of a world of PBFT engines: a real engine, and what its host does for it (engines/process.ts). Knows nothing
// of lies: a conduct comes in between where there is one.
import {
  asVerified,
  certificateChecks,
  digestOf,
  type PbftEffect,
  type PbftInput,
  type PbftMessage,
  type SignedMessage,
} from "@witan/consensus";
import type { Height, MemberIndex, Membership, PbftCertificate, PublicKey } from "@witan/primitives";
import { BlockSync } from "../engines/block-sync.ts";
import { HelpPause } from "../engines/help-pause.ts";
import { EngineProcess } from "../engines/process.ts";
import { Violation } from "../world/violation.ts";
import { CHAIN } from "./cast.ts";
import { type Decided, Disk } from "./disk.ts";
import type { Lies } from "./lies.ts";
import { MESSAGE_BYTES } from "./plan.ts";
import type { PbftWorld, WorldEngine } from "./world.ts";

/** One engine with its host. */
export class Process extends EngineProcess<PbftInput, PbftEffect> {
  /** Whose keys it has: twins have the same. */
  readonly node: number;
  readonly keys: readonly PublicKey[];
  readonly disk: Disk;
  readonly sync: BlockSync<Decided>;
  /** Undefined: it keeps the rules. */
  lies: Lies | undefined;
  engine: WorldEngine;
  readonly #world: PbftWorld;
  protected members: Membership;
  readonly #pause: HelpPause;

  constructor(world: PbftWorld, place: number, node: number, keys: readonly PublicKey[]) {
    super(world, place);
    this.#world = world;
    this.node = node;
    this.keys = keys;
    this.disk = new Disk(world.firstMembership);
    this.#pause = new HelpPause(world.plan.viewTicks * world.plan.tickUs);
    this.sync = new BlockSync(world, this, {
      chain: () => this.disk.chain,
      heightOf: ({ certificate }) => certificate.height,
      answers: (blocks, to) => this.lies?.answersSync(blocks, to) ?? blocks,
      holds: (block, from) => this.#isDecided(block, from),
      hand: ({ certificate }) => this.feed({ kind: "synced", certificate }),
      mayAsk: () => true,
    });
    this.members = world.firstMembership;
    this.engine = this.#made();
  }

  protected begin(): void {
    this.engine = this.#made();
  }

  #made(): WorldEngine {
    this.members = this.ground.membership;
    return this.#world.options.begin(this.#world, this, {
      membership: this.members,
      height: this.height as Height,
      hash: this.head,
      certificate: this.disk.chain.at(-1)?.certificate,
      records: this.disk.records(),
    });
  }

  /** A connection to another was made: it says how far it is. */
  connected(place: number, height: number): void {
    this.sync.claim(height, [place]);
    const { keys } = this.#world.processes[place] as Process;
    const member = this.ground.membership.members.findIndex(({ votingKey }) => keys.includes(votingKey));
    if (member >= 0) this.feed({ kind: "connected", member: member as MemberIndex });
  }

  protected forget(): void {
    this.#pause.clear();
  }

  tick(): void {
    if (!this.up || this.paused) return;
    this.lies?.tick();
    this.feed({ kind: "tick" });
    if (!this.members.members.some(({ votingKey }) => this.keys.includes(votingKey))) this.sync.askAround();
  }

  protected workChanged(pending: boolean, overdue: boolean): void {
    this.feed({ kind: "workChanged", pending, overdue });
  }

  // Steps and effects.

  protected step(input: PbftInput): readonly PbftEffect[] {
    if (input.kind === "applied") this.members = input.membership;
    const effects = this.engine.step(input);
    this.#world.stepped(this, input, effects);
    return effects;
  }

  protected skips(effect: PbftEffect): boolean {
    return this.lies?.skips(effect) ?? false;
  }

  protected beforeWrite(effect: PbftEffect): void {
    if (effect.kind !== "persist") return;
    const { record } = effect;
    this.blockHost.mustHaveBody(record.kind === "progress" ? record.accepted?.message.blockHash : undefined);
  }

  protected persisted(effect: PbftEffect): void {
    if (effect.kind !== "persist") return;
    const { record } = effect;
    this.disk.put(record);
    if (record.kind === "progress" && record.accepted)
      this.bodies.makeDurable(record.accepted.message.blockHash);
  }

  protected carryOut(effect: PbftEffect, members: Membership): void {
    const world = this.#world;
    switch (effect.kind) {
      case "broadcast": {
        const signed = this.#sign(effect, members);
        if (signed === undefined) return;
        world.post(this.place, this.place, "self", MESSAGE_BYTES, () => this.hear(signed, this.place));
        for (const { place } of world.processes) if (place !== this.place) this.mail(place, signed);
        return;
      }
      case "send": {
        const signed = this.#sign(effect, members);
        if (signed !== undefined)
          for (const place of world.placesOf(members, effect.to)) this.mail(place, signed);
        return;
      }
      case "forward":
        for (const place of world.placesOf(members, effect.to))
          if (this.#pause.helps("forward", place, world.queue.nowUs)) this.mail(place, effect.message);
        return;
      case "sendDecided": {
        const named = this.membershipAt(effect.membership) as Membership;
        for (const place of world.placesOf(named, effect.to))
          if (this.#pause.helps("decided", place, world.queue.nowUs)) this.sync.help(place, effect.height);
        return;
      }
      case "buildProposal":
        this.#build(effect);
        return;
      case "judgeProposal":
        this.#judge(effect, this.#places(members, effect.holders));
        return;
      case "requestSync":
        this.sync.claim(effect.height, this.#places(members, effect.from));
        return;
      case "finalize":
        this.blockHost.finalize(effect.certificate.blockHash, this.#places(members, effect.holders), () =>
          this.apply(effect.certificate),
        );
        return;
      case "evidence":
        this.disk.evidence.push(effect.evidence);
        world.accused(this, effect.evidence, members);
        return;
      case "stableCheckpoint":
        world.checkpointed(this, effect.height, effect.digest);
        return;
    }
  }

  #build({ height, view }: Extract<PbftEffect, { kind: "buildProposal" }>): void {
    this.blockHost.build(height, (hash) => this.feed({ kind: "proposalBuilt", height, view, hash }));
  }

  #judge(effect: Extract<PbftEffect, { kind: "judgeProposal" }>, holders: readonly number[]): void {
    const { height, view, hash } = effect;
    this.blockHost.judge(effect, holders, (found) =>
      this.feed({ kind: "proposalJudged", height, view, hash, valid: found === "valid" }),
    );
  }

  #places(members: Membership, indices: readonly number[]): readonly number[] {
    return indices.flatMap((index) => this.#world.placesOf(members, index));
  }

  // Messages.

  #sign(
    { message, slot }: Extract<PbftEffect, { kind: "broadcast" | "send" }>,
    members: Membership,
  ): SignedMessage | undefined {
    const sender = members.members.findIndex(({ votingKey }) => this.keys.includes(votingKey));
    const key = members.members[sender]?.votingKey;
    if (key === undefined) return undefined;
    const refusal = slot && !this.lies && this.disk.refusal(key, slot, digestOf(CHAIN, message));
    if (refusal) this.#world.refused(this, message, refusal);
    return this.#world.signed(this, this.#world.cast.sign(key, sender, message));
  }

  /** Sends what was signed, as its conduct will have it. */
  mail(place: number, signed: SignedMessage): void {
    const outgoing = { to: place, signed, afterUs: 0 };
    if (this.lies) this.lies.mail(outgoing);
    else this.#world.deliver(this, outgoing);
  }

  /** A message arrives. */
  hear(signed: SignedMessage, from: number): void {
    const known = this.#world.cast.check(signed, this.height, (height) => this.membershipAt(height));
    if (from !== this.place) this.#world.options.meter?.checked(this.#world.cast.checksOf(signed));
    if (known === "not yet") this.sync.askOf(from);
    if (known === "fault") this.#world.faulted(this, signed, from);
    if (known !== "holds" || this.lies?.ignores(signed, from)) return;
    const message = asVerified<PbftMessage>(signed.sender, signed.message, signed.signature);
    this.feed({ kind: "message", message });
  }

  // Blocks.

  /** A decided block is on the disk. */
  apply(certificate: PbftCertificate): void {
    const { blockHash: hash, height } = certificate;
    const block = this.#world.decided(this, certificate);
    this.disk.append({ hash, certificate });
    const membership = this.#world.blocks.membershipAfter(block);
    if (membership) this.disk.memberships.push(membership);
    for (const id of block.holds) this.disk.held.add(id);
    this.bodies.forget(height);
    this.blockHost.applied();
    this.#world.included(this, block);
    this.feed({ kind: "applied", height, hash, membership: this.ground.membership });
    this.#world.applied(this, block);
    this.sync.applied();
  }

  /** Whether the certificate is one, and of this block: but for liars nobody sends one that is not. */
  #isDecided({ hash, certificate }: Decided, from: number): boolean {
    if (certificate.blockHash === hash && this.#isGiven(certificate)) return true;
    if (this.#world.processes[from]?.lies === undefined)
      throw new Violation("certificates", `the certificate of height ${certificate.height} does not hold`);
    this.#world.countAlso("faulty-certificates");
    return false;
  }

  #isGiven(certificate: PbftCertificate): boolean {
    const answer = certificateChecks(CHAIN, certificate, (height) => this.membershipAt(height));
    return answer.kind === "checks" && this.#world.cast.hold(answer.checks);
  }
}
