// Which final blocks have no certificate here, and the writing down of those that come: several together, while others are
// being written. The engine follows the newest of them only; this remembers all, across
// restarts by a mark below which none is missing, so that one that was passed over is still asked for. Bounded by what is
// missing: acceptors sign every block.
import { UNCERTIFIED_MAX } from "@witan/consensus";
import {
  type BpFastPaxosCertificate,
  type Height,
  type StoreChange,
  type StoreReader,
  uint53,
} from "@witan/primitives";
import { keyOf } from "@witan/storage";
import type { ChainKeeper } from "../../chain/chain-keeper.ts";
import { EffectQueue } from "../effect-queue.ts";
import { UnreadableRecordError } from "../unreadable-record.ts";
import { dropSignature } from "./records.ts";

const MARK = "bpfp-certified";
/** So often the mark is written though nothing was missing: what lies above it is looked through at the next start. */
const MARK_BLOCKS = 256;

const markCodec = uint53<Height>();

/** A certificate that is to be stored, and what changes with it. */
interface Filled {
  readonly certificate: BpFastPaxosCertificate;
  readonly changes: readonly StoreChange[];
}

/** What gaps are made with. */
export interface CertificateGapsOptions {
  readonly chain: ChainKeeper;
  readonly store: StoreReader;
  readonly onFailure: (error: unknown) => void;
}

/** The heights that lack a certificate. */
export class CertificateGaps {
  readonly #chain: ChainKeeper;
  readonly #missing: Set<Height>;
  readonly #writes: EffectQueue<Filled>;

  /** @throws {UnreadableRecordError} */
  constructor({ chain, store, onFailure }: CertificateGapsOptions) {
    const bytes = store.get(keyOf("engine", MARK, 0));
    const mark = bytes === undefined ? undefined : markCodec.decode(bytes);
    if (mark?.ok === false) throw new UnreadableRecordError(MARK, mark.detail ?? mark.code);
    this.#chain = chain;
    this.#missing = new Set(chain.uncertified(chain.tip.height - (mark?.value ?? 0)));
    this.#writes = new EffectQueue({
      isDurable: () => true,
      carryOut: (some) =>
        chain.certify(
          some.map(({ certificate }) => certificate),
          some.flatMap(({ changes }) => changes),
        ),
      onFailure,
    });
  }

  /** How many there are. */
  get size(): number {
    return this.#missing.size;
  }

  has(height: Height): boolean {
    return this.#missing.has(height);
  }

  /** The lowest of those that the engine does not follow any more. */
  get passedOver(): readonly Height[] {
    const below = this.#chain.tip.height - UNCERTIFIED_MAX;
    const found: Height[] = [];
    for (const height of this.#missing) {
      if (height > below || found.length >= UNCERTIFIED_MAX) break;
      found.push(height);
    }
    return found;
  }

  /** A block was applied. @returns what is to be written down */
  applied(height: Height, isCertified: boolean): readonly StoreChange[] {
    if (!isCertified) this.#missing.add(height);
    return height % MARK_BLOCKS === 0 ? [this.#mark()] : [];
  }

  /** A certificate is there: it is written down, unless there was one. */
  fill(certificate: BpFastPaxosCertificate): void {
    const { height } = certificate;
    if (!this.#missing.delete(height)) return;
    this.#writes.push([{ certificate, changes: [dropSignature(height), this.#mark()] }]);
  }

  /** Resolves when nothing is being written any more. What was not is gathered again after the next start. */
  stop(): Promise<void> {
    return this.#writes.stop();
  }

  #mark(): StoreChange {
    const [lowest] = this.#missing;
    const upTo = lowest === undefined ? this.#chain.tip.height : lowest - 1;
    return { kind: "put", key: keyOf("engine", MARK, 0), value: markCodec.encode(upTo as Height) };
  }
}
