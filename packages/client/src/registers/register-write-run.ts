// One write to a register, with what an earlier run left behind before it, and once more where the members change meanwhile. What
// is persisted is durable before anything is sent that follows from it.
import {
  EMPTY_JOURNAL,
  type RegisterFailure,
  type RegisterId,
  type RegisterJournal,
  type RegisterVersion,
  RegisterWrite,
  type RegisterWriteEffect,
  registerDigest,
  registerJournalCodec,
} from "@witan/consensus";
import type { Chain } from "@witan/ledger";
import type { Hash } from "@witan/primitives";
import type { Term } from "../term.ts";
import type { Wallet } from "../wallet.ts";
import type { RegisterWritten } from "./register-client.ts";
import { failureSentence, RegisterError } from "./register-failures.ts";
import type { RegisterJournalStore } from "./register-journal.ts";
import { RegisterRun, type RunParts } from "./register-run.ts";

type Effect = Exclude<RegisterWriteEffect, { readonly kind: "send" }>;
type Written = Extract<Effect, { readonly kind: "written" }>;

/** What a write works with. */
export interface WriteRunOptions {
  readonly register: RegisterId;
  readonly chain: Chain;
  readonly wallet: Wallet;
  readonly journal: RegisterJournalStore;
  readonly parts: RunParts;
  readonly term: Term;
  readonly nonce: () => Hash;
}

/** Writes once. */
export class WriteRun {
  readonly #options: WriteRunOptions;
  /** What is durable. */
  #kept: RegisterJournal = EMPTY_JOURNAL;
  readonly #earlier: RegisterVersion[] = [];
  /** Whether the journal holds the write of this call, not one that an earlier call left behind. */
  #isOwn = false;
  /** Whether it was begun now: nobody can have entered it before. */
  #isFresh = false;
  #own: Written | undefined;
  #failed: RegisterFailure | undefined;

  constructor(options: WriteRunOptions) {
    this.#options = options;
  }

  /** @param data undefined: only what was left behind */
  async end(data: Uint8Array | undefined): Promise<RegisterWritten | undefined> {
    const { register, parts, term } = this.#options;
    this.#kept = await this.#load();
    this.#isFresh = data !== undefined;
    this.#isOwn = this.#kept.pending.length === 0 || data === undefined;
    for (;;) {
      const machine = this.#machine(data);
      const run = new RegisterRun<Effect>(machine, parts, term);
      this.#failed = undefined;
      const end = await run.end((effect) => this.#on(effect));
      if (this.#failed !== undefined && !(this.#failed === "members-changed" && (await run.learn()))) {
        if (this.#failed === "not-permitted" && (await run.isDeclinedByAll("not-permitted")))
          await this.#forgetOwn();
        throw new RegisterError(this.#failed, failureSentence(this.#failed, register), parts.panel.stances);
      }
      if (end === "done" && this.#failed === undefined) {
        await run.stragglers();
        return this.#result();
      }
      this.#isFresh = false;
    }
  }

  #machine(data: Uint8Array | undefined): RegisterWrite {
    const { register, chain, wallet, parts, nonce } = this.#options;
    // A run that members who changed have broken off may have left behind what is wanted now: it is finished, not doubled.
    const isBegun = this.#isOwn && this.#kept.pending.length > 0;
    return new RegisterWrite({
      ...{ register, membership: parts.members.newest, nonce, journal: this.#kept },
      client: wallet.publicKey,
      sign: (statement) => wallet.sign(registerDigest(chain.chainId, statement)),
      data: isBegun ? undefined : data,
    });
  }

  async #on(effect: Effect): Promise<boolean> {
    switch (effect.kind) {
      case "persist":
        await this.#options.journal.save(this.#place, registerJournalCodec.encode(effect.journal));
        this.#kept = effect.journal;
        return false;
      case "written":
        if (this.#isOwn) this.#own = effect;
        else this.#earlier.push(effect.version);
        this.#isOwn = true;
        return false;
      case "failed":
        this.#failed = effect.code;
        return true;
      case "done":
        return true;
    }
  }

  /** What was refused everywhere must not be written by itself once it is permitted. */
  async #forgetOwn(): Promise<void> {
    if (!this.#isFresh || !this.#isOwn) return;
    this.#kept = { ...this.#kept, pending: [] };
    await this.#options.journal.save(this.#place, registerJournalCodec.encode(this.#kept));
  }

  #result(): RegisterWritten | undefined {
    const own = this.#own;
    if (own === undefined) return undefined;
    const { register, parts } = this.#options;
    const { members } = parts.members.newest;
    const replicas = own.members.map((member) => members[member]?.name ?? `member ${member}`);
    return { register, version: own.version, phases: own.phases, replicas, earlier: this.#earlier };
  }

  get #place() {
    const { register, chain, wallet } = this.#options;
    return { chainId: chain.chainId, client: wallet.publicKey, register };
  }

  async #load(): Promise<RegisterJournal> {
    const bytes = await this.#options.journal.load(this.#place);
    if (bytes === undefined) return EMPTY_JOURNAL;
    const decoded = registerJournalCodec.decode(bytes);
    if (decoded.ok) return decoded.value;
    const detail = decoded.detail ?? decoded.code;
    throw new RegisterError(
      "journal-damaged",
      `The journal of ${this.#options.register.name} can't be read (${detail}): restore it; without it this key may not be able to write that register again until somebody else has.`,
    );
  }
}
