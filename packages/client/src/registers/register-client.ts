// Registers for applications (protocols/bft-bc.md): writes and reads named values at the validators, believing none of them alone.
// Asks all, goes on with a quorum, and keeps a journal, so that a write that was begun is finished whatever happens between.
import {
  type RegisterFailure,
  type RegisterId,
  RegisterRead,
  type RegisterReadEffect,
  type RegisterVariant,
  type RegisterVersion,
  registerQuorum,
} from "@witan/consensus";
import { createNobleScheme, createWasmScheme } from "@witan/crypto";
import { type Chain, genesisGovernance } from "@witan/ledger";
import {
  bytesToHex,
  type CancelSignal,
  type Hash,
  LIMITS,
  type MemberIndex,
  registerNameShape,
  type SignatureScheme,
  voters,
} from "@witan/primitives";
import { type ClientClock, PLATFORM_CLOCK } from "../platform-clock.ts";
import { type RpcCaller, TIMEOUT_MS } from "../rpc-client.ts";
import { placeOfNode } from "../rpc-place.ts";
import { Term } from "../term.ts";
import type { Wallet } from "../wallet.ts";
import {
  failureSentence,
  nameRefused,
  RegisterError,
  stancesText,
  valueRefused,
} from "./register-failures.ts";
import { memoryRegisterJournal, type RegisterJournalStore } from "./register-journal.ts";
import { type FoundRegister, listRegisters } from "./register-list.ts";
import { KnownMembers } from "./register-members.ts";
import { RegisterRun, type RunParts } from "./register-run.ts";
import { WriteRun } from "./register-write-run.ts";
import { ReplicaPanel } from "./replica-panel.ts";

/** Whom to ask, and as whom. */
export interface RegistersOptions {
  /** From a genesis file that is trusted: whose word counts follows from it. */
  readonly chain: Chain;
  /** The validators: all of them, or as many as a quorum at least. In any order; the chain's own goes fastest. */
  readonly nodes: readonly RpcCaller[];
  /** Whose key writes; without one nothing can be written. */
  readonly wallet?: Wallet;
  /** Where unfinished writes are kept; in memory by default, which loses them with the program. */
  readonly journal?: RegisterJournalStore;
  /** What checks signatures; one that runs everywhere by default. */
  readonly scheme?: SignatureScheme;
  /** How long work may take in all unless a call says otherwise, in milliseconds; 10,000 by default. */
  readonly timeoutMs?: number;
  readonly clock?: ClientClock;
}

/** How one register is used. */
export interface RegisterCall {
  /** Registers of one name and different types are different registers; `base` by default. */
  readonly variant?: RegisterVariant;
  readonly timeoutMs?: number;
  readonly signal?: CancelSignal;
}

/** A write that is done: every later read finds it, or a later one. */
export interface RegisterWritten {
  readonly register: RegisterId;
  readonly version: RegisterVersion;
  /** Rounds of questions that it took. */
  readonly phases: number;
  /** Names of the validators whose answers it rests on. */
  readonly replicas: readonly string[];
  /** Writes that had been left behind, and were finished before. */
  readonly earlier: readonly RegisterVersion[];
}

/** What a register holds. */
export interface RegisterFound {
  readonly register: RegisterId;
  /** Undefined: it was never written. */
  readonly value: Uint8Array | undefined;
  readonly version: RegisterVersion;
  readonly phases: number;
  readonly replicas: readonly string[];
}

/** Chains that have no registers, and why. */
const MODES_WITHOUT = {
  "bp-fast-paxos": "BP Fast Paxos, whose acceptors are counted on not to lie and are out of clients' reach",
  pow: "proof of work, where nobody's word counts",
} as const;

/** The registers of one chain, as one client uses them. */
export class RegisterClient {
  readonly #options: RegistersOptions;
  readonly #journal: RegisterJournalStore;
  readonly #clock: ClientClock;
  #parts: Promise<RunParts> | undefined;
  /** The last write to each register that is under way: a key has one at a time. */
  readonly #tails = new Map<string, Promise<unknown>>();

  /**
   * @throws {RegisterError} `mode-unsupported`, `nodes-too-few` (for a quorum of the genesis' validators, unless members
   *   changed) or `nodes-same`
   */
  constructor(options: RegistersOptions) {
    const { chain, nodes } = options;
    if (chain.mode !== "pbft")
      throw new RegisterError(
        "mode-unsupported",
        `This chain has no registers: validators of PBFT keep them, and it is one of ${MODES_WITHOUT[chain.mode]}.`,
      );
    const places = nodes.map(({ url }) => placeOfNode(url));
    const twice = places.find((place, at) => places.indexOf(place) < at);
    if (twice !== undefined)
      throw new RegisterError("nodes-same", `${twice} was given twice: name each validator once.`);
    const { membership } = genesisGovernance(chain);
    const needed = registerQuorum(membership);
    if (nodes.length < needed)
      throw new RegisterError(
        "nodes-too-few",
        `${needed} of the ${voters(membership).length} validators must answer, and ${nodes.length === 1 ? "1 node was" : `${nodes.length} nodes were`} given: name more of them.`,
      );
    this.#options = options;
    this.#journal = options.journal ?? memoryRegisterJournal();
    this.#clock = options.clock ?? PLATFORM_CLOCK;
  }

