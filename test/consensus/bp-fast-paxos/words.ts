// Inputs and effects of the engine in words, for golden dialogues: blocks by letters, members by names. Every kind of
// input and effect has its words; none is left out.
import {
  type BpfpEffect,
  type BpfpEvidence,
  type BpfpInput,
  type BpfpMessage,
  type BpfpRecord,
  castOf,
  type PromiseContent,
  type RoundBallot,
  roundStart,
  type SealedPromise,
} from "@witan/consensus";
import type { BlockHash, Membership } from "@witan/primitives";

/** Speaks of one world: the same block has the same letter throughout. */
export class Words {
  readonly #letters = new Map<BlockHash, string>();

  block(hash: BlockHash): string {
    const letter = this.#letters.get(hash) ?? String.fromCharCode(65 + this.#letters.size);
    this.#letters.set(hash, letter);
    return `block ${letter}`;
  }

  #names(indices: readonly number[], members: Membership): string {
    return indices.map((index) => members.members[index]?.name).join(", ");
  }

  #ballot({ blockHash, height, round }: RoundBallot): string {
    return `${this.block(blockHash)} (height ${height}, round ${round})`;
  }

  input(input: BpfpInput, members: (from: number) => Membership): string {
    switch (input.kind) {
      case "tick":
        return "time passes";
      case "workChanged":
        return `${input.pending ? "there is work" : "there is no work"}${input.overdue ? ", and some of it is overdue" : ""}`;
      case "message": {
        const { message, sender } = input.message;
        const those = members(message.membership);
        return `hears ${this.#names([sender], those)}: ${this.message(message, those)}`;
      }
      case "badAccept":
        return `is told of a bad ACCEPT of ${this.#ballot(input.ballot)}: ${input.fault}`;
      case "proposalBuilt":
        return `its host built ${this.block(input.hash)}`;
      case "proposalJudged":
        return `its host says: ${this.block(input.hash)} is ${input.judgement}`;
      case "applied": {
        const { height, hash, membership } = input;
        const all = this.#names([...membership.members.keys()], membership);
        const fresh = membership.from === height + 1 ? `; from now on the members are ${all}` : "";
        return `${this.block(hash)} is applied at height ${height}${fresh}`;
      }
      case "checkpointHashed":
        return `the state after height ${input.height} is hashed`;
      case "connected":
        return `is connected to member ${input.member}`;
      case "synced":
        return `is given ${this.block(input.hash)} as final${input.certificate ? ", with its certificate" : ""}`;
      case "certificate":
        return `is given the certificate of height ${input.certificate.height}`;
      case "learnsChecked":
        return `its host says: the proposer signed ${input.signed.filter((one) => one).length} of the two`;
      case "throughputMeasured":
        return `blocks hold ${input.sharePermille} thousandths of the best`;
    }
  }

  #vote([vote]: PromiseContent["vote"]): string {
    return vote ? `voted for ${this.block(vote.blockHash)} in round ${vote.round}` : "no vote";
  }

  #proof(proof: readonly SealedPromise[], members: Membership): string {
    if (proof.length === 0) return "";
    const by = this.#names(
      proof.map(({ acceptor }) => acceptor),
      members,
    );
    const { base, allowed } = roundStart(proof, castOf(members).acceptors.length);
    const what = allowed.length > 0 ? allowed.map((hash) => this.block(hash)).join(" or ") : "nothing";
    return `, by PROMISEs of ${by} (decided height ${base}, they force ${what})`;
  }

  message(message: BpfpMessage, members: Membership): string {
    switch (message.kind) {
      case "accept":
        return `ACCEPT ${this.#ballot(message)}${this.#proof(message.proof, members)}`;
      case "learn":
        return `LEARN ${this.#ballot(message)}`;
      case "promise":
        return `PROMISE of round ${message.round} (decided height ${message.decidedHeight}, ${this.#vote(message.vote)})`;
      case "trustChange":
        return `TRUSTCHANGE to round ${message.round}, on ${message.reason}`;
      case "status": {
        const { height, round, proven, vote } = message;
        const voted = vote.map((hash) => `, voted for ${this.block(hash)}`).join("");
        return `STATUS (decided height ${height}, round ${round}${proven === "no" ? ", without its proof" : ""}${voted})`;
      }
      case "decided":
        return `DECIDED ${this.block(message.blockHash)} (height ${message.height})`;
      case "checkpoint":
        return `CHECKPOINT of height ${message.height}`;
    }
  }

  #record(record: BpfpRecord, members: Membership): string {
    switch (record.kind) {
      case "progress": {
        const { round, vote } = record;
        const voted = vote
          ? `; voted for ${this.block(vote.blockHash)} in round ${vote.round}, and has its body`
          : "";
        return `in round ${round}${voted}`;
      }
      case "proof":
        return `how round ${record.round} began${this.#proof(record.promises, members)}`;
      case "proposed":
        return `proposed ${this.#ballot(record)}`;
    }
  }

  effect(effect: BpfpEffect, members: Membership): string {
    switch (effect.kind) {
      case "persist":
        return `keeps durably: ${this.#record(effect.record, members)}`;
      case "broadcast": {
        const to = effect.to === "everyone" ? "everyone" : `the ${effect.to}`;
        return `says to ${to}: ${this.message(effect.message, members)}`;
      }
      case "send":
        return `says to ${this.#names([effect.to], members)}: ${this.message(effect.message, members)}`;
      case "sendAccept": {
        const to = effect.to === "acceptors" ? "the acceptors" : this.#names([effect.to], members);
        return `says to ${to}: ${this.message(effect.message, members)}`;
      }
      case "sendPromise": {
        const { round, decidedHeight, vote } = effect.content;
        const what = `PROMISE of round ${round} (decided height ${decidedHeight}, ${this.#vote(vote)})`;
        return `says to ${this.#names([effect.to], members)}: ${what}`;
      }
      case "sayDecided":
        return `signs, and says to everyone: DECIDED ${this.block(effect.statement.blockHash)} (height ${effect.statement.height})`;
      case "sendDecided":
        return `sends the final block of height ${effect.height} to ${this.#names([effect.to], members)}`;
      case "buildProposal":
        return `asks its host to build a block for height ${effect.height}`;
      case "judgeProposal":
        return `asks its host to judge ${this.block(effect.hash)}${effect.forced ? ", which is forced" : ""}`;
      case "requestSync":
        return `asks ${this.#names(effect.from, members)} for the blocks up to height ${effect.height}`;
      case "requestCertificates":
        return `asks ${this.#names(effect.from, members)} what certifies heights ${effect.heights.join(", ")}`;
      case "checkLearns":
        return "asks its host which of two LEARNs the proposer signed";
      case "evidence":
        return this.#evidence(effect.evidence, members);
      case "finalize":
        return `decides ${this.block(effect.hash)} at height ${effect.height}`;
      case "certify": {
        const { height, signatures } = effect.certificate;
        const by = signatures.map(({ member }) => member);
        return `has the certificate of height ${height}, by ${this.#names(by, members)}`;
      }
      case "stableCheckpoint":
        return `the checkpoint of height ${effect.height} is stable`;
    }
  }

  #evidence(evidence: BpfpEvidence, members: Membership): string {
    const who = "proposer" in evidence ? evidence.proposer : evidence.acceptor;
    const against = `has evidence against ${this.#names([who], members)}`;
    switch (evidence.kind) {
      case "twoBlocks":
        return `${against}: two proposals, ${this.#ballot(evidence.first)} and ${this.#ballot(evidence.second)}`;
      case "badAccept":
        return `${against}: a bad ACCEPT of ${this.#ballot(evidence.ballot)}, ${evidence.fault}`;
      case "invalidBlock":
        return `${against}: ${this.#ballot(evidence.ballot)} is not valid`;
      case "falseLearn":
        return `${against}: a LEARN of ${this.#ballot(evidence.learn)}, which its proposer never signed`;
      case "twoLearns":
        return `${against}: two votes, ${this.#ballot(evidence.first)} and ${this.#ballot(evidence.second)}`;
      case "falsePromise":
        return `${against}: it told ${this.#ballot(evidence.learn)} and promised ${this.#vote(evidence.promise.vote)}`;
      case "otherDecision":
        return `${against}: it signed ${this.block(evidence.message.blockHash)} at height ${evidence.message.height}`;
    }
  }
}
