// The parts of a node, put together: what each needs of the others, and nothing else. Starts nothing.
import { Mempool, type Notice } from "@witan/mempool";
import type { Height, PeerId } from "@witan/primitives";
import type { ChainKeeper } from "./chain/chain-keeper.ts";
import { BlockSize } from "./consensus/block-size.ts";
import { Bodies } from "./consensus/bodies.ts";
import { BodySource } from "./consensus/body-source.ts";
import { CheckedSignatures } from "./consensus/checked-signatures.ts";
import type { ConsensusHost } from "./consensus/consensus-host.ts";
import { Finalizer } from "./consensus/finalizer.ts";
import { Heard } from "./consensus/heard.ts";
import type { OpenedConsensus } from "./consensus/open-consensus.ts";
import { Proposals } from "./consensus/proposals.ts";
import { Fates } from "./pool/fates.ts";
import { Gossip } from "./pool/gossip.ts";
import { type Admitted, Intake } from "./pool/intake.ts";
import type { Reversal } from "./pool/reversal.ts";
import { WorkWatch } from "./pool/work-watch.ts";
import { Registers } from "./registers/registers.ts";
import type { NodePorts, NodeSettings } from "./settings.ts";
import { BlockSync } from "./sync/block-sync.ts";
import { Serving } from "./sync/serving.ts";
import { TipNotices } from "./sync/tip-notices.ts";

/** A transaction that stays the first in turn for so many view timeouts is passed over. */
const OVERDUE_VIEWS = 5;
/** Own votes are sent again so many times in a view. */
const RESENDS_IN_VIEW = 4;

/** So many blocks of full size should be decided in a view timeout: a slow moment must not cost a view. */
const BLOCKS_IN_VIEW = 5;

/** A peer is sent a block that it lacks, or how a view began, so many times in a view timeout at most. */
const HELPS_IN_VIEW = 20;

/** What parts are made of, and whom they tell. */
export interface PartsInput {
  readonly settings: NodeSettings;
  readonly ports: NodePorts;
  readonly chain: ChainKeeper;
  /** Of proof of work alone. */
  readonly reversal: Reversal | undefined;
  readonly consensus: OpenedConsensus;
  readonly connected: () => readonly PeerId[];
  /** Who proposes the next block; undefined: nobody in particular, or somebody who can't be reached. */
  readonly leader: () => PeerId | undefined;
  readonly onAdmitted: (admitted: readonly Admitted[], notices: readonly Notice[]) => void;
  /** Consensus may stand elsewhere now. */
  readonly onStepped: () => void;
  readonly onFailure: (error: unknown) => void;
}

/** What has to do with transactions. */
export interface PoolParts {
  readonly mempool: Mempool;
  readonly intake: Intake;
  readonly fates: Fates;
  readonly gossip: Gossip;
}

/** What has to do with blocks. */
export interface BlockParts {
  readonly bodies: Bodies;
  readonly bodySource: BodySource;
  readonly host: ConsensusHost;
  readonly sync: BlockSync;
  readonly serving: Serving;
  readonly tips: TipNotices;
  readonly work: WorkWatch;
  readonly heard: Heard;
  readonly registers: Registers;
}

/** Puts together what has to do with transactions. */
export function poolParts(input: PartsInput): PoolParts {
  const { settings, ports, chain, reversal, connected, leader, onAdmitted, onFailure } = input;
  const { clock, network, verifier } = ports;
  const { height } = chain.tip;
  const mempool = new Mempool({
    chain: settings.chain,
    tip: {
      governance: chain.governance,
      height: (height + 1) as Height,
      laterThan: chain.laterThan,
    },
    limits: settings.mempoolLimits ?? {},
  });
  const intake = new Intake({ chain, mempool, verifier, clock, onAdmitted, onFailure });
  const onFault = (peer: PeerId, code: string): void => network.reportFault(peer, "serious", code);
  return {
    ...{ mempool, intake },
    fates: new Fates({ chain, mempool, clock, reversal }),
    gossip: new Gossip({ network, clock, mempool, intake, connected, leader, onFault }),
  };
}

/** Puts together what has to do with blocks. */
export function blockParts(input: PartsInput, mempool: Mempool): BlockParts {
  const { settings, ports, chain, connected, onFailure, onStepped } = input;
  const { make, finality } = input.consensus;
  const { clock, network, verifier, log } = ports;
  const bodies = new Bodies();
  const blockSize = new BlockSize({ clock, targetMs: settings.viewTimeoutMs / BLOCKS_IN_VIEW });
  const proposals = new Proposals({ chain, mempool, verifier, clock, blockSize });
  const bodySource = new BodySource({ chain, bodies, proposals, network, clock });
  const finalizer = new Finalizer({ chain, proposals, bodySource });
  const signatures = new CheckedSignatures(ports.scheme, verifier);
  const heard = new Heard(clock);
  const host = make({
    ...{ settings, ports, chain, mempool, proposals, bodies, bodySource, finalizer, blockSize, signatures },
    ...{ heard, connected, onStepped, onFailure },
    times: timesOf(settings),
    helpPauseMs: settings.viewTimeoutMs / HELPS_IN_VIEW,
    requestSync: (target, from) => sync.claim(target, from),
    onStableCheckpoint: (height, digest) =>
      log.info({ height, digest }, "a quorum has the same state: stable checkpoint"),
    onApplied: () => sync.applied(),
  });
  const sync = new BlockSync({
    ...{ chain, network, clock, bodies, signatures, finality, onFailure },
    onFinal: (block) => host.synced(block),
  });
  const work = new WorkWatch({
    ...{ chain, mempool, clock },
    makesBlocks: () => host.makesBlocks,
    overdueMs: OVERDUE_VIEWS * settings.viewTimeoutMs,
    onChange: (change) => host.workChanged(change),
  });
  const tips = new TipNotices({
    ...{ chain, network, connected },
    votes: () => host.votes,
    isMember: (peer) => chain.governance.membership.members.some(({ peerId }) => peerId === peer),
    isShown: (height) => finality.shown(height) !== undefined,
  });
  // Signatures of their own: requests of clients must not push those of votes out of what is remembered.
  const registers = new Registers({
    ...{ chain, network, onFailure, store: ports.store, signer: ports.signer, log },
    signatures: new CheckedSignatures(ports.scheme, verifier),
  });
  const serving = new Serving({
    ...{ chain, proposals, shown: finality.shown },
    certificates: (heights) => host.certificates(heights),
    registers: (after) => registers.page(after),
  });
  return { bodies, bodySource, host, sync, work, tips, heard, registers, serving };
}

function timesOf({ tickMs, viewTimeoutMs, viewTimeoutMaxMs }: NodeSettings) {
  const viewTicks = Math.max(1, Math.round(viewTimeoutMs / tickMs));
  return {
    viewTicks,
    viewTicksMax: Math.max(viewTicks, Math.round(viewTimeoutMaxMs / tickMs)),
    resendTicks: Math.max(1, Math.floor(viewTicks / RESENDS_IN_VIEW)),
  };
}
