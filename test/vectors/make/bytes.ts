// SSZ by hand: bytes put together as docs/formats.md, section 1, says, without the code under test.

/** A little-endian integer of some bytes, as hex. */
export function le(value: bigint | number, byteCount: number): string {
  let rest = BigInt(value);
  let text = "";
  for (let at = 0; at < byteCount; at++) {
    text += (rest & 0xffn).toString(16).padStart(2, "0");
    rest >>= 8n;
  }
  return text;
}

/** The ASCII of a text, as hex. */
export function ascii(text: string): string {
  return [...text].map((letter) => letter.charCodeAt(0).toString(16).padStart(2, "0")).join("");
}

/** A byte, many times. */
export function fill(byte: string, count: number): string {
  return byte.repeat(count);
}

/** A field of variable size. */
export interface Variable {
  readonly variable: string;
}

/** Marks a field of variable size. */
export function v(hex: string): Variable {
  return { variable: hex };
}

/** A container: fields of fixed size in their place, of others the offset, and those behind. */
export function container(...fields: readonly (string | Variable)[]): string {
  let offset = 0;
  for (const field of fields) offset += typeof field === "string" ? field.length / 2 : 4;
  let head = "";
  let tail = "";
  for (const field of fields) {
    if (typeof field === "string") head += field;
    else {
      head += le(offset + tail.length / 2, 4);
      tail += field.variable;
    }
  }
  return head + tail;
}

/** A list whose elements are of variable size. */
export function list(items: readonly string[]): string {
  return container(...items.map(v));
}

/** Hex with another little-endian integer of four bytes at a place, counted in bytes. */
export function withOffset(hex: string, at: number, value: number): string {
  return hex.slice(0, 2 * at) + le(value, 4) + hex.slice(2 * at + 8);
}

/** The elements of a list, the same one many times. */
export function times(count: number, item: string): string[] {
  return Array.from({ length: count }, () => item);
}
