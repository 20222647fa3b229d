import { breaks, holds } from "../made-up.ts";
import { bannedText } from "./banned-text.ts";

describe("tidy: bans on text", () => {
  it("refuses notes to oneself in code and prose", () => {
    for (const word of ["TODO", "FIXME", "XXX", "HACK"]) {
      breaks(
        bannedText,
        { "docs/a.md": `one\n${word}: two` },
        /^docs\/a\.md:2: a note to oneself \([A-Z]+\); do it/,
      );
      breaks(bannedText, { "test/a.test.ts": `// ${word}` }, /a note to oneself/);
    }
    holds(bannedText, { "docs/a.md": "hacks, a method", "test/vectors/a.json": '"XXX"' });
  });

  it("refuses to silence the compiler in packages", () => {
    for (const comment of ["@ts-ignore", "@ts-nocheck", "@ts-expect-error"]) {
      breaks(
        bannedText,
        { "packages/cli/src/a.ts": `// ${comment}` },
        /silences the compiler .*; write the type that is/,
      );
    }
    holds(bannedText, { "test/a.test.ts": "// @ts-expect-error: a height is no view" });
  });

  it("refuses the paths of one machine, and paths out of the repository", () => {
    for (const place of ["/work/main", "/root/x", "/home/me"]) {
      breaks(bannedText, { ".ci/run": `cd ${place}/y` }, /a path of one machine .*; write a path relative/);
    }
    breaks(
      bannedText,
      { "docs/a.md": "see ../shared/b.md" },
      /a path out of the repository \(\.\.\/shared\); put what/,
    );
    holds(bannedText, {
      "docs/a.md": "packages/home/x, a/work/b, ./root/c, ~/work",
      "a.ts": "../shared-key.ts",
    });
  });

  it("refuses the hosts of registries", () => {
    for (const line of [
      "https://registry.npmjs.org/a",
      "registry = http://x",
      "https://npm-registry.example.org/a",
    ]) {
      breaks(
        bannedText,
        { ".npmrc": line },
        /the host of a package registry .*; leave it to npm's own configuration/,
      );
    }
    holds(bannedText, { "docs/a.md": "Keys are kept in a register; a registry lists them." });
  });

  it("lets the lock file name no place but the workspaces", () => {
    const lock = (resolved: string): string =>
      JSON.stringify({ packages: { "node_modules/a": { resolved } } });
    holds(bannedText, { "package-lock.json": lock("packages/ledger") });
    holds(bannedText, {
      "package-lock.json": '{ "packages": { "node_modules/a": { "version": "1.0.0" } } }',
    });
    for (const place of [
      "https://registry.npmjs.org/a/-/a-1.tgz",
      "http://127.0.0.1/a.tgz",
      "git+ssh://x",
      "../a",
    ]) {
      breaks(
        bannedText,
        { "package-lock.json": lock(place) },
        /node_modules\/a comes from .*; take "resolved" out/,
      );
    }
  });
});
