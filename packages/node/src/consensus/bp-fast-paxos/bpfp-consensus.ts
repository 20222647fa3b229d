// BP Fast Paxos for a node: its host, its inbox and its evidence behind the interface that every protocol has.
import {
  type BpfpEvidence,
  type BpfpRecord,
  bpfpCertificateChecks,
  type ChecksAnswer,
  decidedByAcceptor,
} from "@witan/consensus";
import type { BpFastPaxosParameters } from "@witan/ledger";
import {
  type Certificate,
  fastQuorum,
  type Hash,
  type Height,
  type MemberIndex,
  type PeerId,
  voters,
} from "@witan/primitives";
import type { ChainKeeper } from "../../chain/chain-keeper.ts";
import type { Work } from "../../pool/work-watch.ts";
import type { NodePorts } from "../../settings.ts";
import type { ConsensusHost, EvidenceView, FinalBlock } from "../consensus-host.ts";
import type { ConsensusParts, MakeConsensus } from "../consensus-parts.ts";
import { EvidenceLog } from "../evidence-log.ts";
import type { Finality } from "../finality.ts";
import { BpfpHost } from "./bpfp-host.ts";
import { bpfpEvidence, evidenceView, sayingOf } from "./evidence.ts";
import type { BpfpHostStatus } from "./guarded-engine.ts";
import { Inbox, type Reading } from "./inbox.ts";
import { KeyChecks } from "./key-checks.ts";
import { shownBy } from "./own-word.ts";
import { ReachedWork } from "./reached-work.ts";
import { accusedIn, readRecords } from "./records.ts";
import { keysRefusal } from "./roles.ts";

/** What of BP Fast Paxos is read from the store before its host is made. */
interface Loaded {
  readonly parameters: BpFastPaxosParameters;
  readonly evidence: EvidenceLog<BpfpEvidence>;
  readonly records: readonly BpfpRecord[];
}

/**
 * Reads what a store holds of BP Fast Paxos.
 * @throws {ChainError} `keys`, if this node must not run with the keys it has; {UnreadableRecordError}
 */
export async function loadBpFastPaxos(
  parameters: BpFastPaxosParameters,
  chain: ChainKeeper,
  ports: NodePorts,
): Promise<MakeConsensus> {
  const refusal = ownRefusal(parameters, chain, ports);
  if (refusal !== undefined) throw refusal;
  const loaded: Loaded = {
    parameters,
    evidence: await EvidenceLog.open(ports.store, bpfpEvidence(chain.memberships)),
    records: readRecords(ports.store),
  };
  return (parts) => new BpfpConsensus(parts, loaded);
}

function ownRefusal(
  { promiseAuthentication }: BpFastPaxosParameters,
  chain: ChainKeeper,
  { signer, promiseSealer }: NodePorts,
): Error | undefined {
  const holdsPromiseKey = promiseSealer !== undefined;
  const own = { votingKeys: signer.publicKeys, promiseAuthentication, holdsPromiseKey };
  return keysRefusal(chain.governance.membership, own);
}

/** Acceptors' signatures show a block final; and so does the word of one, over its own channel: acceptors only crash. */
export function bpfpFinality(chain: ChainKeeper, ports: NodePorts): Finality {
  const isAcceptor = (peer: PeerId, height: Height): boolean => {
    const membership = chain.memberships(height);
    if (membership === undefined) return false;
    return voters(membership).some((member) => membership.members[member]?.peerId === peer);
  };
  const next = (): Height => (chain.tip.height + 1) as Height;
  return {
    isWitness: (peer) => isAcceptor(peer, next()),
    liarsMax: () => 0,
    checks: (certificate, from): ChecksAnswer => {
      if (certificate.kind === "bp-fast-paxos" && certificate.signatures.length === 0)
        return isAcceptor(from, certificate.height)
          ? { kind: "checks", checks: [] }
          : { kind: "fault", code: "certificate-quorum" };
      const asked = bpfpCertificateChecks(chain.chain.chainId, certificate, chain.memberships);
      if (asked.kind !== "checks") return asked;
      return { kind: "checks", checks: asked.checks.filter((check) => check.kind === "signature") };
    },
    shown: (height) => shownBy(chain, ports, height),
  };
}

/** BP Fast Paxos, as a node runs it. */
class BpfpConsensus implements ConsensusHost {
  readonly #parts: ConsensusParts;
  readonly #loaded: Loaded;
  readonly #host: BpfpHost;
  readonly #inbox: Inbox;
  readonly #keyChecks: KeyChecks;
  readonly #work: ReachedWork;
  /** The members that this node's keys were held against. */
  #keysFitFrom: Height;

