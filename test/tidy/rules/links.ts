// Links in documents: a relative link leads to a file or folder of the repository.
import type { Finding, House, Rule } from "../house.ts";
import { join } from "../imports.ts";
import type { TreeFile } from "../parse.ts";

const INLINE = /\]\(\s*<?([^)\s>]+)>?(?:\s+["'(][^)]*)?\)/g;
const DEFINITION = /^\s{0,3}\[[^\]]+\]:\s*<?([^\s>]+)>?/g;
const ELSEWHERE = /^(?:[a-z][a-z0-9+.-]*:|#|\/\/)/i;

function exists(house: House, path: string): boolean {
  if (house.files.has(path)) return true;
  const folder = path === "" ? "" : `${path.replace(/\/$/, "")}/`;
  return [...house.files.keys()].some((file) => file.startsWith(folder));
}

function checkLink(house: House, path: string, link: string): string | undefined {
  if (ELSEWHERE.test(link)) return undefined;
  if (link.startsWith("/"))
    return `${link} begins at the root of nobody knows what; write it relative to this file`;
  const target = join(path, decodeURIComponent(link.replace(/[?#].*$/, "")));
  return exists(house, target) ? undefined : `${link} leads to ${target}, which is not there; mend the link`;
}

function checkDocument(house: House, { path, text }: TreeFile): readonly Finding[] {
  const found: Finding[] = [];
  let isCode = false;
  for (const [at, line] of text.split("\n").entries()) {
    if (/^\s*(?:```|~~~)/.test(line)) isCode = !isCode;
    if (isCode) continue;
    const prose = line.replace(/`[^`]*`/g, "");
    for (const [, link = ""] of [...prose.matchAll(INLINE), ...prose.matchAll(DEFINITION)]) {
      const message = checkLink(house, path, link);
      if (message !== undefined) found.push({ file: path, line: at + 1, message });
    }
  }
  return found;
}

/** No document leads nowhere. */
export const links: Rule = {
  name: "links in documents",
  check: (house) =>
    [...house.files.values()]
      .filter(({ path }) => path.endsWith(".md"))
      .flatMap((file) => checkDocument(house, file)),
};
