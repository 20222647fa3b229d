// What checks of worlds of proof of work are told.
import type { PowEffect, PowInput } from "@witan/consensus";
import type { BlockHash } from "@witan/primitives";
import type { PowProcess } from "./process.ts";
import type { PowWorld } from "./world.ts";

/** A switch, as an engine asks for it. */
export type SwitchTip = Extract<PowEffect, { readonly kind: "switchTip" }>;

/** What a check may be asked for. Processes that lie are told of, too. */
export interface PowCheck {
  /** An engine has taken in an input. */
  stepped?(at: PowProcess, input: PowInput): void;
  /** An engine asks for a switch. @param isSecond while another is under way */
  switching?(at: PowProcess, effect: SwitchTip, isSecond: boolean): void;
  /** Its host has found out that this block of the branch breaks a rule. */
  judged?(at: PowProcess, invalid: BlockHash): void;
  /** Its chain stands somewhere else. */
  moved?(at: PowProcess): void;
  mines?(at: PowProcess, work: Extract<PowEffect, { readonly kind: "mine" }>): void;
  forgets?(at: PowProcess, hashes: readonly BlockHash[]): void;
  blamed?(at: PowProcess, peer: number, effect: Extract<PowEffect, { readonly kind: "reportPeer" }>): void;
  /** Every second of the world. */
  sampled?(): void;
  /** The world is over. */
  ended?(): void;
}

/** A check by its name. */
export interface PowCheckMaker {
  readonly says: string;
  make(world: PowWorld): PowCheck;
}
