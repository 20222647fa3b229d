// Makes ECDSA cases that nobody meets by chance, by choosing the point R and s first and computing the public key
// that makes them hold. For tests only.
import { Point } from "@noble/secp256k1";
import { GROUP_ORDER } from "@witan/crypto";
import type { Hash, PublicKey, Signature, SignatureCheck } from "@witan/primitives";

export const N = BigInt(`0x${GROUP_ORDER}`);
export const P = Point.CURVE().p;
export const HALF_N = (N - 1n) / 2n;

export function hexOf(value: bigint, byteLength = 32): string {
  return value.toString(16).padStart(2 * byteLength, "0");
}

export function check(digest: bigint, publicKey: string, r: bigint, s: bigint): SignatureCheck {
  return {
    digest: hexOf(digest) as Hash,
    publicKey: publicKey as PublicKey,
    signature: (hexOf(r) + hexOf(s)) as Signature,
  };
}

export function mod(value: bigint): bigint {
  return ((value % N) + N) % N;
}

/** value^(n - 2), by Fermat. */
export function inverse(value: bigint): bigint {
  let [result, square] = [1n, mod(value)];
  for (let power = N - 2n; power > 0n; power >>= 1n) {
    if (power & 1n) result = mod(result * square);
    square = mod(square * square);
  }
  return result;
}

export function times(point: Point, scalar: bigint): Point {
  return mod(scalar) === 0n ? Point.ZERO : point.multiply(mod(scalar));
}

/** A check that holds for the nonce k, whatever the secret key, the digest and the height of s. */
export function signedWith(secret: bigint, nonce: bigint, digest: bigint): SignatureCheck {
  const r = mod(times(Point.BASE, nonce).toAffine().x);
  return check(digest, times(Point.BASE, secret).toHex(), r, mod(inverse(nonce) * (digest + r * secret)));
}

/** The check that holds with R as its point: its key is r^-1 (s R - z G). Undefined if that is no point. */
export function holdingWith(R: Point, s: bigint, digest: bigint): SignatureCheck | undefined {
  const r = mod(R.toAffine().x);
  const key = times(times(R, s).add(times(Point.BASE, digest).negate()), inverse(r));
  return key.is0() ? undefined : check(digest, key.toHex(), r, s);
}

/** The first point whose x is at least `x`. */
export function pointFrom(x: bigint): Point {
  for (let candidate = x; ; candidate++) {
    try {
      return Point.fromHex(`02${hexOf(candidate)}`);
    } catch {
      // not on the curve: the next
    }
  }
}
