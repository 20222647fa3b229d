// What the store of a node holds that members signed, read without a node: for finding out who lied. Changes nothing,
// believes nothing: whoever reads another's store checks every signature.
import type { Held, Memberships, SignedMessage, Verified } from "@witan/consensus";
import { NEW_VIEWS_KEPT } from "@witan/consensus";
import { applyChange, type Chain, type GovernanceView } from "@witan/ledger";
import type { Height, Membership, PbftCertificate } from "@witan/primitives";
import { type CheckedStore, type Flushed, readMeta, type Tip } from "@witan/storage";
import { ChainRecords } from "../../chain/chain-records.ts";
import { MembershipList } from "../../chain/membership-list.ts";
import { readEvidence, readNewViews, readRecords } from "./records.ts";

/** The store of one node, as forensics looks at it. */
export class StoredStatements {
  readonly tip: Tip;
  /** Certificates below are gone. */
  readonly prunedTo: Height;
  /** Who decides a height, up to the one behind the last block. */
  readonly memberships: Memberships;
  readonly #records: ChainRecords;
  readonly #held: Omit<Held, "certificates">;

  private constructor(
    parts: { readonly tip: Tip; readonly prunedTo: Height; readonly memberships: Memberships },
    records: ChainRecords,
    held: Omit<Held, "certificates">,
  ) {
    this.tip = parts.tip;
    this.prunedTo = parts.prunedTo;
    this.memberships = parts.memberships;
    this.#records = records;
    this.#held = held;
  }

  /**
   * Reads what a store holds.
   * @returns undefined: there is no chain in it
   * @throws {ChainError} `damaged`; {UnreadableRecordError}; and what the store throws
   */
  static async read(chain: Chain, store: CheckedStore): Promise<StoredStatements | undefined> {
    const tip = readMeta(store, "tip");
    const flushed = readMeta(store, "flushed");
    if (tip === undefined || flushed === undefined) return undefined;
    const records = new ChainRecords(chain, store);
    const engine = readRecords(store);
    const newViews = (await readNewViews(store, NEW_VIEWS_KEPT)).map(({ message }) => plain(message));
    const held: Omit<Held, "certificates"> = {
      prepared: engine.flatMap((record) => (record.kind === "progress" ? (record.prepared ?? []) : [])),
      // The last one may be of a view in which there was no vote yet.
      newViews: [
        ...newViews,
        ...engine.flatMap((record) => (record.kind === "newView" ? [plain(record.message)] : [])),
      ],
      evidence: (await readEvidence(store)).map(({ first, second }) => ({
        first: plain(first),
        second: plain(second),
      })),
    };
    const prunedTo = readMeta(store, "prunedTo") ?? (0 as Height);
    const memberships = await membershipsOf(records, tip, flushed);
    return new StoredStatements({ tip, prunedTo, memberships }, records, held);
  }

  /** What shows the block of a height final; undefined: it is not here. @throws {ChainError} `damaged` */
  certificate(height: number): PbftCertificate | undefined {
    const certificate = this.#records.certificate(height as Height);
    return certificate?.kind === "pbft" ? certificate : undefined;
  }

  /** What is held, with the certificates of these heights and of all that VIEW-CHANGEs speak of. */
  held(heights: readonly number[]): Held {
    const wanted = new Set(heights);
    for (const { message } of this.#held.newViews)
      if (message.kind === "newView")
        for (const { content } of message.viewChanges) wanted.add(content.decidedHeight + 1);
    const certificates = [...wanted]
      .sort((a, b) => a - b)
      .flatMap((height) => this.certificate(height) ?? []);
    return { ...this.#held, certificates };
  }
}

function plain({ sender, message, signature }: Verified<SignedMessage["message"]>): SignedMessage {
  return { sender, message, signature };
}

/** Every change of the members that the store knows of: those of flushed states, then those in blocks behind the flush. */
async function membershipsOf(records: ChainRecords, tip: Tip, flushed: Flushed): Promise<Memberships> {
  const newest = await records.newestGovernance(flushed.height);
  const found = [newest];
  for (let [at] = found; at !== undefined && at.state.membersFrom > 1; [at] = found)
    found.unshift(await records.newestGovernance((at.state.membersFrom - 2) as Height));
  const list = new MembershipList();
  for (const one of found) list.add(one);
  let governance = newest;
  let known = flushed.height;
  while (known < tip.height) {
    const next = governanceAfter(records, governance, (known + 1) as Height);
    // Nobody knows then who decides what comes behind it.
    if (next === undefined) break;
    known++;
    governance = next;
    list.add(governance);
  }
  return (height): Membership | undefined => list.at(height, (known + 1) as Height);
}

/** The state after a block, by the one before it; undefined: it is not here, or is not the one that it names. */
function governanceAfter(
  records: ChainRecords,
  before: GovernanceView,
  height: Height,
): GovernanceView | undefined {
  const block = records.block(height);
  const last = block?.transactions.at(-1)?.body;
  const changed = last?.kind === "governance" ? applyChange(before, last.change, height) : undefined;
  const after = changed === undefined ? before : changed.ok ? changed.value : undefined;
  return after?.root === block?.header.governanceRoot ? after : undefined;
}
