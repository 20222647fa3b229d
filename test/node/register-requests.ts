// A request of each kind about registers, for tests of whole nodes: signed by alice, and shown by validators a, b and c.
import {
  type RegisterRequest,
  type RegisterStatement,
  registerDigest,
  registerRequestCodec,
} from "@witan/consensus";
import { chooseSign } from "@witan/crypto/node";
import type { Chain } from "@witan/ledger";
import {
  bytesToHex,
  type Hash,
  type Height,
  type MemberIndex,
  type Signature,
  sha256Hex,
} from "@witan/primitives";
import { keyOfName } from "../ledger/build.ts";

const sign = chooseSign();

/** The params of each method. */
export function registerParams({ chainId }: Chain) {
  const signed = (name: string, statement: RegisterStatement): Signature =>
    sign(registerDigest(chainId, statement), keyOfName(name).secretKey);
  const params = (request: RegisterRequest) => ({
    request: bytesToHex(registerRequestCodec.encode(request)),
  });
  const client = keyOfName("alice").publicKey;
  const data = new TextEncoder().encode("2411.20");
  const hash = sha256Hex(data) as Hash;
  const nonce = "5a".repeat(32) as Hash;
  const [register, optimized] = (["base", "optimized"] as const).map((variant) => ({
    name: "price",
    variant,
  }));
  if (register === undefined || optimized === undefined) throw new TypeError("two registers");
  const version = { timestamp: { counter: 1, client }, hash };
  const authorization = signed("alice", { kind: "authorized", register, version });
  const membership = 1 as Height;
  const list = "prepared" as const;
  const signatures = ["a", "b", "c"].map((name, member) => {
    const signature = signed(`${name} voting`, { kind: "prepared", membership, register, list, version });
    return { member: member as MemberIndex, signature };
  });
  const signature = signed("alice", { kind: "asked", register: optimized, nonce, client, hash });
  return {
    register_readTimestamp: params({ kind: "readTimestamp", register, nonce }),
    register_prepare: params({
      ...{ kind: "prepare", register, version, previous: [], written: [], authorization },
    }),
    register_readAndPrepare: params({
      ...{ kind: "readAndPrepare", register: optimized, nonce, client, hash, written: [], signature },
    }),
    register_write: params({
      kind: "write",
      register,
      proof: { version, membership, list, authorization, signatures },
      data,
    }),
    register_read: params({ kind: "read", register, nonce }),
    register_list: params({ kind: "list", after: [], limit: 10 }),
  };
}
