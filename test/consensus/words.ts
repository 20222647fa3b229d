// Inputs and effects of the engine in words, for golden dialogues: blocks by letters, members by names. Every kind of
// input and effect has its words; none is left out.
import {
  type Ballot,
  type PbftEffect,
  type PbftInput,
  type PbftMessage,
  type PbftRecord,
  viewStart,
} from "@witan/consensus";
import type { BlockHash, Membership } from "@witan/primitives";
import type { Process } from "../../packages/simulator/src/pbft/process.ts";

/** Speaks of one world: the same block has the same letter throughout. */
export class Words {
  readonly #letters = new Map<BlockHash, string>();

  name({ node, place }: Process): string {
    return `v${node}${node === place ? "" : "'"}`;
  }

  block(hash: BlockHash): string {
    const letter = this.#letters.get(hash) ?? String.fromCharCode(65 + this.#letters.size);
    this.#letters.set(hash, letter);
    return `block ${letter}`;
  }

  #members(indices: readonly number[], members: Membership): string {
    return indices.map((index) => members.members[index]?.name).join(", ");
  }

  input(input: PbftInput, members: (from: number) => Membership): string {
    switch (input.kind) {
      case "tick":
        return "time passes";
      case "workChanged":
        return `${input.pending ? "there is work" : "there is no work"}${input.overdue ? ", and some of it is overdue" : ""}`;
      case "message": {
        const { message, sender } = input.message;
        const from = this.#members([sender], members(message.membership));
        return `hears ${from}: ${this.message(message, members(message.membership))}`;
      }
      case "proposalBuilt":
        return `its host built ${this.block(input.hash)}`;
      case "proposalJudged":
        return `its host says: ${this.block(input.hash)} is ${input.valid ? "" : "not "}valid`;
      case "applied": {
        const { height, hash, membership } = input;
        const all = [...membership.members.keys()];
        const fresh =
          membership.from === height + 1
            ? `; from now on the members are ${this.#members(all, membership)}`
            : "";
        return `${this.block(hash)} is applied at height ${height}${fresh}`;
      }
      case "checkpointHashed":
        return `the state after height ${input.height} is hashed`;
      case "connected":
        return `is connected to member ${input.member}`;
      case "synced":
        return `is given ${this.block(input.certificate.blockHash)} with its certificate`;
    }
  }

  #ballot({ blockHash, height, view }: Ballot): string {
    return `${this.block(blockHash)} (height ${height}, view ${view})`;
  }

  message(message: PbftMessage, members: Membership): string {
    switch (message.kind) {
      case "prePrepare":
        return `PRE-PREPARE ${this.#ballot(message)}`;
      case "prepare":
        return `PREPARE ${this.#ballot(message)}`;
      case "commit":
        return `COMMIT ${this.#ballot(message)}`;
      case "status":
        return `STATUS (decided height ${message.height}, view ${message.view})`;
      case "viewChange": {
        const [prepared] = message.prepared;
        const what = prepared ? `${this.block(prepared.blockHash)} in view ${prepared.view}` : "nothing";
        return `VIEW-CHANGE to view ${message.view} (decided height ${message.decidedHeight}, prepared ${what})`;
      }
      case "newView": {
        const { base, forced } = viewStart(message.viewChanges.map(({ content }) => content));
        const by = this.#members(
          message.viewChanges.map(({ sender }) => sender),
          members,
        );
        const what = forced ? `forces ${this.block(forced)}` : "forces nothing";
        return `NEW-VIEW ${message.view} (by VIEW-CHANGEs of ${by}; votes above height ${base}; ${what})`;
      }
      case "checkpoint":
        return `CHECKPOINT of height ${message.height}`;
    }
  }

  #record(record: PbftRecord): string {
    if (record.kind === "newView") return `how view ${record.message.message.view} began`;
    const { view, changing, accepted, prepared, announced } = record;
    const parts = [changing ? `asks for view ${view}` : `in view ${view}`];
    if (accepted) parts.push(`voted for ${this.block(accepted.message.blockHash)}, and has its body`);
    if (prepared) parts.push(`prepared ${this.block(prepared.blockHash)} in view ${prepared.view}`);
    if (changing && announced) parts.push("its NEW-VIEW");
    return parts.join("; ");
  }

  effect(effect: PbftEffect, members: Membership): string {
    switch (effect.kind) {
      case "persist":
        return `keeps durably: ${this.#record(effect.record)}`;
      case "broadcast":
        return `says to all: ${this.message(effect.message, members)}`;
      case "send":
        return `says to ${this.#members([effect.to], members)}: ${this.message(effect.message, members)}`;
      case "forward":
        return `passes on to ${this.#members([effect.to], members)}: ${this.message(effect.message.message, members)}`;
      case "sendDecided":
        return `sends the final block of height ${effect.height} to ${this.#members([effect.to], members)}`;
      case "buildProposal":
        return `asks its host to build a block for height ${effect.height}`;
      case "judgeProposal":
        return `asks its host to judge ${this.block(effect.hash)}${effect.forced ? ", which is forced" : ""}`;
      case "requestSync":
        return `asks ${this.#members(effect.from, members)} for the blocks up to height ${effect.height}`;
      case "evidence": {
        const { first, second } = effect.evidence;
        const by = this.#members([first.sender], members);
        const what = [first, second].map(({ message }) => this.message(message, members));
        return `has evidence against ${by}: ${what.join(", and ")}`;
      }
      case "finalize": {
        const { blockHash, height, signatures } = effect.certificate;
        const by = this.#members(
          signatures.map(({ member }) => member),
          members,
        );
        return `decides ${this.block(blockHash)} at height ${height}, by COMMITs of ${by}`;
      }
      case "stableCheckpoint":
        return `the checkpoint of height ${effect.height} is stable`;
    }
  }
}
