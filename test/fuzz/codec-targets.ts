// Every codec: any bytes are a value or a refusal; a value has exactly those bytes again, and a root; nothing is kept
// of the input, and nothing written to it.
import {
  assetsCodec,
  blockUndoCodec,
  bodyCodec,
  changeCodec,
  clientsCodec,
  coinCodec,
  finalityProofCodec,
  genesisCodec,
  governanceStateCodec,
  headerCodec,
  memberCodec,
  membersCodec,
  outputsCodec,
  parametersCodec,
  policyCodec,
  transactionCodec,
  witnessCodec,
} from "@witan/ledger";
import { type Codec, certificateCodec } from "@witan/primitives";
import type { Target } from "./fuzzer.ts";
import { Grammar, grammarOf } from "./grammar.ts";
import { samples } from "./sample-chain.ts";

/** A property does not hold. */
export class Broken extends Error {}

/** @throws {Broken} unless it holds */
export function hold(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Broken(what);
}

/** Whether bytes are the same. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

/** A refusal's words without what differs from input to input. */
export function shapeOf(detail: string | undefined): string {
  // What the engine says when a program is wrong: a bug that passes for a refusal.
  const isBug =
    /Cannot read prop|is not a function|is not iterable|call stack|Invalid (?:typed )?array|is not defined/;
  hold(!isBug.test(detail ?? ""), `a bug, refused as if the input were at fault: ${detail}`);
  return (detail ?? "")
    .replace(/[0-9a-f]{8,}/g, "#")
    .replace(/\d+/g, "#")
    .slice(0, 60);
}

function runCodec<T>(codec: Codec<T>, bytes: Uint8Array): string {
  const kept = Uint8Array.from(bytes);
  // Inside a larger buffer, as in a node: a decoder that forgets the view's offset reads its neighbours.
  const around = new Uint8Array(bytes.length + 32).fill(0xee);
  around.set(bytes, 16);
  const input = around.subarray(16, 16 + bytes.length);
  const decoded = codec.decode(input);
  hold(sameBytes(input, kept), "decoding wrote to its input");
  const alone = codec.decode(kept);
  hold(alone.ok === decoded.ok, "the answer depends on where the bytes lie");
  if (!decoded.ok) {
    hold(decoded.code === "encoding", `code ${decoded.code}`);
    return `encoding ${shapeOf(decoded.detail)}`;
  }
  around.fill(0xdd);
  hold(sameBytes(codec.encode(decoded.value), kept), "a value has other bytes than those it came from");
  hold(/^[0-9a-f]{64}$/.test(codec.root(decoded.value)), "a value without a root");
  return "decoded";
}

/** A target for a codec. */
export function codecTarget<T>(name: string, codec: Codec<T>, seeds: () => readonly Uint8Array[]): Target {
  const type = grammarOf(codec.name);
  return {
    name: `codec ${name}`,
    seeds,
    make: (dice) => Uint8Array.from(new Grammar(dice, dice.pick([0, 0, 20, 60, 300])).bytes(type)),
    run: (bytes) => runCodec(codec, bytes),
  };
}

const all =
  <T>(codec: Codec<T>, values: () => readonly T[]) =>
  () =>
    values().map((value) => codec.encode(value));
const transactions = () => samples().flatMap((sample) => sample.transactions);
const states = () => samples().map(({ state }) => state.governance.state);

/** A target for every codec that the packages export. */
export const CODEC_TARGETS: readonly Target[] = [
  codecTarget("transaction", transactionCodec, () => transactions().map(({ bytes }) => bytes)),
  codecTarget(
    "body",
    bodyCodec,
    all(bodyCodec, () => transactions().map(({ body }) => body)),
  ),
  codecTarget(
    "witness",
    witnessCodec,
    all(witnessCodec, () => transactions().map(({ witness }) => witness)),
  ),
  codecTarget(
    "policy",
    policyCodec,
    all(policyCodec, () => transactions().flatMap(({ witness }) => witness.policies)),
  ),
  codecTarget(
    "header",
    headerCodec,
    all(headerCodec, () => samples().map(({ next }) => next.header)),
  ),
  codecTarget("genesis", genesisCodec, () => samples().map(({ genesis }) => genesis)),
  codecTarget("governance state", governanceStateCodec, all(governanceStateCodec, states)),
  codecTarget("change", changeCodec, () => []),
  codecTarget(
    "member",
    memberCodec,
    all(memberCodec, () => states().flatMap(({ members }) => members)),
  ),
  codecTarget(
    "members",
    membersCodec,
    all(membersCodec, () => states().map(({ members }) => members)),
  ),
  codecTarget(
    "assets",
    assetsCodec,
    all(assetsCodec, () => states().map(({ assets }) => assets)),
  ),
  codecTarget("clients", clientsCodec, () => []),
  codecTarget(
    "parameters",
    parametersCodec,
    all(parametersCodec, () => states().map(({ parameters }) => parameters)),
  ),
  codecTarget("outputs", outputsCodec, () => []),
  codecTarget("certificate", certificateCodec, () => []),
  codecTarget("finality proof", finalityProofCodec, () => []),
  codecTarget(
    "coin",
    coinCodec,
    all(coinCodec, () => samples().flatMap(({ ledger }) => [...ledger.coins.values()])),
  ),
  codecTarget("undo", blockUndoCodec, () => []),
];
