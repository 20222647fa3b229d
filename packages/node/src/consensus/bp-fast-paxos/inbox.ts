// Messages of BP Fast Paxos as they come from the wire: decoded, held against the protocol's checks, what must be asked
// asked. The channel says who sent one, and nothing else does: who names another, or is none of the members that it speaks
// of, is to blame. In the common case nothing is asked. Alone makes `Authentic`.
import {
  type AuthenticationCheck,
  asAuthentic,
  type BpfpCheckOptions,
  type BpfpInput,
  type BpfpMessage,
  ballotOf,
  bpfpChecks,
  bpfpFrameCodec,
  type KeyCheck,
  keyCheckDigest,
  type Memberships,
} from "@witan/consensus";
import type { Height, MemberIndex, PeerId } from "@witan/primitives";
import type { PromiseSealer } from "../../ports.ts";
import type { CheckedSignatures, SignaturesAnswer } from "../checked-signatures.ts";

/** What became of a message. */
export type Reading =
  | { readonly kind: "message"; readonly message: BpfpMessage; readonly input: BpfpInput }
  /** Wrong for everyone: whoever sent it is to blame. An ACCEPT is evidence, too. */
  | { readonly kind: "fault"; readonly code: string; readonly input: BpfpInput | undefined }
  /** It is an ACCEPT that shows a promise with a wrong MAC, which its sender could not check. */
  | { readonly kind: "evidence"; readonly input: BpfpInput }
  /** It rests on the membership of a height that is not known here. */
  | { readonly kind: "notYet"; readonly height: Height }
  /** Nobody could tell; it will be sent again. */
  | { readonly kind: "unknown" }
  /** An acceptor shows that it has the key that acceptors share, or has not. */
  | { readonly kind: "keyCheck"; readonly holds: boolean }
  /** A signature under what has its certificate here, or what only acceptors can check: it is not looked at. */
  | { readonly kind: "needless" };

/** What an inbox is made with. */
export interface InboxOptions {
  readonly checkOptions: BpfpCheckOptions;
  readonly memberships: Memberships;
  readonly signatures: CheckedSignatures;
  readonly sealer: PromiseSealer | undefined;
  /** Whether a block is certified here. */
  readonly isCertified: (height: Height) => boolean;
}

/** What is found of a message's MACs, and what is left to ask of signatures. */
interface Sorted {
  readonly signatures: readonly Extract<AuthenticationCheck, { kind: "signature" }>[];
  readonly isMacBroken: boolean;
}

/** Reads what other nodes send on the channel `consensus`. */
export class Inbox {
  readonly #options: InboxOptions;

  constructor(options: InboxOptions) {
    this.#options = options;
  }

  /** Reads one message; the answer is at hand unless many signatures are to be checked. */
  read(from: PeerId, bytes: Uint8Array): Reading | Promise<Reading> {
    const decoded = bpfpFrameCodec.decode(bytes);
    if (!decoded.ok) return { kind: "fault", code: "consensus-encoding", input: undefined };
    const { value: message } = decoded;
    if (message.kind === "keyCheck") return this.#keyCheck(from, message);
    if (message.kind === "decided" && this.#options.isCertified(message.height)) return { kind: "needless" };
    return this.readMessage(from, message);
  }

  /** Reads one that is decoded already. */
  readMessage(from: PeerId, message: BpfpMessage): Reading | Promise<Reading> {
    const { memberships, checkOptions, signatures } = this.#options;
    const membership = memberships(message.membership);
    if (membership === undefined) return { kind: "notYet", height: message.membership };
    const sender = membership.members.findIndex(({ peerId }) => peerId === from) as MemberIndex;
    if (sender < 0) return { kind: "fault", code: "not-a-member", input: undefined };
    const asked = bpfpChecks(checkOptions, sender, message, memberships);
    if (asked.kind === "notYet") return asked;
    if (asked.kind === "fault") return wrong(sender, message, asked.code);
    const sorted = this.#sorted(asked.checks);
    if (sorted.isMacBroken) return brokenMac(sender, message);
    const conclude = (answer: SignaturesAnswer): Reading => {
      if (answer === "unknown") return { kind: "unknown" };
      if (answer === "broken") return wrong(sender, message, "consensus-signature");
      return { kind: "message", message, input: { kind: "message", message: asAuthentic(sender, message) } };
    };
    if (sorted.signatures.length === 0) return conclude("hold");
    const answer = signatures.check(sorted.signatures);
    return typeof answer === "string" ? conclude(answer) : answer.then(conclude);
  }

  #keyCheck(from: PeerId, { membership, mac }: KeyCheck): Reading {
    const { memberships, checkOptions, sealer } = this.#options;
    const members = memberships(membership)?.members;
    if (members === undefined) return { kind: "notYet", height: membership };
    const acceptor = members.findIndex(({ peerId, role }) => peerId === from && role === "acceptor");
    if (acceptor < 0) return { kind: "fault", code: "not-an-acceptor", input: undefined };
    // Whoever is no acceptor yet, or no more, has nothing to hold it against.
    if (sealer === undefined) return { kind: "needless" };
    const shown = { membership, acceptor: acceptor as MemberIndex };
    return { kind: "keyCheck", holds: sealer.check(keyCheckDigest(checkOptions.chainId, shown), mac) };
  }

  #sorted(checks: readonly AuthenticationCheck[]): Sorted {
    const { sealer } = this.#options;
    const signatures: Extract<AuthenticationCheck, { kind: "signature" }>[] = [];
    for (const check of checks) {
      if (check.kind === "signature") signatures.push(check);
      else if (sealer?.check(check.digest, check.mac) !== true) return { signatures, isMacBroken: true };
    }
    return { signatures, isMacBroken: false };
  }
}

function badAccept(sender: MemberIndex, message: BpfpMessage, fault: string): BpfpInput | undefined {
  if (message.kind !== "accept") return undefined;
  return { kind: "badAccept", sender, ballot: ballotOf(message), fault };
}

function wrong(sender: MemberIndex, message: BpfpMessage, code: string): Reading {
  return { kind: "fault", code, input: badAccept(sender, message, code) };
}

function brokenMac(sender: MemberIndex, message: BpfpMessage): Reading {
  const input = badAccept(sender, message, "promise-mac");
  return input === undefined ? { kind: "fault", code: "promise-mac", input } : { kind: "evidence", input };
}
