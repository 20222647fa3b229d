// Where a client keeps what it must find again of its writes to registers: a port, since browsers and programs keep things in
// different places. Holds no secret. Whoever loses it may find no room for the next write of that key (docs/registers.md).
import type { RegisterId } from "@witan/consensus";
import type { ChainId, PublicKey } from "@witan/primitives";

/** What an entry is about: one register, as one key writes it. */
export interface RegisterJournalPlace {
  readonly chainId: ChainId;
  readonly client: PublicKey;
  readonly register: RegisterId;
}

/** Keeps bytes by what they are about. One writer at a time for each place. */
export interface RegisterJournalStore {
  /** What was last saved; undefined: nothing. */
  load(place: RegisterJournalPlace): Promise<Uint8Array | undefined>;
  /** Resolves once the bytes are durable: nothing is sent before. */
  save(place: RegisterJournalPlace, bytes: Uint8Array): Promise<void>;
}

/** A journal that ends with the program: for tests, and for keys that write once. */
export function memoryRegisterJournal(): RegisterJournalStore {
  const entries = new Map<string, Uint8Array>();
  const nameOf = ({ chainId, client, register }: RegisterJournalPlace): string =>
    `${chainId} ${client} ${register.variant} ${register.name}`;
  return {
    load: async (place) => entries.get(nameOf(place)),
    save: async (place, bytes) => {
      entries.set(nameOf(place), bytes);
    },
  };
}
