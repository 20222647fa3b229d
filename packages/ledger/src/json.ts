// Values as JSON for people and the RPC (docs/formats.md, section 15). One way out; what comes in from people is
// read by genesis-file.ts and the RPC's schemas.
import { formatPeerId, peerIdShape } from "@witan/crypto";
import { bytesToHex, type PeerId } from "@witan/primitives";

/** What JSON can say. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [field: string]: Json };

/**
 * A value of one of our formats as JSON: bigints as decimal strings, bytes as hex, peer ids in base58btc (in hex if
 * they have not the shape of one), all else as it is.
 */
export function toJson(value: unknown): Json {
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Uint8Array) return bytesToHex(value);
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value !== "object" || value === null) return value as Json;
  const fields = Object.entries(value).map(([name, field]) => [
    name,
    name === "peerId" ? peerIdText(field) : toJson(field),
  ]);
  return Object.fromEntries(fields);
}

function peerIdText(peerId: PeerId): Json {
  return peerIdShape(peerId) ? formatPeerId(peerId) : peerId;
}
