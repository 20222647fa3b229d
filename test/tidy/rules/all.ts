// The house rules. A rule that is not listed here holds nothing; a test sees to it.
import type { Rule } from "../house.ts";
import { bannedCode } from "./banned-code.ts";
import { bannedText } from "./banned-text.ts";
import { cycles } from "./cycles.ts";
import { deadFiles } from "./dead-files.ts";
import { dependencies } from "./dependencies.ts";
import { docstrings } from "./docstrings.ts";
import { firstLines } from "./first-lines.ts";
import { importTable } from "./import-table.ts";
import { inside } from "./inside.ts";
import { layout } from "./layout.ts";
import { length } from "./length.ts";
import { links } from "./links.ts";
import { names } from "./names.ts";
import { purity } from "./purity.ts";
import { seeded } from "./seeded.ts";

/** Every rule by the file that holds it. */
export const RULES: Readonly<Record<string, Rule>> = {
  "banned-code": bannedCode,
  "banned-text": bannedText,
  cycles,
  "dead-files": deadFiles,
  dependencies,
  docstrings,
  "first-lines": firstLines,
  "import-table": importTable,
  inside,
  layout,
  length,
  links,
  names,
  purity,
  seeded,
};
