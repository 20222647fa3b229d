// The ways to misbehave in worlds of proof of work, by name.

import type { PowConductMaker } from "./conduct.ts";
import { emptyAnswers, fromTheFuture, invalidBlocks, toSomeOnly, withheldBodies } from "./conducts/blocks.ts";
import { badHeaders, madeUpParents } from "./conducts/headers.ts";
import { secretBranch, selfish } from "./conducts/secret.ts";

/** By name. */
export const POW_CONDUCTS: Readonly<Record<string, PowConductMaker>> = {
  selfish: {
    says: "keeps its blocks to itself, and publishes them when others are about to catch up",
    make: selfish,
  },
  "secret-branch": {
    says: "mines in secret, and publishes a branch that undoes blocks; with a majority it rewrites history",
    make: secretBranch,
  },
  "invalid-blocks": {
    says: "finds blocks that take too much or spend a coin again, builds on them, and publishes the branch",
    make: invalidBlocks,
  },
  "withheld-bodies": { says: "announces its blocks, and never gives their bodies", make: withheldBodies },
  "some-only": { says: "sends a block that it finds to a part of the others", make: toSomeOnly },
  "from-the-future": { says: "finds blocks whose time is too far ahead", make: fromTheFuture },
  "empty-answers": { says: "answers who asks for headers that there are none", make: emptyAnswers },
  "bad-headers": {
    says: "sends headers that nobody may take: wrong target, height or time, or no work",
    make: badHeaders,
  },
  "made-up-parents": {
    says: "sends blocks again and again whose parents nobody has ever seen",
    make: madeUpParents,
  },
};
