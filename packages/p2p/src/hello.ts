// The greeting: what peers tell each other first, how it is encoded, and whether the two can talk at all.
import {
  type ChainId,
  container,
  type Height,
  type Hello,
  hexVector,
  list,
  ok,
  type Result,
  refuse,
  text,
  uint16,
  uint53,
} from "@witan/primitives";

/** Versions that a program may know at once. */
const VERSIONS_MAX = 16;
const AGENT_MAX = 64;
/** Greater than any greeting. */
export const HELLO_BYTES_MAX = 512;

interface HelloRecord {
  readonly chainId: ChainId;
  readonly height: Height;
  readonly agent: string;
  readonly versions: readonly { readonly version: number }[];
}

const codec = container<HelloRecord>({
  chainId: hexVector<ChainId>(32),
  height: uint53<Height>(),
  agent: text(AGENT_MAX),
  versions: list(container<{ readonly version: number }>({ version: uint16() }), VERSIONS_MAX),
});

/** Why two nodes have nothing to say to each other. Both log the same. */
export type HelloFault = "other-chain" | "no-common-version";

/** The bytes of a greeting. @throws {AssertionError} if the agent is no printable ASCII of 64 characters at most */
export function encodeHello(hello: Hello): Uint8Array {
  return codec.encode({ ...hello, versions: hello.versions.map((version) => ({ version })) });
}

/** Reads a greeting. */
export function decodeHello(bytes: Uint8Array): Result<Hello, "encoding"> {
  const read = codec.decode(bytes);
  if (!read.ok) return read;
  const { chainId, height, agent, versions } = read.value;
  return ok({ chainId, height, agent, versions: versions.map(({ version }) => version) });
}

/** The version that both speak: the highest that both know. */
export function agree(mine: Omit<Hello, "height">, theirs: Hello): Result<number, HelloFault> {
  if (mine.chainId !== theirs.chainId) return refuse("other-chain", `its chain is ${theirs.chainId}`);
  const common = mine.versions.filter((version) => theirs.versions.includes(version));
  if (common.length === 0) return refuse("no-common-version", `it knows ${theirs.versions.join(", ")}`);
  return ok(Math.max(...common));
}
