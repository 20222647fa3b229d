// How a node is set up, and what it is given: values that the command line (or a test) has validated.
import type { Chain } from "@witan/ledger";
import type { MempoolLimits } from "@witan/mempool";
import type {
  AdmittedPeer,
  Clock,
  Network,
  PolicyHash,
  SignatureScheme,
  SignatureVerifier,
} from "@witan/primitives";
import type { CheckedStore } from "@witan/storage";
import type { FlushLimits, OpenProgress } from "./chain/types.ts";
import type { Log, Miner, PromiseSealer, VoteSigner } from "./ports.ts";

/** Settings of a node. Times in milliseconds. */
export interface NodeSettings {
  /** Name and version of the program, for peers and status pages. */
  readonly agent: string;
  readonly chain: Chain;
  /** Members' addresses; and observers and candidates that are admitted though they are no members. */
  readonly peers: readonly AdmittedPeer[];
  readonly addressIndex: boolean;
  readonly tickMs: number;
  readonly viewTimeoutMs: number;
  readonly viewTimeoutMaxMs: number;
  /**
   * Of BP Fast Paxos: a proposer whose blocks hold less than so many thousandths of the best of late, while more waits
   * than they take, is suspected. Left out or 0: none is.
   */
  readonly minimumSharePermille?: number;
  /** Of proof of work; left out: what `POW_DEFAULTS` say, and no block is mined here. */
  readonly proofOfWork?: Partial<ProofOfWorkSettings>;
  readonly mempoolLimits?: Partial<MempoolLimits>;
  readonly flushLimits?: Partial<FlushLimits>;
  /** For status pages. */
  readonly verifierWorkers: number;
}

/** Settings of a node whose chain has proof of work. */
export interface ProofOfWorkSettings {
  /** To whom blocks that are mined here pay; undefined: none is mined here. Needs the port `miner`. */
  readonly rewardPolicy: PolicyHash | undefined;
  /** The share of all hash power that an attacker is taken to have: from 0 to 1. */
  readonly assumedAttackerShare: number;
  /** A transaction is called final when the probability that it is undone is at most this. */
  readonly reversalRisk: number;
}

/** What a node does unless told otherwise: final after 6 confirmations. */
export const POW_DEFAULTS: ProofOfWorkSettings = Object.freeze({
  rewardPolicy: undefined,
  assumedAttackerShare: 0.1,
  reversalRisk: 0.001,
});

/** What a node needs of the world. It closes none of it. */
export interface NodePorts {
  readonly store: CheckedStore;
  readonly network: Network;
  /** For transactions, and for what is too much at once for the main thread. */
  readonly verifier: SignatureVerifier;
  /** For votes: few, and wanted at once. */
  readonly scheme: SignatureScheme;
  readonly signer: VoteSigner;
  /** Of an acceptor of BP Fast Paxos whose chain authenticates promises by MACs; nobody else has one. */
  readonly promiseSealer?: PromiseSealer | undefined;
  /** Of a node that mines. */
  readonly miner?: Miner | undefined;
  readonly clock: Clock;
  readonly log: Log;
  /** Lets others have their turn. */
  readonly yieldNow: () => Promise<void>;
}

/** Who hears of a node's life. */
export interface NodeObserver {
  /** What it throws ends the opening. */
  readonly onProgress?: (progress: OpenProgress) => void;
  /** A block is final. In proof of work: it came on top of the chain, and may be undone again. */
  readonly onBlock?: (block: BlockEvent) => void;
  /**
   * Something failed that the node can't go on with: it stops by itself, `stop` resolves when it has, and the process
   * should end. Called once, at once: whatever hinders the stop must not hide the reason.
   */
  readonly onFailure: (error: unknown) => void;
}

/** A final block, for those who watch. */
export interface BlockEvent {
  readonly height: number;
  readonly hash: string;
  readonly timestamp: number;
  readonly transactions: number;
  /** Transfers among them. */
  readonly transfers: number;
}

/** Where a node stands, for metrics. */
export interface NodeReadings {
  readonly height: number;
  readonly peers: number;
  readonly validators: number;
  /** The view, or the round. */
  readonly view: number;
  readonly quorum: number;
  readonly evidence: number;
  readonly pending: number;
  readonly pendingBytes: number;
  readonly outputs: number;
  /** Blocks that peers have and this node lacks. */
  readonly behind: number;
  /** Bytes of final blocks that were fetched and wait to be applied. */
  readonly syncBytes: number;
  /** What the engine keeps of others' messages, by kind: `keptMax` or `bpfpKeptMax` bounds each. */
  readonly kept: Readonly<Record<string, number>>;
}
