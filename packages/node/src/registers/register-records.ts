// Registers on the disk of a replica: one record each, by name and type, and how many there are. What is read is what was last
// made durable; nothing is remembered here.
import {
  type ListedRegister,
  REGISTER_VARIANTS,
  type RegisterId,
  type RegisterState,
  registerStateCodec,
} from "@witan/consensus";
import { type Height, present, type Store, type StoreChange } from "@witan/primitives";
import { damageOf, keyOf, parseKey, putMeta, rangeOf, readMeta } from "@witan/storage";
import { damaged } from "../chain/chain-error.ts";

/** A register as it is to be kept. */
export interface RegisterWrite {
  readonly register: RegisterId;
  readonly state: RegisterState;
  /** Nothing was kept of it before. */
  readonly isNew: boolean;
}

/** A register with what it holds. */
export interface HeldRegister extends ListedRegister {
  readonly data: Uint8Array;
}

/** What fits on one page. */
export interface PageLimits {
  readonly count: number;
  readonly bytes: number;
}

/** Some registers, and whether there are more behind them. */
export interface RegisterPage {
  readonly registers: readonly HeldRegister[];
  readonly more: "no" | "yes";
}

/** Registers as they were last made durable. */
export class RegisterRecords {
  readonly #store: Store;
  /** Those on the disk, and those on their way there. */
  #count: number;

  constructor(store: Store) {
    this.#store = store;
    this.#count = readMeta(store, "registers") ?? 0;
  }

  /** How many there are. */
  get count(): number {
    return this.#count;
  }

  /** What is kept of a register; undefined: nothing yet. @throws {ChainError} `damaged` */
  read(register: RegisterId): RegisterState | undefined {
    const key = keyOfRegister(register);
    const bytes = this.#store.get(key);
    return bytes && stateOf(key, bytes);
  }

  /** Makes registers durable, all or none. One write of a register at a time. @throws {StoreFailure} */
  async write(writes: readonly RegisterWrite[]): Promise<void> {
    const puts = writes.map(
      ({ register, state }): StoreChange => ({
        ...{ kind: "put", key: keyOfRegister(register) },
        value: registerStateCodec.encode(state),
      }),
    );
    const added = writes.filter(({ isNew }) => isNew).length;
    this.#count += added;
    const changes = added > 0 ? [...puts, putMeta("registers", this.#count)] : puts;
    await this.#store.write(changes, { sync: true });
  }

  /** The height from which on this node votes, of what it took over last; undefined: nothing yet. */
  get takenOverAt(): Height | undefined {
    return readMeta(this.#store, "registersTakenOver");
  }

  /** Notes that all is here that was written before this node became a validator. @throws {StoreFailure} */
  async tookOver(since: Height): Promise<void> {
    await this.#store.write([putMeta("registersTakenOver", since)], { sync: true });
  }

  /** Registers that were written, behind one, in the order of their keys: as many as fit, but always the first. */
  async list(after: RegisterId | undefined, { count, bytes: bytesMax }: PageLimits): Promise<RegisterPage> {
    const { from, to } = rangeOf("register");
    const registers: HeldRegister[] = [];
    let bytes = 0;
    const first = after === undefined ? from : keyOfRegister(after);
    for await (const { key, value } of this.#store.range({ from: first, to })) {
      const register = registerOf(key);
      if (after !== undefined && register.name === after.name && register.variant === after.variant) continue;
      const { proof, data } = stateOf(key, value);
      if (proof[0] === undefined) continue;
      bytes += value.length;
      if (registers.length === count || (registers.length > 0 && bytes > bytesMax))
        return { registers, more: "yes" };
      registers.push({ register, proof: proof[0], data });
    }
    return { registers, more: "no" };
  }
}

function keyOfRegister({ name, variant }: RegisterId): Uint8Array {
  return keyOf("register", name, REGISTER_VARIANTS.indexOf(variant));
}

function registerOf(key: Uint8Array): RegisterId {
  const parsed = parseKey(key);
  if (parsed?.table !== "register") throw damaged([damageOf("unknown", key, "no key of a register")]);
  const [name, at] = parsed.fields;
  return { name, variant: present(REGISTER_VARIANTS[at], "the type of a register") };
}

function stateOf(key: Uint8Array, bytes: Uint8Array): RegisterState {
  const decoded = registerStateCodec.decode(bytes);
  if (decoded.ok) return decoded.value;
  throw damaged([damageOf("damaged", key, `no state of a register (${decoded.detail ?? decoded.code})`)]);
}
