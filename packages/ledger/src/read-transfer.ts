// Reads transfers by hand, in one pass: what `transactionCodec` reads, several times as fast, since nearly all that a node
// decodes is transfers. Strict by construction: every part begins where the one before it ends, so that no byte goes
// unread and no other bytes give the same value (docs/decisions/005). Must never read what the codec refuses, nor
// anything else than the codec reads; a test holds the two together. Refusals are the codec's: this knows no reasons.
import {
  type Amount,
  type AssetId,
  type Hash,
  hexReader,
  LIMITS,
  type PolicyHash,
  type PublicKey,
  type Signature,
  type Timestamp,
  type TransactionId,
} from "@witan/primitives";
import type { Policy, PolicyNode } from "./policy.ts";
import type { AssetAmount, KeySignature, Outpoint, Output, Transaction, Witness } from "./transaction.ts";

/** What is read from, and the hex of parts of it. */
interface Source {
  readonly view: DataView;
  readonly hex: (start: number, end: number) => string;
}

/** Bytes of the parts of fixed size: offsets of body and witness; a transfer's fields, and a witness's, without lists. */
const FRAME = 8;
const TRANSFER = 36;
const WITNESS = 12;
/** Bytes of the elements of lists. */
const OUTPOINT = 34;
const OUTPUT = 44;
const ASSET_AMOUNT = 12;
const SIGNATURE = 97;
const HASH = 32;
const OFFSET = 4;
/** The selector of a transfer among bodies. */
const TRANSFER_SELECTOR = 0;

/** The transfer that bytes encode canonically; undefined if they are none, perhaps another transaction. */
export function readTransfer(bytes: Uint8Array): Transaction | undefined {
  if (bytes.length < FRAME + 1 + TRANSFER + WITNESS || bytes[FRAME] !== TRANSFER_SELECTOR) return undefined;
  const source = {
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length),
    hex: hexReader(bytes),
  };
  const witnessAt = source.view.getUint32(4, true);
  if (source.view.getUint32(0, true) !== FRAME || witnessAt > bytes.length) return undefined;
  const body = readBody(source, FRAME + 1, witnessAt);
  const witness = body && readWitness(source, witnessAt, bytes.length);
  return witness && { body, witness };
}

function readBody(source: Source, start: number, end: number): Transaction["body"] | undefined {
  if (end - start < TRANSFER) return undefined;
  const { view, hex } = source;
  const inputsAt = start + view.getUint32(start, true);
  const outputsAt = start + view.getUint32(start + 4, true);
  const issuedAt = start + view.getUint32(start + 16, true);
  const destroyedAt = start + view.getUint32(start + 20, true);
  const validUntil = safeInteger(view, start + 24);
  const memoAt = start + view.getUint32(start + 32, true);
  if (
    inputsAt !== start + TRANSFER ||
    !isList(inputsAt, outputsAt, OUTPOINT, LIMITS.inputs) ||
    !isList(outputsAt, issuedAt, OUTPUT, LIMITS.outputs) ||
    !isList(issuedAt, destroyedAt, ASSET_AMOUNT, LIMITS.assetChanges) ||
    !isList(destroyedAt, memoAt, ASSET_AMOUNT, LIMITS.assetChanges) ||
    !isList(memoAt, end, 1, LIMITS.memoBytes) ||
    validUntil === undefined
  )
    return undefined;
  return {
    kind: "transfer",
    inputs: readInputs(source, inputsAt, outputsAt),
    outputs: readOutputs(source, outputsAt, issuedAt),
    fee: view.getBigUint64(start + 8, true) as Amount,
    issued: readAssetAmounts(source, issuedAt, destroyedAt),
    destroyed: readAssetAmounts(source, destroyedAt, memoAt),
    validUntil: validUntil as Timestamp,
    memo: memoAt === end ? "" : hex(memoAt, end),
  };
}

/** Whether so many bytes are elements of a size, not more than may be. Places come from outside: `end` may be less. */
function isList(start: number, end: number, size: number, max: number): boolean {
  const length = end - start;
  return length >= 0 && length % size === 0 && length <= max * size;
}

