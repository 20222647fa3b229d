// How many signatures one core checks in a second when it does nothing else: the measure that a bench is held against.
import { chooseScheme } from "@witan/crypto/node";
import { LabFailure } from "../lab-failure.ts";

/** SHA-256 of "Satoshi Nakamoto" signed by secret key 1, a well-known vector. Each check costs the same. */
const DIGEST = "a0dc65ffca799873cbea0ac274015b9526505daaaed385155425f7337704883e";
const PUBLIC_KEY = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
const SIGNATURE =
  "934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8" +
  "2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5";

const WARM_UP_MS = 200;
const MEASURE_MS = 1_000;
/** Checks between two looks at the clock. */
const STEP = 64;

/** What was measured, with which backend. */
export interface VerifySpeed {
  readonly backend: string;
  readonly perSecond: number;
}

/** Measures for a second, on this thread; nothing else happens meanwhile. */
export async function measureVerify(): Promise<VerifySpeed> {
  const chosen = await chooseScheme("auto");
  if (!chosen.ok)
    throw new LabFailure("load-failed", `no backend for signatures: ${chosen.detail ?? chosen.code}`);
  const { scheme, name } = chosen.value;
  const bytes = [DIGEST, PUBLIC_KEY, SIGNATURE].map((hex) => new Uint8Array(Buffer.from(hex, "hex")));
  const [digest, publicKey, signature] = bytes as [Uint8Array, Uint8Array, Uint8Array];
  const run = (ms: number): number => {
    const from = performance.now();
    let count = 0;
    let took = 0;
    while (took < ms) {
      for (let step = 0; step < STEP; step++) scheme.verifyBytes(digest, publicKey, signature);
      count += STEP;
      took = performance.now() - from;
    }
    return (1000 * count) / took;
  };
  run(WARM_UP_MS);
  return { backend: name, perSecond: run(MEASURE_MS) };
}
