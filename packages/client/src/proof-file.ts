// Proof files: a finality proof with what it is about, as JSON, to be kept and handed on. What the file says beside the proof
// is there to be found by, and is believed only if the proof shows it.
import { Chain } from "@witan/ledger";
import {
  type CancelSignal,
  type ChainId,
  type Height,
  type Hex,
  INTEGER_MAX,
  isHex,
  type TransactionId,
} from "@witan/primitives";
import type { ResultOf } from "@witan/rpc";
import { plainText } from "./plain-text.ts";
import { type ClientClock, PLATFORM_CLOCK, pause } from "./platform-clock.ts";
import type { RpcCaller } from "./rpc-client.ts";
import { RpcAnswerError, RpcCallError } from "./rpc-failures.ts";
import {
  openChainOf,
  type ProofRequest,
  type UnverifiedProof,
  unverified,
  type VerifiedProof,
  verifyProof,
} from "./verify-proof.ts";

/** What a proof file says. */
export interface ProofFile {
  readonly format: "witan-proof";
  readonly version: 1;
  readonly chainId: ChainId;
  readonly transaction: TransactionId;
  /** Of the block that holds the transaction. */
  readonly height: Height;
  /** The finality proof's bytes. */
  readonly proof: Hex;
}

/** One mistake in a proof file. */
export interface ProofFileProblem {
  /** Empty for the file as a whole. */
  readonly field: string;
  readonly found: string;
  readonly expected: string;
}

/** What a file holds, or every mistake in its form. */
export type ProofFileResult =
  | { readonly ok: true; readonly value: ProofFile }
  | { readonly ok: false; readonly code: "file-invalid"; readonly problems: readonly ProofFileProblem[] };

/** The text of a proof file. */
export function formatProofFile({
  chainId,
  transaction,
  height,
  proof,
}: Omit<ProofFile, "format" | "version">): string {
  const file: ProofFile = { format: "witan-proof", version: 1, chainId, transaction, height, proof };
  return `${JSON.stringify(file, undefined, 2)}\n`;
}

interface Field {
  readonly expected: string;
  readonly fits: (value: unknown) => boolean;
}

const hash: Field = { expected: "32 bytes in lower-case hex", fits: (value) => isHex(value, 32) };

const FIELDS: Readonly<Record<keyof ProofFile, Field>> = {
  format: { expected: '"witan-proof"', fits: (value) => value === "witan-proof" },
  version: { expected: "1, the only version this program knows", fits: (value) => value === 1 },
  chainId: hash,
  transaction: hash,
  height: {
    expected: "the number of a block",
    fits: (value) => Number.isInteger(value) && (value as number) >= 0 && (value as number) <= INTEGER_MAX,
  },
  proof: {
    expected: "bytes in lower-case hex, two digits for each",
    fits: (value) => isHex(value) && value.length > 0,
  },
};

