// What a verifier trusts, and keeps from proof to proof: the genesis, and the newest membership that was verified from it.
// Small, and fit to be written down. Never goes back, and takes nothing on anyone's word but that of who holds its text.
import { type BlockEvidence, type Chain, genesisGovernance, membersCodec } from "@witan/ledger";
import {
  bytesToHex,
  type Height,
  hexToBytes,
  INTEGER_MAX,
  isHex,
  type Membership,
  ok,
  type Result,
  refuse,
  type SignatureScheme,
  voters,
} from "@witan/primitives";
import {
  decodeBlockProof,
  decodeProof,
  type ProofRequest,
  type UnverifiedProof,
  type VerifiedBlock,
  type VerifiedProof,
  verifyBlock,
  verifyProof,
} from "./verify-proof.ts";

/** What is verified. */
export interface TrustedProofRequest {
  /** As bytes or in hex. */
  readonly proof: Uint8Array | string;
  /** The transaction that it should be about; without it, whichever it is. */
  readonly transaction?: string;
  readonly scheme?: SignatureScheme;
}

/** How one membership differs from the one before, by names. */
export interface MembershipStep {
  /** The height from which it decides. */
  readonly from: Height;
  readonly joined: readonly string[];
  readonly left: readonly string[];
  /** Those whose voting key is another one. */
  readonly newKeys: readonly string[];
}

/** Trust in a chain. One object belongs to one chain, and learns from each proof that it verifies. */
export class TrustedState {
  readonly chain: Chain;
  #membership: Membership;

  private constructor(chain: Chain, membership: Membership) {
    this.chain = chain;
    this.#membership = membership;
  }

  /** Trusts the genesis, and nothing else yet. */
  static ofGenesis(chain: Chain): TrustedState {
    return new TrustedState(chain, genesisGovernance(chain).membership);
  }

  /**
   * What `toText` wrote. Keep the text where nobody else can write: it is trusted. Codes: `text-invalid` (cut off, or
   * something else), `chain-other`.
   */
  static parse(chain: Chain, text: string): Result<TrustedState, "text-invalid" | "chain-other"> {
    const fields = readFields(text);
    if (fields === undefined) return refuse("text-invalid", "not what a trusted state is written as");
    if (fields.chainId !== chain.chainId)
      return refuse("chain-other", `found chain ${fields.chainId}, expected ${chain.chainId}`);
    const members = membersCodec.decode(hexToBytes(fields.members));
    if (!members.ok) return refuse("text-invalid", `the members can't be read (${members.detail})`);
    const { mode } = genesisGovernance(chain).membership;
    const membership: Membership = { mode, from: fields.from as Height, members: members.value };
    if (chain.mode !== "pow" && voters(membership).length === 0)
      return refuse("text-invalid", "nobody among the members votes");
    return ok(new TrustedState(chain, membership));
  }

  /** The newest membership that was verified. */
  get membership(): Membership {
    return this.#membership;
  }

  /** All that is trusted beside the genesis, for `parse`. */
  toText(): string {
    const { from, members } = this.#membership;
    const { chainId } = this.chain;
    const written = bytesToHex(membersCodec.encode(members));
    return JSON.stringify({ format: FORMAT, version: 1, chainId, from, members: written });
  }

  /**
   * Verifies a proof, and keeps the newest membership that it leads to. A proof of a block from before the membership kept
   * is verified from the genesis.
   */
  async verify({
    proof,
    transaction,
    scheme,
  }: TrustedProofRequest): Promise<VerifiedProof | UnverifiedProof> {
    const decoded = decodeProof(proof);
    if ("verified" in decoded) return decoded;
    return this.#learned(decoded.evidence, scheme, (more) =>
      verifyProof({
        genesis: this.chain,
        proof,
        ...(transaction === undefined ? {} : { transaction }),
        ...more,
      }),
    );
  }

  /** Verifies what shows a block final, whatever it holds, and keeps what it leads to as `verify` does. */
  async verifyBlock({
    proof,
    scheme,
  }: Omit<TrustedProofRequest, "transaction">): Promise<VerifiedBlock | UnverifiedProof> {
    const decoded = decodeBlockProof(proof);
    if ("verified" in decoded) return decoded;
    return this.#learned(decoded, scheme, (more) => verifyBlock({ genesis: this.chain, proof, ...more }));
  }

  async #learned<T extends VerifiedBlock>(
    evidence: BlockEvidence,
    scheme: SignatureScheme | undefined,
    verify: (more: Pick<ProofRequest, "trusted" | "scheme">) => Promise<T | UnverifiedProof>,
  ): Promise<T | UnverifiedProof> {
    const isOlder = evidence.kind === "certified" && evidence.header.height < this.#membership.from;
    const verified = await verify({
      ...(isOlder ? {} : { trusted: this.#membership }),
      ...(scheme === undefined ? {} : { scheme }),
    });
    // Another proof may have been verified meanwhile, and have led further.
    if (verified.verified && verified.membership.from > this.#membership.from)
      this.#membership = verified.membership;
    return verified;
  }
}

/** What changed from each membership to the next, for people: those that a proof led through, after the one trusted before. */
export function membershipSteps(
  before: Membership,
  crossed: readonly Membership[],
): readonly MembershipStep[] {
  let last = before;
  return crossed.map((next) => {
    const [old, now] = [last, next].map(
      ({ members }) => new Map(members.map((one) => [one.name, one.votingKey])),
    );
    last = next;
    const names = (of: ReadonlyMap<string, string> | undefined) => [
      ...(of ?? new Map<string, string>()).keys(),
    ];
    return {
      from: next.from,
      joined: names(now).filter((name) => !old?.has(name)),
      left: names(old).filter((name) => !now?.has(name)),
      newKeys: names(now).filter((name) => old?.has(name) && old.get(name) !== now?.get(name)),
    };
  });
}

const FORMAT = "witan-trusted-state";

interface Fields {
  readonly chainId: string;
  readonly from: number;
  readonly members: string;
}

function readFields(text: string): Fields | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { format, version, chainId, from, members } = value as Readonly<Record<string, unknown>>;
  const isOurs = format === FORMAT && version === 1 && isHex(chainId, 32) && isHex(members);
  const isHeight = typeof from === "number" && Number.isInteger(from) && from >= 0 && from <= INTEGER_MAX;
  return isOurs && isHeight ? { chainId, from, members } : undefined;
}
