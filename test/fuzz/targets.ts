// Everything that is fuzzed.
import { CODEC_TARGETS } from "./codec-targets.ts";
import type { Target } from "./fuzzer.ts";
import { JUDGE_TARGETS } from "./judge-targets.ts";
import { TEXT_TARGETS } from "./text-targets.ts";

/** Every target. */
export const TARGETS: readonly Target[] = [...CODEC_TARGETS, ...JUDGE_TARGETS, ...TEXT_TARGETS];
