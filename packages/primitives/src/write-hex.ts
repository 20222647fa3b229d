// Reading lower-case hex. Loops over a table: measured faster here than Node's Buffer, whose making costs more than 32
// bytes take, and than a regular expression.

/** The value of each ASCII code as a lower-case hex digit; 255 where it is none. */
const VALUES = new Uint8Array(256).fill(255);
for (let digit = 0; digit < 16; digit++) VALUES[digit.toString(16).charCodeAt(0)] = digit;

/**
 * Writes the bytes that lower-case hex stands for into `bytes` at `offset`.
 * @returns false if `text` is not lower-case hex, or does not fit; `bytes` may then be partly written
 */
export function writeHex(text: string, bytes: Uint8Array, offset: number): boolean {
  if (text.length % 2 !== 0 || offset + text.length / 2 > bytes.length) return false;
  for (let at = 0; at < text.length; at += 2) {
    const high = VALUES[text.charCodeAt(at)] ?? 255;
    const low = VALUES[text.charCodeAt(at + 1)] ?? 255;
    if (high > 15 || low > 15) return false;
    bytes[offset + at / 2] = high * 16 + low;
  }
  return true;
}

/** Whether a text is lower-case hex of whole bytes. */
export function isHexText(text: string): boolean {
  let all = text.length % 2 === 0 ? 0 : 255;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    // What is no character of one byte must not be taken for the digit that its lower half may be.
    all |= (VALUES[code & 0xff] as number) | (code & 0xff00);
  }
  return all < 16;
}
