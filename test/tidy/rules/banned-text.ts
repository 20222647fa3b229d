// What must not stand in any file, code or not; and the lock file, which may name no place to download from.
import { type Finding, type House, json, type Rule } from "../house.ts";
import type { TreeFile } from "../parse.ts";

interface TextBan {
  readonly what: string;
  readonly instead: string;
  readonly pattern: RegExp;
  where(path: string): boolean;
}

/** This folder must be able to name what it bans. The lock file has a check of its own. */
const EXEMPT = /^test\/tidy\/|^package-lock\.json$/;
const CODE_OR_PROSE = /\.(?:[cm]?[jt]sx?|md)$/;

const BANS: readonly TextBan[] = [
  {
    what: "a note to oneself",
    instead: "do it, write a decision in docs/, or tell what the code does now",
    pattern: /\b(?:TODO|FIXME|XXX|HACK)\b/,
    where: (path) => CODE_OR_PROSE.test(path),
  },
  {
    what: "a comment that silences the compiler",
    instead: "write the type that is true",
    pattern: /@ts-(?:ignore|nocheck|expect-error)/,
    where: (path) => path.startsWith("packages/"),
  },
  {
    what: "a path of one machine",
    instead: "write a path relative to the file, or take it from the configuration",
    pattern: /(?<![\w.\-/])\/(?:work|root|home)\//,
    where: () => true,
  },
  {
    what: "a path out of the repository",
    instead: "put what is needed into the repository, or name the source in words",
    pattern: /\.\.\/shared(?![\w-])/,
    where: () => true,
  },
  {
    what: "the host of a package registry",
    instead: "leave it to npm's own configuration",
    pattern: /registry\.(?:npmjs|yarnpkg|npmmirror)\.|\bregistry\s*=|https?:\/\/[^\s/"']*registry/i,
    where: () => true,
  },
];

function checkText({ path, text }: TreeFile): readonly Finding[] {
  const bans = EXEMPT.test(path) ? [] : BANS.filter((ban) => ban.where(path));
  if (bans.every((ban) => !ban.pattern.test(text))) return [];
  return text.split("\n").flatMap((line, at) =>
    bans
      .filter((ban) => ban.pattern.test(line))
      .map((ban) => ({
        file: path,
        line: at + 1,
        message: `${ban.what} (${excerpt(ban, line)}); ${ban.instead}`,
      })),
  );
}

function excerpt(ban: TextBan, line: string): string {
  return ban.pattern.exec(line)?.[0].trim() ?? "";
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly resolved?: string }>>;
}

/** The lock file pins by version and hash; where from is each machine's own business. */
function checkLock(house: House): readonly Finding[] {
  const file = "package-lock.json";
  return Object.entries(json<Lock>(house.files, file).packages ?? {})
    .filter(([, { resolved }]) => resolved !== undefined && !/^packages\/[a-z0-9-]+$/.test(resolved))
    .map(([name, { resolved }]) => {
      const advice = 'take "resolved" out (npm\'s omit-lockfile-registry-resolved), the hash is enough';
      return { file, message: `${name} comes from ${resolved}; ${advice}` };
    });
}

/** Bans on text, each with its replacement. */
export const bannedText: Rule = {
  name: "bans on text",
  check: (house) => [...[...house.files.values()].flatMap(checkText), ...checkLock(house)],
};
