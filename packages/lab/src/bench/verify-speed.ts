// How many signatures one core checks in a second when it does nothing else: the measure that a bench is held against.
import { createECDH, hash } from "node:crypto";
import { chooseScheme, chooseSign } from "@witan/crypto/node";
import { LabFailure } from "../lab-failure.ts";

/**
 * Different signatures, taken in turn, as a node meets them. One and the same would be checked about 7 % faster: what
 * the backend reads of its tables, a mebibyte of them, would all stay in the fastest cache.
 */
const SIGNATURES = 1_024;
const KEYS = 16;
const WARM_UP_MS = 200;
const MEASURE_MS = 1_000;
/** Checks between two looks at the clock. */
const STEP = 64;

/** What was measured, with which backend. */
export interface VerifySpeed {
  readonly backend: string;
  readonly perSecond: number;
}

/** Digest, public key and signature, as bytes. */
type Check = readonly [Uint8Array, Uint8Array, Uint8Array];

/** Measures for a second, on this thread; nothing else happens meanwhile. */
export async function measureVerify(): Promise<VerifySpeed> {
  const chosen = await chooseScheme("auto");
  if (!chosen.ok)
    throw new LabFailure("load-failed", `no backend for signatures: ${chosen.detail ?? chosen.code}`);
  const { scheme, name } = chosen.value;
  const checks = makeChecks();
  if (!checks.every((check) => scheme.verifyBytes(...check)))
    throw new LabFailure("load-failed", `the backend ${name} does not know signatures that hold`);
  let next = 0;
  const run = (ms: number): number => {
    const from = performance.now();
    let count = 0;
    let took = 0;
    while (took < ms) {
      for (let step = 0; step < STEP; step++) scheme.verifyBytes(...(checks[next++ % SIGNATURES] as Check));
      count += STEP;
      took = performance.now() - from;
    }
    return (1000 * count) / took;
  };
  run(WARM_UP_MS);
  return { backend: name, perSecond: run(MEASURE_MS) };
}

/** Signatures that hold, by a few keys over as many digests as there are signatures. */
function makeChecks(): readonly Check[] {
  const sign = chooseSign();
  const keys = Array.from({ length: KEYS }, () => {
    const pair = createECDH("secp256k1");
    pair.generateKeys();
    // A key that begins with zeros comes without them.
    return {
      secret: pair.getPrivateKey("hex").padStart(64, "0"),
      public: new Uint8Array(pair.getPublicKey(null, "compressed")),
    };
  });
  return Array.from({ length: SIGNATURES }, (_, index) => {
    const key = keys[index % KEYS] as (typeof keys)[number];
    const digest = hash("sha256", `bench ${index}`);
    const signature = sign(digest as Parameters<typeof sign>[0], key.secret as Parameters<typeof sign>[1]);
    return [bytesOf(digest), key.public, bytesOf(signature)];
  });
}

function bytesOf(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, "hex"));
}
