// Asks acceptors what certifies blocks, and hands on what holds: whole certificates; and single signatures, to the engine as
// the DECIDEDs that got lost, or gathered here for blocks that the engine does not follow any more. One question to a peer
// at a time.
import { type BpfpInput, bpfpCertificateChecks } from "@witan/consensus";
import {
  type BpFastPaxosCertificate,
  fastQuorum,
  type Height,
  type MemberIndex,
  type PeerId,
  type Signature,
  voters,
} from "@witan/primitives";
import { CERTIFICATES_MAX, certificatesCodec, requestCodec } from "../../wire.ts";
import type { ConsensusParts } from "../consensus-parts.ts";
import type { CertificateGaps } from "./certificate-gaps.ts";
import type { Inbox } from "./inbox.ts";

const REQUEST_TIMEOUT_MS = 5_000;

/** What is asked with. */
export interface CertificateSourceOptions {
  readonly parts: ConsensusParts;
  readonly inbox: Inbox;
  readonly gaps: CertificateGaps;
  readonly input: (input: BpfpInput) => void;
}

/** Fetches certificates. */
export class CertificateSource {
  readonly #options: CertificateSourceOptions;
  readonly #asked = new Set<PeerId>();
  /** Single signatures under blocks that were passed over; of as many as are asked for at a time. */
  readonly #gathered = new Map<Height, Map<MemberIndex, Signature>>();
  readonly #ended = new AbortController();

  constructor(options: CertificateSourceOptions) {
    this.#options = options;
  }

  /** Asks these peers about heights. */
  ask(heights: readonly Height[], from: readonly PeerId[]): void {
    const { network } = this.#options.parts.ports;
    for (const peer of from) {
      if (this.#asked.has(peer) || !network.isConnected(peer) || this.#ended.signal.aborted) continue;
      this.#asked.add(peer);
      this.#ask(peer, heights.slice(0, CERTIFICATES_MAX))
        .finally(() => this.#asked.delete(peer))
        .catch(this.#options.parts.onFailure);
    }
  }

  /** Asks for what was passed over. @param own this node's signatures, which count too */
  askPassedOver(from: readonly PeerId[], own: readonly BpFastPaxosCertificate[]): void {
    const heights = this.#options.gaps.passedOver;
    for (const height of this.#gathered.keys()) if (!heights.includes(height)) this.#gathered.delete(height);
    for (const one of own) this.#gather(one);
    this.ask(heights, from);
  }

  /** Asks no more. */
  stop(): void {
    this.#ended.abort();
  }

  async #ask(peer: PeerId, heights: readonly Height[]): Promise<void> {
    const { network } = this.#options.parts.ports;
    const { signal } = this.#ended;
    const question = requestCodec.encode({
      kind: "certificates",
      of: heights.map((height) => ({ height })),
    });
    const answer = await network.request(peer, question, { timeoutMs: REQUEST_TIMEOUT_MS, signal });
    if (!answer.ok || signal.aborted) return;
    const found = certificatesCodec.decode(answer.value);
    if (!found.ok) {
      network.reportFault(peer, "serious", "certificates-encoding");
      return;
    }
    for (const certificate of found.value) {
      const isAsked = certificate.kind === "bp-fast-paxos" && heights.includes(certificate.height);
      const isFaulty = !isAsked || !(await this.#take(certificate));
      if (signal.aborted) return;
      if (!isFaulty) continue;
      network.reportFault(peer, "serious", "certificates-wrong");
      return;
    }
  }

  /** @returns false if it is wrong for everyone */
  async #take(certificate: BpFastPaxosCertificate): Promise<boolean> {
    const { parts } = this.#options;
    const { chain, signatures } = parts;
    const asked = bpfpCertificateChecks(chain.chain.chainId, certificate, chain.memberships);
    const [only, ...others] = certificate.signatures;
    if (asked.kind === "fault" && asked.code === "certificate-quorum" && only && others.length === 0)
      return this.#takeSingle(certificate, only);
    if (asked.kind !== "checks") return asked.kind === "notYet";
    const checks = asked.checks.filter((check) => check.kind === "signature");
    const answer = await signatures.check(checks);
    if (answer === "hold") this.#hand(certificate);
    return answer !== "broken";
  }

  /**
   * A signature is what the DECIDED of who made it would have been, and shows itself who that is: a member that has another
   * peer key by now gives here what it signed before.
   */
  async #takeSingle(
    certificate: BpFastPaxosCertificate,
    { member, signature }: BpFastPaxosCertificate["signatures"][number],
  ): Promise<boolean> {
    const { membership, height, blockHash } = certificate;
    const { parts, inbox, input } = this.#options;
    const signer = parts.chain.memberships(height)?.members[member];
    if (signer === undefined) return false;
    const message = { kind: "decided", membership, height, blockHash, signature } as const;
    const reading = await inbox.readMessage(signer.peerId, message);
    if (reading.kind === "message") {
      input(reading.input);
      this.#gather(certificate);
    }
    return reading.kind !== "fault";
  }

  /** Keeps a single signature, which holds, of a block that was passed over. */
  #gather(certificate: BpFastPaxosCertificate): void {
    const { parts, gaps } = this.#options;
    const { height, blockHash, signatures } = certificate;
    const membership = parts.chain.memberships(height);
    if (membership === undefined || !gaps.passedOver.includes(height)) return;
    if (parts.chain.hashAt(height) !== blockHash) return;
    const gathered = this.#gathered.get(height) ?? new Map<MemberIndex, Signature>();
    this.#gathered.set(height, gathered);
    for (const { member, signature } of signatures) gathered.set(member, signature);
    if (gathered.size < fastQuorum(voters(membership).length)) return;
    this.#gathered.delete(height);
    const all = [...gathered].map(([member, signature]) => ({ member, signature }));
    this.#hand({ ...certificate, signatures: all.sort((a, b) => a.member - b.member) });
  }

  #hand(certificate: BpFastPaxosCertificate): void {
    const { gaps, input } = this.#options;
    // The engine stops waiting for it, and says so itself if it did.
    input({ kind: "certificate", certificate });
    gaps.fill(certificate);
  }
}
