// A codec for values that have no SSZ shape of their own: they are encoded as values that have. Only for what is kept
// or sent, never for what is hashed: it has no root.
import type { Codec } from "@witan/primitives";

/** Bytes of a value and back. */
export type ByteCodec<T> = Pick<Codec<T>, "name" | "encode" | "tryEncode" | "decode">;

/** The codec of `T` by that of `Shape`; the two functions must be each other's inverse. */
export function mapped<T, Shape>(
  codec: Codec<Shape>,
  toShape: (value: T) => Shape,
  ofShape: (shape: Shape) => T,
): ByteCodec<T> {
  return {
    name: codec.name,
    encode: (value) => codec.encode(toShape(value)),
    tryEncode: (value) => codec.tryEncode(toShape(value)),
    decode(bytes) {
      const decoded = codec.decode(bytes);
      return decoded.ok ? { ok: true, value: ofShape(decoded.value) } : decoded;
    },
  };
}
