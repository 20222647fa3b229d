// Which Node runs `witan`: what package.json says in `engines`, in code that an old Node can read. The least is what the
// prompt for passphrases asks for.

/** The least minor and patch of each major that is not right from its first version on. */
const LEAST = { 22: [22, 2], 24: [15, 0] };
const FIRST_MAJOR_WITHOUT_LEAST = 26;

/** What is wanted, in words. */
export const WANTED = "22.22.2 or later of 22, 24.15 or later of 24, or 26 or later";

/** Whether a version of Node, such as "24.15.0", will do. */
export function suitable(version) {
  const [major, minor, patch] = version.split(".").map((part) => Number.parseInt(part, 10));
  if (major >= FIRST_MAJOR_WITHOUT_LEAST) return true;
  const least = LEAST[major];
  if (least === undefined) return false;
  return minor > least[0] || (minor === least[0] && patch >= least[1]);
}