  constructor(parts: ConsensusParts, loaded: Loaded) {
    const { chain, ports, signatures } = parts;
    const { promiseSealer: sealer } = ports;
    const { promiseAuthentication, detectByzantineAcceptors } = loaded.parameters;
    this.#parts = parts;
    this.#loaded = loaded;
    this.#keysFitFrom = chain.governance.membership.from;
    this.#keyChecks = new KeyChecks(parts);
    const authentication = { promiseAuthentication, detectByzantineAcceptors };
    const { chainId } = chain.chain;
    this.#inbox = new Inbox({
      checkOptions: { chainId, ...authentication, holdsPromiseKey: sealer !== undefined },
      ...{ memberships: chain.memberships, signatures, sealer },
      isCertified: (height) => this.#host.isCertified(height),
    });
    this.#host = new BpfpHost({
      parts: { ...parts, onApplied: () => this.#applied() },
      ...{ inbox: this.#inbox, records: loaded.records, ...authentication },
      onEvidence: (found) => this.#witness(found),
    });
    this.#work = new ReachedWork({
      network: parts.ports.network,
      membership: () => chain.governance.membership,
      quorum: fastQuorum,
      onChange: (work) => this.#host.workChanged(work),
    });
  }

  get status(): BpfpHostStatus {
    return this.#host.status;
  }

  get votes(): boolean {
    return this.#host.status.part === "acceptor";
  }

  get makesBlocks(): boolean {
    const { me, proposer } = this.#host.status;
    return me !== undefined && me === proposer;
  }

  get kept(): Readonly<Record<string, number>> {
    return { ...this.#host.kept };
  }

  get evidence(): readonly EvidenceView[] {
    return this.#loaded.evidence.views;
  }

  receive(from: PeerId, bytes: Uint8Array): void | Promise<void> {
    const reading = this.#inbox.read(from, bytes);
    if (reading instanceof Promise) return reading.then((read) => this.#take(from, read));
    this.#take(from, reading);
    return undefined;
  }

  tick(): void {
    this.#work.look();
    this.#host.tick();
  }

  workChanged(work: Work): void {
    this.#work.changed(work);
  }

  connected(peer: PeerId): void {
    this.#keyChecks.connected(peer);
    const { members } = this.#parts.chain.governance.membership;
    const member = members.findIndex(({ peerId }) => peerId === peer);
    if (member >= 0) this.#host.input({ kind: "connected", member: member as MemberIndex });
  }

  checkpointHashed(height: Height, digest: Hash): void {
    this.#host.input({ kind: "checkpointHashed", height, digest });
  }

  synced({ certificate }: FinalBlock): void {
    if (certificate.kind !== "bp-fast-paxos") return;
    const { height, blockHash: hash, signatures } = certificate;
    const whole = signatures.length === 0 ? undefined : certificate;
    this.#host.input({ kind: "synced", height, hash, certificate: whole });
  }

  certificates(heights: readonly Height[]): readonly Certificate[] {
    return this.#host.certificates(heights);
  }

  stop(): Promise<void> {
    return this.#host.stop();
  }

  #take(from: PeerId, reading: Reading): void {
    const { chain, ports, requestSync, heard } = this.#parts;
    switch (reading.kind) {
      case "message":
        heard.from(from, decidedByAcceptor(reading.message));
        this.#host.input(reading.input);
        return;
      case "fault":
        if (reading.input !== undefined) this.#host.input(reading.input);
        ports.network.reportFault(from, "serious", reading.code);
        return;
      case "evidence":
        this.#host.input(reading.input);
        return;
      case "notYet":
        // Nobody has voted for that height yet: it is reason to ask for the next block, and for no more.
        requestSync(Math.min(reading.height - 1, chain.tip.height + 1) as Height, [from]);
        return;
      case "keyCheck":
        this.#keyChecks.heard(from, reading.holds);
        return;
      case "unknown":
      case "needless":
        return;
    }
  }

  /** With other members this node may be another part of the chain. */
  #applied(): void {
    const { chain, ports, onApplied, onFailure } = this.#parts;
    const { from } = chain.governance.membership;
    if (from !== this.#keysFitFrom) {
      this.#keysFitFrom = from;
      const refusal = ownRefusal(this.#loaded.parameters, chain, ports);
      if (refusal !== undefined) onFailure(refusal);
    }
    this.#keyChecks.applied();
    onApplied();
  }

  #witness(evidence: BpfpEvidence): void {
    const { chain, ports, onFailure } = this.#parts;
    const view = evidenceView(evidence, chain.memberships);
    const name = view?.told.member ?? `member ${accusedIn(evidence)}`;
    this.#loaded.evidence.add(evidence).then((isNew) => {
      if (isNew)
        ports.log.warn(
          { member: name, kind: evidence.kind, height: view?.height },
          `${sayingOf(evidence, name)}: the evidence is kept (consensus_evidence)`,
        );
    }, onFailure);
  }
}
