// What the values of the indexes hold, in SSZ: the rest of the tables hold bytes of others.
import { type Codec, container, type Height, uint32, uint53 } from "@witan/primitives";

/** Where a transaction is: a value of table `transaction`. */
export interface TransactionPlace {
  readonly height: Height;
  /** Its place in the block, from 0. */
  readonly position: number;
}

/** Values of table `transaction`: 12 bytes. */
export const transactionPlaceCodec: Codec<TransactionPlace> = container<TransactionPlace>({
  height: uint53<Height>(),
  position: uint32(),
});

/** What `transactionPlaceCodec` encodes, without its checks: each transaction of a block has one. */
export function placeBytes({ height, position }: TransactionPlace): Uint8Array {
  const bytes = new Uint8Array(12);
  let high = Math.floor(height / 2 ** 32);
  let low: number = height;
  let rest = position;
  for (let at = 0; at < 4; at++) {
    bytes[at] = low;
    bytes[at + 4] = high;
    bytes[at + 8] = rest;
    low >>>= 8;
    high >>>= 8;
    rest >>>= 8;
  }
  return bytes;
}

/** Values of table `heightOfBlock`: 8 bytes. */
export const heightCodec: Codec<Height> = uint53<Height>();
