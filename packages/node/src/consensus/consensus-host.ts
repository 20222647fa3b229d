// What a node needs of consensus, whichever protocol its chain has. Types only: `open-consensus.ts` alone knows which
// protocols there are.
import type { Certificate, Hash, Height, PeerId, PublicKey } from "@witan/primitives";
import type { ResultOf } from "@witan/rpc";
import type { Work } from "../pool/work-watch.ts";
import type { BpfpHostStatus } from "./bp-fast-paxos/guarded-engine.ts";
import type { VotingStatus } from "./pbft/voting-engine.ts";
import type { PowHostStatus } from "./pow/pow-host.ts";

/** Where the votes of members stand. */
export type VoteStatus = VotingStatus | BpfpHostStatus;

/** Where consensus stands: `mode` says of which protocol. */
export type ConsensusStatus = VoteStatus | PowHostStatus;

/** Misbehaviour of a member, for those who look. */
export interface EvidenceView {
  /** Of the member, which outlives changes of the members. */
  readonly votingKey: PublicKey;
  readonly height: Height;
  /** As the RPC tells it. */
  readonly told: ResultOf<"consensus_evidence">["evidence"][number];
}

/** A block that is final, by what came with it. */
export interface FinalBlock {
  readonly certificate: Certificate;
  readonly from: PeerId;
}

/** An engine with its host. */
export interface ConsensusHost {
  readonly status: ConsensusStatus;
  /** Whether this node is one of those that decide, and does not keep silent. */
  readonly votes: boolean;
  /** Whether this node makes the next block. */
  readonly makesBlocks: boolean;
  /** How much the engine keeps in memory of others' messages, by kind. */
  readonly kept: Readonly<Record<string, number>>;
  /** Who misbehaved, the oldest first. */
  readonly evidence: readonly EvidenceView[];
  /** Bytes of the channel `consensus`; the next of that peer wait for the promise. */
  receive(from: PeerId, bytes: Uint8Array): void | Promise<void>;
  tick(): void;
  workChanged(work: Work): void;
  /** A peer is connected. */
  connected(peer: PeerId): void;
  /** It is not any more. Left out: nobody needs to know. */
  disconnected?(peer: PeerId): void;
  /** A block that a peer sent unasked. Left out: it is kept with other bodies until it is proposed. */
  offered?(from: PeerId, block: Uint8Array): Promise<void>;
  /** The state after a height was hashed. */
  checkpointHashed(height: Height, digest: Hash): void;
  /** The next block was fetched, and is final. */
  synced(block: FinalBlock): void;
  /** What certifies these heights, as far as it is known here: for a peer that asks. */
  certificates(heights: readonly Height[]): readonly Certificate[];
  /** Resolves when nothing is being written or sent any more. */
  stop(): Promise<void>;
}
