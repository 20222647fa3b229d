// A signature that everyone knows: what a backend is asked before it is trusted.
import type { SignatureCheck } from "@witan/primitives";
import type { SecretKey } from "../keys.ts";

/** Secret key 1. */
export const KNOWN_SECRET = `${"0".repeat(63)}1` as SecretKey;

/** SHA-256 of "Satoshi Nakamoto", signed with secret key 1: a well-known vector of RFC 6979. */
export const KNOWN_CHECK = {
  digest: "a0dc65ffca799873cbea0ac274015b9526505daaaed385155425f7337704883e",
  publicKey: "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
  signature:
    "934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8" +
    "2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5",
} as SignatureCheck;
