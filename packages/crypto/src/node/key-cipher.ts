// How a key file's secret is encrypted: scrypt (RFC 7914) makes a key of the passphrase, AES-256-GCM (NIST SP 800-38D)
// encrypts under it. Version, purpose and public key are bound to the ciphertext: a file whose header was altered
// does not decrypt.
import { createCipheriv, createDecipheriv, randomBytes, scrypt } from "node:crypto";
import { asciiBytes, bytesToHex, type Hex, hexToBytes } from "@witan/primitives";
import type { EncryptedSecret, KeyPurpose, ScryptCost } from "./key-file-format.ts";

/** What new key files cost: 128 MiB and about half a second. */
export const SCRYPT_COST: ScryptCost = Object.freeze({ n: 2 ** 17, r: 8, p: 1 });

const CIPHER = "aes-256-gcm";
const TAG_BYTES = 16;

/** What is bound to the ciphertext. */
export interface BoundHeader {
  /** `acceptors`: a key that they share. */
  readonly purpose: KeyPurpose | "acceptors";
  /** Or what names a shared key. */
  readonly publicKey: Hex;
}

/** Encrypts 32 bytes of secret under a passphrase, with fresh salt and nonce. */
export async function encryptSecret(
  secretKey: Hex,
  passphrase: string,
  header: BoundHeader,
  cost: ScryptCost = SCRYPT_COST,
): Promise<EncryptedSecret> {
  const { n, r, p } = cost;
  const salt = randomBytes(32);
  const nonce = randomBytes(12);
  const key = await deriveKey(passphrase, salt, cost);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(boundBytes(header));
  const ciphertext = Buffer.concat([cipher.update(hexToBytes(secretKey)), cipher.final()]);
  return {
    kind: "scrypt",
    n,
    r,
    p,
    salt: bytesToHex(salt),
    cipher: CIPHER,
    nonce: bytesToHex(nonce),
    tag: bytesToHex(cipher.getAuthTag()),
    ciphertext: bytesToHex(ciphertext),
  };
}

/** Decrypts. @returns undefined if the passphrase is another, or the file was altered: nobody can tell which */
export async function decryptSecret(
  secret: EncryptedSecret,
  passphrase: string,
  header: BoundHeader,
): Promise<Hex | undefined> {
  const key = await deriveKey(passphrase, hexToBytes(secret.salt), secret);
  const decipher = createDecipheriv(CIPHER, key, hexToBytes(secret.nonce), { authTagLength: TAG_BYTES });
  decipher.setAAD(boundBytes(header));
  decipher.setAuthTag(hexToBytes(secret.tag));
  const plain = decipher.update(hexToBytes(secret.ciphertext));
  try {
    decipher.final();
  } catch {
    return undefined;
  }
  return bytesToHex(plain);
}

function boundBytes({ purpose, publicKey }: BoundHeader): Uint8Array {
  return asciiBytes(`witan-key/1/${purpose}/${publicKey}`);
}

/** NFKC, so that the same passphrase typed on another keyboard gives the same bytes. */
function deriveKey(passphrase: string, salt: Uint8Array, { n, r, p }: ScryptCost): Promise<Uint8Array> {
  // What OpenSSL counts: 128·n·r for the table, 128·r·p for the blocks, and a little.
  const maxmem = 128 * n * r + 128 * r * p + 2 ** 20;
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize("NFKC"), salt, 32, { N: n, r, p, maxmem }, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}
