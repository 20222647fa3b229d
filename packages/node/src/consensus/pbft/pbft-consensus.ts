// PBFT for a node: its host, its inbox and its evidence behind the interface that every protocol has.
import {
  certificateChecks,
  decidedBySender,
  type Equivocation,
  type PbftMessage,
  type Verified,
} from "@witan/consensus";
import {
  byzantineMax,
  type Certificate,
  type Hash,
  type Height,
  type MemberIndex,
  type PeerId,
} from "@witan/primitives";
import type { ChainKeeper } from "../../chain/chain-keeper.ts";
import type { Work } from "../../pool/work-watch.ts";
import type { NodePorts } from "../../settings.ts";
import type { ConsensusHost, EvidenceView, FinalBlock } from "../consensus-host.ts";
import type { ConsensusParts, MakeConsensus } from "../consensus-parts.ts";
import { EvidenceLog } from "../evidence-log.ts";
import type { Finality } from "../finality.ts";
import { pbftEvidence } from "./evidence.ts";
import { Inbox, type Reading } from "./inbox.ts";
import { NewViewLog } from "./new-view-log.ts";
import { PbftHost } from "./pbft-host.ts";
import { readRecords } from "./records.ts";
import type { VotingStatus } from "./voting-engine.ts";

/** What of PBFT is read from the store before its host is made. */
interface Loaded {
  readonly evidence: EvidenceLog<Equivocation>;
  readonly newViews: NewViewLog;
}

/** Reads what a store holds of PBFT. @throws {UnreadableRecordError} */
export async function loadPbft(chain: ChainKeeper, { store }: NodePorts): Promise<MakeConsensus> {
  const loaded: Loaded = {
    evidence: await EvidenceLog.open(store, pbftEvidence(chain.memberships)),
    newViews: await NewViewLog.open(store, readRecords(store)),
  };
  return (parts) => new PbftConsensus(parts, loaded);
}

/** A quorum's COMMITs show a block final, whoever sends it. */
export function pbftFinality(chain: ChainKeeper): Finality {
  const members = () => chain.governance.membership.members;
  return {
    isWitness: (peer) => members().some(({ peerId }) => peerId === peer),
    liarsMax: () => byzantineMax(members().length),
    checks: (certificate) => certificateChecks(chain.chain.chainId, certificate, chain.memberships),
    shown: (height) => chain.certificate(height),
  };
}

/** PBFT, as a node runs it. */
class PbftConsensus implements ConsensusHost {
  readonly #parts: ConsensusParts;
  readonly #host: PbftHost;
  readonly #inbox: Inbox;
  readonly #evidence: EvidenceLog<Equivocation>;

  constructor(parts: ConsensusParts, { evidence, newViews }: Loaded) {
    const { chain, ports, signatures } = parts;
    const { store, network, signer, log, clock } = ports;
    this.#parts = parts;
    this.#evidence = evidence;
    this.#inbox = new Inbox({ chainId: chain.chain.chainId, memberships: chain.memberships, signatures });
    this.#host = new PbftHost({
      ...parts,
      ...{ store, network, signer, log, clock, newViews },
      records: readRecords(store),
      onEvidence: (found) => this.#witness(found),
    });
  }

  get status(): VotingStatus {
    return this.#host.status;
  }

  get votes(): boolean {
    return this.#host.status.me !== undefined;
  }

  get makesBlocks(): boolean {
    const { me, primary } = this.#host.status;
    return me === primary;
  }

  get kept(): Readonly<Record<string, number>> {
    return { ...this.#host.kept };
  }

  get evidence(): readonly EvidenceView[] {
    return this.#evidence.views;
  }

  receive(from: PeerId, bytes: Uint8Array): void | Promise<void> {
    const reading = this.#inbox.read(bytes);
    if (reading instanceof Promise) return reading.then((read) => this.#take(from, read));
    this.#take(from, reading);
    return undefined;
  }

  tick(): void {
    this.#host.input({ kind: "tick" });
  }

  workChanged(work: Work): void {
    this.#host.input({ kind: "workChanged", ...work });
  }

  connected(peer: PeerId): void {
    const { members } = this.#parts.chain.governance.membership;
    const member = members.findIndex(({ peerId }) => peerId === peer);
    if (member >= 0) this.#host.input({ kind: "connected", member: member as MemberIndex });
  }

  checkpointHashed(height: Height, digest: Hash): void {
    this.#host.input({ kind: "checkpointHashed", height, digest });
  }

  synced({ certificate }: FinalBlock): void {
    if (certificate.kind === "pbft") this.#host.input({ kind: "synced", certificate });
  }

  certificates(heights: readonly Height[]): readonly Certificate[] {
    return heights.flatMap((height) => this.#parts.chain.certificate(height) ?? []);
  }

  stop(): Promise<void> {
    return this.#host.stop();
  }

  #take(from: PeerId, reading: Reading): void {
    const { chain, ports, requestSync } = this.#parts;
    if (reading.kind === "verified") {
      this.#said(from, reading.message);
      this.#host.input({ kind: "message", message: reading.message });
    } else if (reading.kind === "fault") ports.network.reportFault(from, "serious", reading.code);
    else if (reading.kind === "notYet") {
      // Nobody has signed for that height yet: it is reason to ask for the next block, and for no more.
      const next = Math.min(reading.height - 1, chain.tip.height + 1);
      requestSync(next as Height, [from]);
    }
  }

  /** What a peer passes on for another says nothing of where it is itself. */
  #said(peer: PeerId, { sender, message }: Verified<PbftMessage>): void {
    const { chain, heard } = this.#parts;
    const member = chain.memberships(message.membership)?.members[sender];
    if (member?.peerId === peer) heard.from(peer, decidedBySender(message));
  }

  #witness(evidence: Equivocation): void {
    const { chain, ports, onFailure } = this.#parts;
    const { sender, message } = evidence.first;
    const member = chain.memberships(message.membership)?.members[sender]?.name;
    const fields = { member, kind: message.kind, height: message.height, view: message.view };
    this.#evidence.add(evidence).then((isNew) => {
      if (isNew) ports.log.warn(fields, "a member voted twice: the evidence is kept (consensus_evidence)");
    }, onFailure);
  }
}
