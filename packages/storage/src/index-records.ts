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

/** Values of table `heightOfBlock`: 8 bytes. */
export const heightCodec: Codec<Height> = uint53<Height>();
