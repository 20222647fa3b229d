// The network port on libp2p: real sockets.
import { createPrivateKey, createPublicKey } from "node:crypto";
import { privateKeyFromRaw } from "@libp2p/crypto/keys";
import { assert, type Hex, hexToBytes, isHex, type Network } from "@witan/primitives";
import { parseHostPort } from "../address.ts";
import { NetworkError } from "../network-error.ts";
import { PeerNetwork } from "../peer-network.ts";
import { type NetworkSettings, resolveSettings } from "../settings.ts";
import { Libp2pTransport } from "./libp2p-transport.ts";

/** What a libp2p network needs. */
export interface Libp2pNetworkOptions extends NetworkSettings {
  /** An Ed25519 secret key: 32 bytes in lower-case hex. The peer id is that of its public key. */
  readonly secretKey: Hex;
  /** `HOST:PORT`, or several; port 0 takes a free one. */
  readonly listen: string | readonly string[];
}

/**
 * A network on libp2p: TCP, Noise, Yamux. It listens and dials from `start` on.
 * @throws {NetworkError} if an address can't be read
 */
export async function openLibp2pNetwork(options: Libp2pNetworkOptions): Promise<Network> {
  assert(isHex(options.secretKey, 32), "not an Ed25519 secret key of 32 bytes");
  const addresses = typeof options.listen === "string" ? [options.listen] : options.listen;
  const listen = addresses.map((address) => {
    const read = parseHostPort(address);
    if (read.ok) return read.value;
    throw new NetworkError("address-not-available", `can't listen: ${read.detail ?? ""}`, { address });
  });
  const key = keyOf(options.secretKey);
  return new PeerNetwork(new Libp2pTransport(key, listen), resolveSettings(options));
}

/** What stands before the 32 bytes of an Ed25519 secret key in PKCS #8 (RFC 8410, section 7). */
const PKCS8_HEADER = "302e020100300506032b657004220420";

/** The key as libp2p holds it. Its own way from the secret to the public key takes a twentieth of a node's start. */
function keyOf(secretKey: Hex) {
  const key = Buffer.from(hexToBytes(PKCS8_HEADER + secretKey));
  const secret = createPrivateKey({ key, format: "der", type: "pkcs8" });
  const publicKey = createPublicKey(secret).export({ format: "der", type: "spki" }).subarray(-32);
  return privateKeyFromRaw(new Uint8Array([...hexToBytes(secretKey), ...publicKey]));
}
