// What bad clients and bad replicas of a world know together: every proof that they were shown, and every acknowledgement, by
// which they put proofs together. Nothing is in here that was not signed.
import {
  compareVersions,
  type PrepareProof,
  type RegisterId,
  type RegisterList,
  type RegisterVersion,
  type WriteProof,
} from "@witan/consensus";
import type { Height, MemberIndex, MemberSignature, Signature } from "@witan/primitives";

interface Signed {
  readonly version: RegisterVersion;
  readonly by: Map<number, Signature>;
}

/** Of one register. */
export class Knowledge {
  readonly register: RegisterId;
  readonly #membership: Height;
  readonly #quorum: number;
  readonly #prepared: Readonly<Record<RegisterList, Map<string, Signed>>> = {
    ...{ prepared: new Map(), optimistic: new Map() },
  };
  readonly #written = new Map<string, Signed>();
  readonly #prepareProofs = new Map<string, PrepareProof>();
  readonly #writeProofs = new Map<string, WriteProof>();
  /** By hash. */
  readonly #data = new Map<string, Uint8Array>();

  constructor(register: RegisterId, membership: Height, quorum: number) {
    this.register = register;
    this.#membership = membership;
    this.#quorum = quorum;
  }

  /** Ascending by version. */
  get prepareProofs(): readonly PrepareProof[] {
    return [...this.#prepareProofs.values()].sort((a, b) => compareVersions(a.version, b.version));
  }

  get writeProofs(): readonly WriteProof[] {
    return [...this.#writeProofs.values()].sort((a, b) => compareVersions(a.version, b.version));
  }

  dataOf(version: RegisterVersion): Uint8Array | undefined {
    return this.#data.get(version.hash);
  }

  keepData(hash: string, data: Uint8Array): void {
    this.#data.set(hash, data);
  }

  keepProof(proof: PrepareProof): void {
    const name = nameOf(proof.version);
    if (!this.#prepareProofs.has(name)) this.#prepareProofs.set(name, proof);
  }

  /** @param authorization of the client whose timestamp it is; undefined: not to be had */
  acknowledged(
    list: RegisterList,
    version: RegisterVersion,
    { member, signature, authorization }: MemberSignature & { readonly authorization: Signature | undefined },
  ): void {
    const by = addTo(this.#prepared[list], version, { member, signature });
    if (by.size < this.#quorum || authorization === undefined) return;
    const signatures = this.#first(by);
    this.keepProof({ version, membership: this.#membership, list, authorization, signatures });
  }

  wrote(version: RegisterVersion, signed: MemberSignature): void {
    const by = addTo(this.#written, version, signed);
    if (by.size < this.#quorum) return;
    const signatures = this.#first(by);
    this.#writeProofs.set(nameOf(version), { version, membership: this.#membership, signatures });
  }

  #first(by: ReadonlyMap<number, Signature>): readonly MemberSignature[] {
    return [...by]
      .slice(0, this.#quorum)
      .sort(([a], [b]) => a - b)
      .map(([member, signature]) => ({ member: member as MemberIndex, signature }));
  }
}

function addTo(
  all: Map<string, Signed>,
  version: RegisterVersion,
  { member, signature }: MemberSignature,
): ReadonlyMap<number, Signature> {
  const name = nameOf(version);
  const signed = all.get(name) ?? { version, by: new Map() };
  all.set(name, signed);
  signed.by.set(member, signature);
  return signed.by;
}

function nameOf({ timestamp, hash }: RegisterVersion): string {
  return `${timestamp.counter} ${timestamp.client} ${hash}`;
}
