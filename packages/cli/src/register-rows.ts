// Registers as commands print them: for programs and for people.
import type { RegisterFound, RegisterWritten } from "@witan/client";
import type { RegisterVariant, RegisterVersion } from "@witan/consensus";
import type { Json } from "@witan/ledger";
import { bytesToHex } from "@witan/primitives";

/** A version: its timestamp, and the hash of the value. */
export function versionJson({ timestamp, hash }: RegisterVersion) {
  return { timestamp: { counter: timestamp.counter, client: timestamp.client }, hash };
}

/** A write that is done. */
export function writtenJson({ register, version, phases, replicas, earlier }: RegisterWritten) {
  return {
    ...{ register: register.name, variant: register.variant, ...versionJson(version) },
    ...{ phases, replicas: [...replicas], earlier: earlier.map((one) => versionJson(one).timestamp) },
  };
}

/** @param asked the type that was asked for; without one, what was never written has none */
export function foundJson(
  found: RegisterFound,
  asked: RegisterVariant | undefined,
): { readonly [name: string]: Json } {
  const { register, value, version, phases, replicas } = found;
  const isWritten = value !== undefined;
  return {
    ...{ register: register.name, variant: isWritten ? register.variant : (asked ?? null) },
    ...{ value: isWritten ? bytesToHex(value) : null, text: isWritten ? (textOf(value) ?? null) : null },
    ...(isWritten ? versionJson(version) : { timestamp: null, hash: null }),
    ...{ phases, replicas: [...replicas] },
  };
}

/** A value as text, if it is any. */
export function textOf(value: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(value);
  } catch {
    return undefined;
  }
}

/** How long a value is. */
export function bytesText({ length }: Uint8Array): string {
  return length === 1 ? "1 byte" : `${length} bytes`;
}

/** A timestamp: its number, and whose it is. */
export function timestampText({ timestamp }: RegisterVersion): string {
  return `${timestamp.counter} by ${timestamp.client}`;
}

/** What it took, and whose word it rests on. */
export function tookText(
  { phases, replicas }: { readonly phases: number; readonly replicas: readonly string[] },
  milliseconds: number,
): string {
  const rounds = phases === 1 ? "1 round" : `${phases} rounds`;
  return `${milliseconds} ms, ${rounds}, by the word of ${replicas.join(", ")}`;
}
