// What every protocol's host is made with: parts of a node that know none of them.
import type { Mempool } from "@witan/mempool";
import type { Hash, Height, PeerId } from "@witan/primitives";
import type { ChainKeeper } from "../chain/chain-keeper.ts";
import type { NodePorts, NodeSettings } from "../settings.ts";
import type { BlockSize } from "./block-size.ts";
import type { Bodies } from "./bodies.ts";
import type { BodySource } from "./body-source.ts";
import type { CheckedSignatures } from "./checked-signatures.ts";
import type { ConsensusHost } from "./consensus-host.ts";
import type { Finalizer } from "./finalizer.ts";
import type { Heard } from "./heard.ts";
import type { Proposals } from "./proposals.ts";

/** How long who leads is trusted, in ticks. */
export interface ConsensusTimes {
  readonly viewTicks: number;
  readonly viewTicksMax: number;
  readonly resendTicks: number;
}

/** What a host is made with. */
export interface ConsensusParts {
  readonly settings: NodeSettings;
  readonly ports: NodePorts;
  readonly chain: ChainKeeper;
  readonly mempool: Mempool;
  readonly proposals: Proposals;
  readonly bodies: Bodies;
  readonly bodySource: BodySource;
  readonly finalizer: Finalizer;
  readonly blockSize: BlockSize;
  readonly signatures: CheckedSignatures;
  readonly heard: Heard;
  readonly times: ConsensusTimes;
  /** A peer is helped this often at most, whatever it says: reading a block costs more than asking for it. */
  readonly helpPauseMs: number;
  /** Everybody that messages to all go to. */
  readonly connected: () => readonly PeerId[];
  /** Peers have blocks up to a height. */
  readonly requestSync: (height: Height, from: readonly PeerId[]) => void;
  readonly onStableCheckpoint: (height: Height, digest: Hash) => void;
  /** The engine may stand elsewhere now. */
  readonly onStepped: () => void;
  /** A block was applied, and the engine knows. */
  readonly onApplied: () => void;
  /** Something failed that this node can't go on with. */
  readonly onFailure: (error: unknown) => void;
}

/** A protocol with what it has read from the store: makes its host. */
export type MakeConsensus = (parts: ConsensusParts) => ConsensusHost;
