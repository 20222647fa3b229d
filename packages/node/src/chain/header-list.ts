// The headers of a chain of proof of work, from block 0 to the tip, in memory: the next target and the median of times
// depend on those behind, and the engine begins with all of them. They follow from the blocks, and decide nothing here.
import { type Chain, type Header, headerCodec } from "@witan/ledger";
import {
  assert,
  type BlockHash,
  type HeaderHistory,
  type Height,
  medianTimestamp,
  nextTarget,
  present,
  type StoreChange,
  type TargetParameters,
  type Timestamp,
} from "@witan/primitives";
import { type CheckedStore, damageOf, heightRange, keyOf } from "@witan/storage";
import { damaged } from "./chain-error.ts";

/** Of a header, what branches are chosen by; some 300 bytes. */
export interface ListedHeader {
  readonly hash: BlockHash;
  readonly height: Height;
  readonly parent: BlockHash;
  readonly timestamp: Timestamp;
  readonly target: number;
}

/** What a next block must fit. */
export interface NextHeader {
  readonly laterThan: Timestamp;
  readonly target: number;
}

/** Headers by height. */
export class HeaderList {
  readonly #list: ListedHeader[] = [];

  /** Reads those up to a height. @throws {ChainError} `damaged`, if one is missing or does not follow the one before */
  static async load(chain: Chain, store: CheckedStore, upTo: Height): Promise<HeaderList> {
    const headers = new HeaderList();
    for await (const { key, value } of store.range(heightRange("header", 0, upTo + 1))) {
      const decoded = headerCodec.decode(value);
      if (!decoded.ok)
        throw damaged([damageOf("contradiction", key, `it does not decode (${decoded.code})`)]);
      const header = listedHeader(decoded.value, chain.blockHash(decoded.value));
      const { height, parent } = header;
      const follows =
        height === headers.#list.length && (height === 0 || parent === headers.#list.at(-1)?.hash);
      if (!follows) throw damaged([damageOf("contradiction", key, "it does not follow the header before")]);
      headers.#list.push(header);
    }
    if (headers.#list.length !== upTo + 1)
      throw damaged([damageOf("missing", keyOf("header", headers.#list.length), `the chain has ${upTo}`)]);
    return headers;
  }

  /** All, from block 0 on. */
  get all(): readonly ListedHeader[] {
    return this.#list;
  }

  /** The header at a height. @throws {AssertionError} if there is none */
  at(height: number): ListedHeader {
    return present(this.#list[height], `the header at ${height}`);
  }

  /** Takes in the header of the block that is on top now. */
  add(header: ListedHeader): void {
    assert(header.height === this.#list.length, `header ${header.height} after ${this.#list.length - 1}`);
    this.#list.push(header);
  }

  /** Forgets those above a height. */
  cut(height: Height): void {
    this.#list.length = height + 1;
  }

  /** What the block after one of these must fit, or after others that stand on it. */
  next(
    parameters: TargetParameters,
    at: Height = (this.#list.length - 1) as Height,
    above: readonly ListedHeader[] = [],
  ): NextHeader {
    const history: HeaderHistory = {
      height: (at + above.length) as Height,
      header: (height) =>
        height <= at ? this.at(height) : present(above[height - at - 1], "a header above"),
    };
    return { laterThan: medianTimestamp(history), target: nextTarget(parameters, history) };
  }
}

/** What is kept of a header. */
export function listedHeader({ height, parent, timestamp, target }: Header, hash: BlockHash): ListedHeader {
  return { hash, height, parent, timestamp, target };
}

/** What writes down the header of a block. */
export function headerChange(header: Header): StoreChange {
  return { kind: "put", key: keyOf("header", header.height), value: headerCodec.encode(header) };
}
