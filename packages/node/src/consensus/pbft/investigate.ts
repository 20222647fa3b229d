// Who lied, by what the stores of some nodes hold: looks for two blocks decided at one height, and for members who
// contradicted themselves. Trusts no store: what counts is what members signed.
import {
  certificateChecks,
  type Guilt,
  type GuiltKind,
  guiltChecks,
  guiltsOf,
  type Held,
  type Memberships,
  type SignedMessage,
  signedMessageCodec,
  statementCheck,
  statementsOf,
} from "@witan/consensus";
import type { Chain } from "@witan/ledger";
import {
  type BlockHash,
  bytesToHex,
  byzantineMax,
  type ChainId,
  type Height,
  type Hex,
  type SignatureScheme,
} from "@witan/primitives";
import type { StoredStatements } from "./stored-statements.ts";

/** The block that a store has at some height. */
export interface StoredBlock {
  readonly hash: BlockHash;
  /** Whether its certificate holds: if not, somebody has changed the store. */
  readonly certified: boolean;
}

/** Two blocks at one height, the lowest where stores differ. */
export interface Fork {
  readonly height: Height;
  /** Of each store, in their order; null: it ends below. */
  readonly blocks: readonly (StoredBlock | null)[];
  /** With so many liars at most there is no fork: more are to be proven guilty. */
  readonly faultyMax: number;
}

/** A message that convicts, together with another. */
export interface Exhibit {
  readonly kind: string;
  readonly view: number;
  /** In words. */
  readonly says: string;
  /** With its signature, as validators send it. */
  readonly bytes: Hex;
}

/** A member that contradicted itself. */
export interface Convict {
  readonly name: string;
  /** Its position among the members. */
  readonly member: number;
  /** The height from which these members count. */
  readonly membership: Height;
  readonly kind: GuiltKind;
  readonly first: Exhibit;
  readonly second: Exhibit;
}

/** What was found. */
export interface Investigation {
  readonly fork: Fork | undefined;
  /** Signed messages that were looked at, and how many more had signatures that do not hold. */
  readonly statements: number;
  readonly unsigned: number;
  readonly guilty: readonly Convict[];
}

/**
 * Investigates.
 * @param stores of one chain, at least one
 */
export function investigate(
  { chainId }: Pick<Chain, "chainId">,
  stores: readonly StoredStatements[],
  scheme: SignatureScheme,
): Investigation {
  const fork = forkOf(chainId, stores, scheme);
  const memberships = membershipsUpTo(stores, fork?.height);
  const heights = fork === undefined ? stores.map(({ tip }) => tip.height) : [fork.height];
  const held = joined(stores.map((store) => store.held(heights)));
  const said = statementsOf(held, memberships);
  const signed = said.filter((one) => {
    const check = statementCheck(chainId, one, memberships);
    return check !== undefined && scheme.verify(check);
  });
  const guilts = guiltsOf(signed).filter((guilt) => {
    const membership = memberships(guilt.membership);
    return membership !== undefined && guiltChecks(chainId, guilt, membership).kind === "checks";
  });
  return {
    fork,
    statements: signed.length,
    unsigned: said.length - signed.length,
    guilty: guilts.map((guilt) => convictOf(guilt, memberships)),
  };
}

/** The lowest height at which stores differ. Chains that differ somewhere differ from there on. */
function forkOf(
  chainId: ChainId,
  stores: readonly StoredStatements[],
  scheme: SignatureScheme,
): Fork | undefined {
  let lowest: number | undefined;
  for (const [at, one] of stores.entries())
    for (const other of stores.slice(at + 1)) {
      const height = firstDifference(one, other);
      if (height !== undefined && (lowest === undefined || height < lowest)) lowest = height;
    }
  if (lowest === undefined) return undefined;
  const height = lowest as Height;
  const memberships = membershipsUpTo(stores, height);
  const blocks = stores.map((store) => {
    const certificate = store.certificate(height);
    if (certificate === undefined) return null;
    const answer = certificateChecks(chainId, certificate, memberships);
    const certified = answer.kind === "checks" && answer.checks.every((check) => scheme.verify(check));
    return { hash: certificate.blockHash, certified };
  });
  return { height, blocks, faultyMax: byzantineMax(memberships(height)?.members.length ?? 1) };
}

function firstDifference(one: StoredStatements, other: StoredStatements): number | undefined {
  let low = Math.max(one.prunedTo, other.prunedTo, 1);
  let high = Math.min(one.tip.height, other.tip.height);
  const differ = (height: number) =>
    one.certificate(height)?.blockHash !== other.certificate(height)?.blockHash;
  if (high < low || !differ(high)) return undefined;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (differ(middle)) high = middle;
    else low = middle + 1;
  }
  return high;
}

/** The members on which all agree: up to the fork, by whichever store knows them. */
function membershipsUpTo(stores: readonly StoredStatements[], fork: Height | undefined): Memberships {
  return (height) => {
    if (fork !== undefined && height > fork) return undefined;
    for (const { memberships } of stores) {
      const found = memberships(height);
      if (found !== undefined) return found;
    }
    return undefined;
  };
}

function joined(all: readonly Held[]): Held {
  return {
    certificates: all.flatMap(({ certificates }) => certificates),
    prepared: all.flatMap(({ prepared }) => prepared),
    newViews: all.flatMap(({ newViews }) => newViews),
    evidence: all.flatMap(({ evidence }) => evidence),
  };
}

function convictOf({ membership, member, kind, first, second }: Guilt, memberships: Memberships): Convict {
  const name = memberships(membership)?.members[member]?.name ?? `member ${member}`;
  return { name, member, membership, kind, first: exhibitOf(first), second: exhibitOf(second) };
}

function exhibitOf(signed: SignedMessage): Exhibit {
  const { message } = signed;
  const bytes = bytesToHex(signedMessageCodec.encode(signed));
  const view = message.kind === "checkpoint" ? 0 : message.view;
  return { kind: message.kind, view, says: wordsOf(message), bytes };
}

function wordsOf(message: SignedMessage["message"]): string {
  switch (message.kind) {
    case "viewChange": {
      const [prepared] = message.prepared;
      const shown =
        prepared === undefined
          ? "prepared for nothing"
          : `prepared in view ${prepared.view} for block ${prepared.blockHash}`;
      return `VIEW-CHANGE for view ${message.view}: decided up to height ${message.decidedHeight}, ${shown}`;
    }
    case "newView":
      return `NEW-VIEW of view ${message.view}, on VIEW-CHANGEs of members ${message.viewChanges.map(({ sender }) => sender).join(", ")}`;
    case "checkpoint":
      return `CHECKPOINT of height ${message.height}: ${message.digest}`;
    default:
      return `${NAMES[message.kind]} in view ${message.view} at height ${message.height} for block ${message.blockHash}`;
  }
}

const NAMES = { prePrepare: "PRE-PREPARE", prepare: "PREPARE", commit: "COMMIT", status: "STATUS" } as const;
