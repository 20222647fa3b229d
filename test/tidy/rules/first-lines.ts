// The first lines of a file say what it is for, and what it must never do.
import type { Rule } from "../house.ts";

const SOURCE = /^packages\/[^/]+\/src\/.*\.(?:ts|tsx)$/;
const INDEX = /\/index\.tsx?$/;
/** A comment of at least two words. */
const PURPOSE = /^\/\/ ?\p{L}\S* +\S/u;

/** Every source file begins with its purpose. */
export const firstLines: Rule = {
  name: "first lines",
  check: (house) =>
    [...house.sources.values()]
      .filter(({ path, text }) => SOURCE.test(path) && !INDEX.test(path) && !PURPOSE.test(text))
      .map(({ path }) => ({
        file: path,
        line: 1,
        message: "begins without a // comment; say there what the file is for, and what it must never do",
      })),
};