/** Reads the text of a proof file. Says nothing about whether the proof holds: `verifyProofFile` does. */
export function parseProofFile(text: string): ProofFileResult {
  let value: unknown;
  try {
    // Some editors put a byte order mark first; it says nothing.
    value = JSON.parse(text.startsWith("\ufeff") ? text.slice(1) : text);
  } catch (error) {
    const found = error instanceof Error ? plainText(error.message, 200) : "none";
    return invalid([{ field: "", found, expected: "JSON" }]);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return invalid([{ field: "", found: shown(value), expected: "an object, as witan proof get writes it" }]);
  const held = value as Readonly<Record<string, unknown>>;
  const wrong = Object.entries(FIELDS)
    .filter(([field, { fits }]) => !fits(held[field]))
    .map(([field, { expected }]) => ({ field, found: shown(held[field]), expected }));
  const unknown = Object.keys(held)
    .filter((field) => !Object.hasOwn(FIELDS, field))
    .slice(0, 10)
    .map((field) => ({
      field: plainText(field, 100),
      found: "a field of that name",
      expected: `only ${Object.keys(FIELDS).join(", ")}`,
    }));
  const problems = [...wrong, ...unknown];
  return problems.length === 0 ? { ok: true, value: held as unknown as ProofFile } : invalid(problems);
}

/** Verifies a proof file: the proof, and that it shows what the file says. */
export async function verifyProofFile(
  { chainId, transaction, height, proof }: ProofFile,
  request: Omit<ProofRequest, "proof" | "transaction">,
): Promise<VerifiedProof | UnverifiedProof> {
  const chain = openChainOf(request.genesis);
  if (!(chain instanceof Chain)) return chain;
  // Told first: a proof of another chain breaks one rule or other, which would say little.
  if (chain.chainId !== chainId)
    return unverified(
      "chain-other",
      `The file is of chain ${chainId}, the genesis is that of ${chain.chainId}.`,
    );
  const verified = await verifyProof({ ...request, genesis: chain, proof, transaction });
  if (verified.verified && verified.height !== height)
    return unverified("height-other", `The file says height ${height}, the proof shows ${verified.height}.`);
  return verified;
}

/** Of which transaction, on which chain. */
export interface FetchProofOptions {
  /** Its id. */
  readonly transaction: string;
  /**
   * How long to wait for a certificate that is being gathered, in milliseconds; 10,000 by default. In BP Fast Paxos a block
   * is final a moment before others can be shown that it is.
   */
  readonly timeoutMs?: number;
  readonly signal?: CancelSignal;
  /** Of the platform, unless a test has its own. */
  readonly clock?: ClientClock;
}

const CERTIFICATE_MS = 10_000;
const ASK_AGAIN_MS = 50;

/**
 * Asks for a proof, of a transaction or of a block, until its certificate is gathered or the time is up.
 * @throws as `RpcClient.call`
 */
export async function askForProof(
  rpc: RpcCaller,
  of: { readonly transaction: string } | { readonly height: number },
  { timeoutMs = CERTIFICATE_MS, signal, clock = PLATFORM_CLOCK }: Omit<FetchProofOptions, "transaction">,
): Promise<ResultOf<"chain_proof">> {
  const options = signal === undefined ? {} : { signal };
  const until = clock.monotonicMs() + timeoutMs;
  for (;;) {
    try {
      return await rpc.call("chain_proof", of, options);
    } catch (error) {
      const isGathered = error instanceof RpcCallError && error.reason === "certificate-pending";
      if (!isGathered || clock.monotonicMs() >= until || signal?.aborted === true) throw error;
    }
    await pause(clock, ASK_AGAIN_MS, signal);
  }
}

/**
 * Fetches the finality proof of a transaction, unverified.
 * @throws as `RpcClient.call`; the reasons of an `RpcCallError` say whether there is none yet, or never will be
 */
export async function fetchProof(rpc: RpcCaller, request: FetchProofOptions): Promise<ProofFile> {
  const { transaction, signal, timeoutMs = CERTIFICATE_MS, clock = PLATFORM_CLOCK } = request;
  const options = signal === undefined ? {} : { signal };
  const [status, answer] = await Promise.all([
    rpc.call("node_status", {}, options),
    askForProof(rpc, { transaction }, { timeoutMs, clock, ...options }),
  ]);
  const about = "transaction" in answer ? answer.transaction : `block ${answer.height}`;
  if (about !== transaction) {
    const found = `found the proof of ${about}, asked was ${transaction}`;
    throw new RpcAnswerError("result", found, { url: rpc.url, method: "chain_proof" });
  }
  return {
    format: "witan-proof",
    version: 1,
    chainId: status.chainId as ChainId,
    transaction: transaction as TransactionId,
    height: answer.height as Height,
    proof: answer.proof,
  };
}

function invalid(problems: readonly ProofFileProblem[]): Extract<ProofFileResult, { ok: false }> {
  return { ok: false, code: "file-invalid", problems };
}

/** A value in few words, however large it is. */
function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  return plainText(JSON.stringify(value), 80);
}
