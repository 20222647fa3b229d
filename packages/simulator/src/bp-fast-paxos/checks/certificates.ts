// Certificates: each holds under the members of its height, is of the block that was decided there, and comes soon.
import { bpfpCertificateChecks } from "@witan/consensus";
import type { BpFastPaxosCertificate } from "@witan/primitives";
import { Violation } from "../../world/violation.ts";
import { CHAIN } from "../cast.ts";
import type { CheckMaker } from "../check.ts";
import type { Process } from "../process.ts";

/** What was decided for so long, while all was well, has its certificate wherever it was learned. */
const CERTIFIED_US = 5_000_000;

/** Certificates hold, only over decided blocks, and come. */
export const certificates: CheckMaker = (world) => {
  const decided = new Map<number, string>();
  /** When a process had a block, while all was well. */
  const since = new Map<Process, Map<number, number>>();
  const hold = (at: Process, certificate: BpFastPaxosCertificate): void => {
    const { height, blockHash } = certificate;
    const answer = bpfpCertificateChecks(CHAIN, certificate, (of) => at.membershipAt(of));
    if (answer.kind !== "checks" || !world.cast.hold(answer.checks))
      throw new Violation(
        "certificates",
        `the certificate of height ${height} at p${at.place} does not hold`,
      );
    const first = decided.get(height) ?? blockHash;
    decided.set(height, first);
    if (first !== blockHash)
      throw new Violation(
        "certificates",
        `height ${height} has a certificate for ${blockHash.slice(0, 8)} at p${at.place}, and ${first.slice(0, 8)} is decided`,
      );
  };
  return {
    name: "certificates",
    decided: (at, certificate, { height, hash }) => {
      if (at.lies) return;
      decided.set(height, decided.get(height) ?? hash);
      if (certificate) hold(at, certificate);
    },
    certified: (at, certificate) => {
      if (at.lies) return;
      if (at.disk.chain[certificate.height - 1]?.hash !== certificate.blockHash)
        throw new Violation(
          "certificates",
          `p${at.place} certifies ${certificate.blockHash.slice(0, 8)} at height ${certificate.height}, where its chain has another block`,
        );
      hold(at, certificate);
    },
    applied: (at, { height }) => {
      if (at.lies || world.queue.nowUs < world.plan.kindAtUs) return;
      const times = since.get(at) ?? new Map<number, number>();
      since.set(at, times);
      times.set(height, world.queue.nowUs);
    },
    sampled: () => {
      for (const at of world.learners)
        for (const [height, fromUs] of since.get(at) ?? []) {
          if (at.disk.chain[height - 1]?.certificate) since.get(at)?.delete(height);
          else if (world.queue.nowUs - fromUs > CERTIFIED_US)
            throw new Violation(
              "certificates",
              `p${at.place} has block ${height} for ${CERTIFIED_US / 1_000_000} s in a kind world, and no certificate`,
            );
        }
    },
  };
};
