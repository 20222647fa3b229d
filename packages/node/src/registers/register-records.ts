// Registers on the disk of a replica: one record each, by name and type, and how many there are. What is read is what was last
// made durable; nothing is remembered here.
import {
  type ListedRegister,
  REGISTER_VARIANTS,
  type RegisterId,
  type RegisterState,
  registerStateCodec,
} from "@witan/consensus";
import { present, type Store, type StoreChange } from "@witan/primitives";
import { damageOf, keyOf, parseKey, putMeta, rangeOf, readMeta } from "@witan/storage";
import { damaged } from "../chain/chain-error.ts";

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

  /** Makes a register durable. One write of a register at a time. @throws {StoreFailure} */
  async write(register: RegisterId, state: RegisterState, isNew: boolean): Promise<void> {
    const key = keyOfRegister(register);
    const put: StoreChange = { kind: "put", key, value: registerStateCodec.encode(state) };
    if (isNew) this.#count++;
    await this.#store.write(isNew ? [put, putMeta("registers", this.#count)] : [put], { sync: true });
  }

  /** Registers that were written, behind one, in the order of their keys; one more than `limit` if there are more. */
  async list(after: RegisterId | undefined, limit: number): Promise<readonly ListedRegister[]> {
    const { from, to } = rangeOf("register");
    const found: ListedRegister[] = [];
    const first = after === undefined ? from : keyOfRegister(after);
    for await (const { key, value } of this.#store.range({ from: first, to })) {
      const register = registerOf(key);
      if (after !== undefined && register.name === after.name && register.variant === after.variant) continue;
      const [proof] = stateOf(key, value).proof;
      if (proof === undefined) continue;
      found.push({ register, proof });
      if (found.length > limit) break;
    }
    return found;
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
