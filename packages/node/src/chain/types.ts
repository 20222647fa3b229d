// What the keeper of a chain is opened with, and what it tells.
import type { Chain, GovernanceView, Header, ValidBlock } from "@witan/ledger";
import type { BlockHash, Hash, Height } from "@witan/primitives";
import type { CheckedStore, OutputCache, OutputCacheLimits } from "@witan/storage";
import type { Branch } from "./branch.ts";
import type { HeaderList } from "./header-list.ts";
import type { MembershipList } from "./membership-list.ts";
import type { ProposalBodies } from "./proposal-bodies.ts";

/** The block on top. */
export interface ChainTip {
  readonly height: Height;
  readonly hash: BlockHash;
  readonly header: Header;
}

/** How far opening has come. */
export type OpenProgress =
  /** Outputs of the database that were counted, seals and all. */
  | { readonly phase: "checking"; readonly outputs: number }
  /** Blocks behind the last flush are applied again. */
  | { readonly phase: "replaying"; readonly height: Height; readonly target: Height }
  /** The address index is built from the blocks. */
  | { readonly phase: "indexing"; readonly height: Height; readonly target: Height };

/** The state after a block, as validators compare it (docs/formats.md, section 14). */
export interface Checkpoint {
  readonly height: Height;
  readonly digest: Hash;
}

/** When a flush begins: one that is larger is cheaper for each output, but keeps votes waiting. */
export interface FlushLimits extends OutputCacheLimits {
  /** Records of indexes that wait for the next flush. */
  readonly indexRecords: number;
}

/** What a keeper is opened with. */
export interface ChainKeeperOptions {
  readonly chain: Chain;
  /** The keeper does not close it. */
  readonly store: CheckedStore;
  /** Whether outputs and history can be asked for by address. Turned on later, it is built when the keeper is opened. */
  readonly addressIndex: boolean;
  readonly limits?: Partial<FlushLimits>;
  /** Lets others have their turn, where there is much to do at once. */
  readonly yieldNow: () => Promise<void>;
  /** A write in the background failed: the node must stop. Called once. */
  readonly onFailure: (error: unknown) => void;
  readonly onProgress?: (progress: OpenProgress) => void;
  /** Called in the very step in which a block is applied: who keeps something in step with the chain never lags. */
  readonly onApplied?: (valid: ValidBlock) => void;
  /** The same, when blocks were undone and others applied. In proof of work only. */
  readonly onSwitched?: (branch: Branch) => void;
  /** Called some time after a block at a multiple of `checkpointInterval` was applied. */
  readonly onCheckpoint?: (checkpoint: Checkpoint) => void;
}

/** The state that a keeper begins with: after the block that the outputs on the disk belong to. */
export interface KeeperStart {
  readonly tip: ChainTip;
  readonly governance: GovernanceView;
  readonly memberships: MembershipList;
  readonly cache: OutputCache;
  readonly bodies: ProposalBodies;
  /** Of proof of work alone: those up to the tip. */
  readonly headers: HeaderList | undefined;
}
