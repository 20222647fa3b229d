// What @chainsafe/ssz asks of Node where there is no Node (docs/decisions/015-signatures-in-browsers.md). The only file that
// puts anything into the global object, and it takes it out again before anyone else runs.

/** What @chainsafe/ssz writes the lengths and selectors of its lists and unions with: all that it asks of Node's `Buffer`. */
interface LengthWriter {
  writeUIntLE(value: number, offset: number, byteCount: number): number;
}

const LENGTH_WRITERS = Object.freeze({
  from: (memory: ArrayBuffer, start: number, length: number): LengthWriter => {
    const bytes = new Uint8Array(memory, start, length);
    return {
      writeUIntLE(value, offset, byteCount) {
        let left = value;
        for (let at = offset; at < offset + byteCount; at++) {
          bytes[at] = left % 256;
          left = Math.floor(left / 256);
        }
        return offset + byteCount;
      },
    };
  },
});

/**
 * Makes a type of @chainsafe/ssz, which takes Node's `Buffer` for granted while it makes one, and then no more. What stands
 * in for it is gone when the type is made: other code of a page must not take it for Node's.
 */
export function makeType<T>(make: () => T): T {
  const place = globalThis as { ["Buffer"]?: unknown };
  if (place["Buffer"] !== undefined) return make();
  place["Buffer"] = LENGTH_WRITERS;
  try {
    return make();
  } finally {
    delete place["Buffer"];
  }
}