  /**
   * Writes a value. When it resolves, every read that begins later finds this value or a later one. A write that an earlier
   * run of this key left behind in the journal is finished first. If it fails, call it again: nothing is lost or doubled.
   * @throws {RegisterError} and what the journal throws
   */
  async write(name: string, value: Uint8Array, call: RegisterCall = {}): Promise<RegisterWritten> {
    if (value.length > LIMITS.registerValueBytes) throw valueRefused(value.length);
    const written = await this.#write(name, value, call);
    if (written === undefined) throw new RegisterError("no-quorum", "The write came to no end: try again.");
    return written;
  }

  /** Finishes the write that an earlier run of this key left behind; undefined: there was none. @throws as `write` */
  finish(name: string, call: RegisterCall = {}): Promise<RegisterWritten | undefined> {
    return this.#write(name, undefined, call);
  }

  /**
   * Reads a register: the value of the last write that was done before, or of one that is under way; no later read finds an
   * older one. @throws {RegisterError}
   */
  async read(name: string, call: RegisterCall = {}): Promise<RegisterFound> {
    const register = registerOf(name, call);
    const parts = await this.#ready();
    const term = this.#term(call);
    try {
      for (;;) {
        const membership = parts.members.newest;
        const machine = new RegisterRead({ register, membership, nonce });
        const run = new RegisterRun<Exclude<RegisterReadEffect, { kind: "send" }>>(machine, parts, term);
        let found: RegisterFound | undefined;
        let failed: RegisterFailure | undefined;
        const end = await run.end(async (effect) => {
          if (effect.kind === "failed") failed = effect.code;
          else {
            const { reading, phases, members } = effect;
            const value = reading.proof.length === 0 ? undefined : reading.data;
            found = { register, value, version: reading.version, phases, replicas: namesOf(parts, members) };
          }
          return true;
        });
        if (found !== undefined) {
          await run.stragglers();
          return found;
        }
        if (end === "other-members") continue;
        if (failed === "members-changed" && (await run.learn())) continue;
        if (failed !== undefined) throw failureOf(failed, register, parts);
      }
    } finally {
      term.end();
    }
  }

  /** The registers that were written, in the order of their names; only those whose names begin with `prefix`, if given. */
  async list({
    prefix = "",
    ...call
  }: Omit<RegisterCall, "variant"> & { readonly prefix?: string } = {}): Promise<readonly FoundRegister[]> {
    const parts = await this.#ready();
    const term = this.#term(call);
    try {
      const found = await listRegisters(parts, term, nonce);
      if (found !== undefined) return found.filter(({ register }) => register.name.startsWith(prefix));
      const { stances } = parts.panel;
      const message = `Fewer replicas than a quorum gave their lists in time: ${stancesText(stances)}.`;
      throw new RegisterError("no-quorum", message, stances);
    } finally {
      term.end();
    }
  }

  /** What each node said last, whatever came of it. */
  async stances() {
    return (await this.#ready()).panel.stances;
  }

  async #write(
    name: string,
    data: Uint8Array | undefined,
    call: RegisterCall,
  ): Promise<RegisterWritten | undefined> {
    const register = registerOf(name, call);
    const { wallet, chain } = this.#options;
    if (wallet === undefined)
      throw new RegisterError("wallet-needed", "Writing needs a key: give the client a wallet.");
    return this.#inTurn(register, async () => {
      const parts = await this.#ready();
      const term = this.#term(call);
      try {
        const write = new WriteRun({ register, chain, wallet, journal: this.#journal, parts, term, nonce });
        return await write.end(data);
      } finally {
        term.end();
      }
    });
  }

  #term({ timeoutMs, signal }: RegisterCall): Term {
    return new Term(this.#clock, timeoutMs ?? this.#options.timeoutMs ?? TIMEOUT_MS, signal);
  }

  /** Made when first needed: what checks signatures may have to be loaded. */
  #ready(): Promise<RunParts> {
    this.#parts ??= this.#open();
    return this.#parts;
  }

  async #open(): Promise<RunParts> {
    const { chain, nodes, scheme: given } = this.#options;
    const scheme = given ?? (await createWasmScheme().catch(() => createNobleScheme()));
    const members = new KnownMembers(chain, scheme);
    return { panel: new ReplicaPanel(nodes, { chain, members, scheme }), members, clock: this.#clock };
  }

  /** Begins once the write before it to the same register has ended. */
  #inTurn<T>({ name, variant }: RegisterId, work: () => Promise<T>): Promise<T> {
    const key = `${variant} ${name}`;
    const mine = (this.#tails.get(key) ?? Promise.resolve()).then(work);
    const tail = mine.then(
      () => {},
      () => {},
    );
    this.#tails.set(key, tail);
    tail.then(() => {
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
    });
    return mine;
  }
}

/** The register that a call names. @throws {RegisterError} `name-invalid` */
function registerOf(name: string, { variant = "base" }: RegisterCall): RegisterId {
  if (!registerNameShape(name)) throw nameRefused(name);
  return { name, variant };
}

/** 32 bytes that were never used before. */
function nonce(): Hash {
  return bytesToHex(globalThis.crypto.getRandomValues(new Uint8Array(32))) as Hash;
}

/** Names of members, by their positions. */
export function namesOf({ members }: RunParts, positions: readonly MemberIndex[]): readonly string[] {
  return positions.map((member) => members.newest.members[member]?.name ?? `member ${member}`);
}

/** What replicas say, as an error. */
export function failureOf(code: RegisterFailure, register: RegisterId, { panel }: RunParts): RegisterError {
  return new RegisterError(code, failureSentence(code, register), panel.stances);
}
