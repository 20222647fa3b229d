// What work on a register can end in other than its result: each says what happened, what of it holds, and what to do.
import type { RegisterFailure, RegisterId } from "@witan/consensus";
import { LIMITS } from "@witan/primitives";

/** What a node had to say last. `lies`: its answer does not hold, or is of another member than it can be. */
export type ReplicaStance =
  | { readonly url: string; readonly stance: "answered"; readonly member: string }
  | { readonly url: string; readonly stance: "declines"; readonly code: string }
  | { readonly url: string; readonly stance: "lies"; readonly detail: string }
  | { readonly url: string; readonly stance: "refuses"; readonly error: Error }
  /** No answer. */
  | { readonly url: string; readonly stance: "silent"; readonly error: Error | undefined };

/**
 * Why there is no result. `name-invalid`, `value-too-large`, `wallet-needed`, `mode-unsupported`, `nodes-too-few`, `nodes-same`:
 * nothing was asked. `no-quorum`: too few replicas answered in time. `nodes-refuse`: so many nodes refuse the calls that the
 * rest is no quorum. `journal-damaged`: what was kept of an earlier write can't be read. The others are what replicas say
 * (`RegisterFailure`).
 */
export type RegisterErrorCode =
  | "name-invalid"
  | "value-too-large"
  | "wallet-needed"
  | "mode-unsupported"
  | "nodes-too-few"
  | "nodes-same"
  | "no-quorum"
  | "nodes-refuse"
  | "journal-damaged"
  | RegisterFailure;

/** There is no result: `replicas` tells what each node said last. */
export class RegisterError extends Error {
  override readonly name = "RegisterError";
  readonly code: RegisterErrorCode;
  readonly replicas: readonly ReplicaStance[];

  constructor(code: RegisterErrorCode, message: string, replicas: readonly ReplicaStance[] = []) {
    super(message);
    this.code = code;
    this.replicas = replicas;
  }
}

const NAME = `1 to ${LIMITS.registerNameBytes} of a-z, 0-9, '.', '_', '/', '-'`;

/** That a text is no name of a register. */
export function nameRefused(name: string): RegisterError {
  const shown = JSON.stringify(name.slice(0, LIMITS.registerNameBytes + 1));
  return new RegisterError("name-invalid", `${shown} names no register: expected ${NAME}.`);
}

/** That a value is too long. */
export function valueRefused(bytes: number): RegisterError {
  const message = `The value has ${bytes} bytes, expected at most ${LIMITS.registerValueBytes}: keep the document elsewhere, and its hash here.`;
  return new RegisterError("value-too-large", message);
}

/** What replicas say, as a sentence. */
export function failureSentence(code: RegisterFailure, { name, variant }: RegisterId): string {
  const what = `the ${variant} register ${name}`;
  switch (code) {
    case "not-permitted":
      return `The ledger does not permit this key to write ${what}: operators can (witan governance propose permit-client KEY --prefix …).`;
    case "another-write-prepared":
      return `Another write of this key to ${what} is prepared and not done: finish it with the journal that it was begun with, or write with another key.`;
    case "older-than-acknowledged":
      return `Replicas know a later write of this key to ${what}: is the key in use elsewhere, or the journal an old copy? Write from where it was used last.`;
    case "no-write-proof":
      return `Replicas doubt that the last value of ${what} was written: try again, since somebody else was writing.`;
    case "members-changed":
      return `The members of the chain have changed, and no final transaction shows yet who they are: try again after the next one.`;
    case "timestamps-used-up":
      return `No timestamp follows that of ${what}: use another name.`;
  }
}

/** What each node said, for messages. */
export function stancesText(replicas: readonly ReplicaStance[]): string {
  return replicas.map(stanceText).join("; ");
}

function stanceText(one: ReplicaStance): string {
  switch (one.stance) {
    case "answered":
      return `${one.url} answered as ${one.member}`;
    case "declines":
      return `${one.url} declines: ${one.code}`;
    case "lies":
      return `${one.url} gave what does not hold (${one.detail})`;
    case "refuses":
      return `${one.url} refuses: ${one.error.message}`;
    case "silent":
      return `${one.url} is silent${one.error === undefined ? "" : ` (${one.error.message})`}`;
  }
}