/** A uint64 that a number holds exactly. */
function safeInteger(view: DataView, at: number): number | undefined {
  const value = view.getUint32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** A list of so many, to be filled: what grows by itself takes room for seventeen at once, for as long as it lives. */
function room<T>(count: number): T[] {
  return count === 0 ? [] : new Array<T>(count);
}

function readInputs({ view, hex }: Source, start: number, end: number): readonly Outpoint[] {
  const inputs = room<Outpoint>((end - start) / OUTPOINT);
  for (let at = start, index = 0; at < end; at += OUTPOINT, index++)
    inputs[index] = {
      transaction: hex(at, at + HASH) as TransactionId,
      index: view.getUint16(at + HASH, true),
    };
  return inputs;
}

function readOutputs({ view, hex }: Source, start: number, end: number): readonly Output[] {
  const outputs = room<Output>((end - start) / OUTPUT);
  for (let at = start, index = 0; at < end; at += OUTPUT, index++)
    outputs[index] = {
      asset: view.getUint32(at, true) as AssetId,
      amount: view.getBigUint64(at + 4, true) as Amount,
      policyHash: hex(at + 12, at + OUTPUT) as PolicyHash,
    };
  return outputs;
}

function readAssetAmounts({ view }: Source, start: number, end: number): readonly AssetAmount[] {
  const amounts = room<AssetAmount>((end - start) / ASSET_AMOUNT);
  for (let at = start, index = 0; at < end; at += ASSET_AMOUNT, index++)
    amounts[index] = {
      asset: view.getUint32(at, true) as AssetId,
      amount: view.getBigUint64(at + 4, true) as Amount,
    };
  return amounts;
}

function readWitness(source: Source, start: number, end: number): Witness | undefined {
  if (end - start < WITNESS) return undefined;
  const { view } = source;
  const policiesAt = start + view.getUint32(start, true);
  const signaturesAt = start + view.getUint32(start + 4, true);
  const preimagesAt = start + view.getUint32(start + 8, true);
  if (
    policiesAt !== start + WITNESS ||
    signaturesAt > end ||
    !isList(signaturesAt, preimagesAt, SIGNATURE, LIMITS.witnessSignatures) ||
    !isList(preimagesAt, end, HASH, LIMITS.preimages)
  )
    return undefined;
  const policies = readElements(source, policiesAt, signaturesAt, LIMITS.policies, readPolicy);
  return (
    policies && {
      policies,
      signatures: readSignatures(source, signaturesAt, preimagesAt),
      preimages: readPreimages(source, preimagesAt, end),
    }
  );
}

function readSignatures({ hex }: Source, start: number, end: number): readonly KeySignature[] {
  const signatures = room<KeySignature>((end - start) / SIGNATURE);
  for (let at = start, index = 0; at < end; at += SIGNATURE, index++)
    signatures[index] = {
      publicKey: hex(at, at + 33) as PublicKey,
      signature: hex(at + 33, at + SIGNATURE) as Signature,
    };
  return signatures;
}

function readPreimages({ hex }: Source, start: number, end: number): readonly string[] {
  const preimages = room<string>((end - start) / HASH);
  for (let at = start, index = 0; at < end; at += HASH, index++) preimages[index] = hex(at, at + HASH);
  return preimages;
}

/**
 * A list whose elements differ in size: an offset for each, the first of which tells their number, then the elements.
 * Each offset is at most the next, and the last at most the length: no element has a negative size.
 */
function readElements<T>(
  source: Source,
  start: number,
  end: number,
  max: number,
  read: (source: Source, start: number, end: number) => T | undefined,
): readonly T[] | undefined {
  if (start === end) return [];
  if (end - start < OFFSET) return undefined;
  const { view } = source;
  const first = start + view.getUint32(start, true);
  if (first === start || first > end || !isList(start, first, OFFSET, max)) return undefined;
  const elements = room<T>((first - start) / OFFSET);
  let from = first;
  for (let at = start + OFFSET, index = 0; at <= first; at += OFFSET, index++) {
    const to = at === first ? end : start + view.getUint32(at, true);
    if (to < from || to > end) return undefined;
    const element = read(source, from, to);
    if (element === undefined) return undefined;
    elements[index] = element;
    from = to;
  }
  return elements;
}

function readPolicy(source: Source, start: number, end: number): Policy | undefined {
  return readElements(source, start, end, LIMITS.policyNodes, readNode);
}

/** A node of a policy: its selector, and as many bytes as that kind has. */
function readNode({ view, hex }: Source, start: number, end: number): PolicyNode | undefined {
  const at = start + 1;
  const length = end - at;
  if (length < 0) return undefined;
  switch (view.getUint8(start)) {
    case 0:
      return length === HASH ? { kind: "hidden", hash: hex(at, end) as PolicyHash } : undefined;
    case 1:
      return length === 33 ? { kind: "key", publicKey: hex(at, end) as PublicKey } : undefined;
    case 2: {
      const time = length === 8 ? safeInteger(view, at) : undefined;
      return time === undefined ? undefined : { kind: "after", time: time as Timestamp };
    }
    case 3:
      return length === HASH ? { kind: "hash", digest: hex(at, end) as Hash } : undefined;
    case 4:
      return length === 2
        ? { kind: "threshold", required: view.getUint8(at), children: view.getUint8(at + 1) }
        : undefined;
    default:
      return undefined;
  }
}
