// Proof of work for a node: its host behind the interface that every protocol has. There are no members, nobody votes, and
// no block is final by itself.
import type { ProofOfWorkParameters } from "@witan/ledger";
import type { PeerId } from "@witan/primitives";
import { wrongKeys } from "../../chain/chain-error.ts";
import type { NodePorts, NodeSettings } from "../../settings.ts";
import type { ConsensusHost } from "../consensus-host.ts";
import type { ConsensusParts, MakeConsensus } from "../consensus-parts.ts";
import type { Finality } from "../finality.ts";
import { powMessageCodec } from "./messages.ts";
import { PowHost, type PowHostStatus } from "./pow-host.ts";
import { readRecords } from "./records.ts";

/** Nothing shows a block final, so nothing is fetched as if it were. */
export const POW_FINALITY: Finality = Object.freeze({
  isWitness: () => false,
  liarsMax: () => 0,
  checks: () => ({ kind: "fault" as const, code: "certificate-kind" }),
  shown: () => undefined,
});

/**
 * Reads what a store holds of proof of work.
 * @throws {ChainError} `keys`, if the node is to mine and has nothing to mine with; {UnreadableRecordError}
 */
export function loadPow(
  parameters: ProofOfWorkParameters,
  settings: NodeSettings,
  ports: NodePorts,
): MakeConsensus {
  const records = readRecords(ports.store);
  if (settings.proofOfWork?.rewardPolicy !== undefined && ports.miner === undefined)
    throw wrongKeys(
      "the node is told whom its blocks pay, and has no miner: give it one, or leave mining out",
    );
  return (parts) => new PowConsensus(parts, new PowHost({ parts, parameters, records }));
}

/** Proof of work, as a node runs it. */
class PowConsensus implements ConsensusHost {
  readonly #parts: ConsensusParts;
  readonly #host: PowHost;
  #begun = false;

  constructor(parts: ConsensusParts, host: PowHost) {
    this.#parts = parts;
    this.#host = host;
  }

  get status(): PowHostStatus {
    return this.#host.status;
  }

  /** Its announcements show how far it is. */
  readonly votes = true;
  readonly makesBlocks = false;
  readonly evidence = [];

  get kept(): Readonly<Record<string, number>> {
    return { ...this.#host.kept };
  }

  receive(from: PeerId, bytes: Uint8Array): void {
    const decoded = powMessageCodec.decode(bytes);
    if (decoded.ok) this.#host.receive(from, decoded.value);
    else this.#parts.ports.network.reportFault(from, "serious", "headers-encoding");
  }

  async offered(from: PeerId, block: Uint8Array): Promise<void> {
    await this.#host.offered(from, block);
  }

  tick(): void {
    if (!this.#begun) this.#host.begin();
    this.#begun = true;
    this.#host.tick();
  }

  workChanged(): void {
    // Blocks are made whether there is something to put into them or not.
  }

  connected(peer: PeerId): void {
    this.#host.input({ kind: "connected", peer });
  }

  disconnected(peer: PeerId): void {
    this.#host.input({ kind: "disconnected", peer });
  }

  checkpointHashed(): void {
    // Nobody votes for the state of a chain whose blocks may be undone.
  }

  synced(): void {
    // Blocks come by their headers, not by certificates.
  }

  certificates(): readonly [] {
    return [];
  }

  stop(): Promise<void> {
    return this.#host.stop();
  }
}
