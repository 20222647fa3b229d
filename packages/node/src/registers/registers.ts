// The registers of a node: its desk, and how it comes to what others hold once it is a validator. One of each over one database.
import type { RegisterId } from "@witan/consensus";
import type { Network, Store } from "@witan/primitives";
import type { ChainKeeper } from "../chain/chain-keeper.ts";
import type { CheckedSignatures } from "../consensus/checked-signatures.ts";
import type { Log, VoteSigner } from "../ports.ts";
import { HANDED_MAX, RANGE_BYTES_MAX, registersCodec } from "../wire.ts";
import { RegisterDesk } from "./register-desk.ts";
import { RegisterHandover } from "./register-handover.ts";
import { RegisterRecords } from "./register-records.ts";

/** Registers of one replica at most: with values of full size 1 GiB, whoever may write them. */
const REGISTERS_MAX = 16_384;

/** What registers need. */
export interface RegistersOptions {
  readonly chain: Pick<ChainKeeper, "chain" | "governance" | "memberships">;
  readonly store: Store;
  readonly network: Pick<Network, "request" | "reportFault">;
  readonly signer: Pick<VoteSigner, "publicKeys" | "signStatement">;
  readonly signatures: CheckedSignatures;
  readonly log: Pick<Log, "info">;
  /** Hears of a write that failed: what the disk holds is then unknown. */
  readonly onFailure: (error: unknown) => void;
  readonly registersMax?: number;
}

/** The registers of one node. */
export class Registers {
  /** Answers clients. */
  readonly desk: RegisterDesk;
  readonly #chain: RegistersOptions["chain"];
  readonly #records: RegisterRecords;
  readonly #handover: RegisterHandover;

  constructor(options: RegistersOptions) {
    const records = new RegisterRecords(options.store);
    const parts = { registersMax: REGISTERS_MAX, ...options, records };
    const handover = new RegisterHandover(parts);
    this.#chain = options.chain;
    this.#records = records;
    this.#handover = handover;
    this.desk = new RegisterDesk({ ...parts, isReady: (seat) => handover.isDone(seat) });
  }

  /** Takes over what others hold, if this node became a validator and has not yet. To be called every now and then. */
  look(): void {
    if (this.#chain.chain.mode === "pbft") this.#handover.look();
  }

  /** What the registers behind one hold, for a validator that takes over. One that is none any more tells it as well. */
  async page(after: RegisterId | undefined): Promise<Uint8Array> {
    const page = await this.#records.list(after, { count: HANDED_MAX, bytes: RANGE_BYTES_MAX });
    return registersCodec.encode({ membership: this.#chain.governance.membership.from, ...page });
  }
}
