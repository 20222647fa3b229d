import { breaks, holds } from "../made-up.ts";
import { links } from "./links.ts";

describe("tidy: links in documents", () => {
  it("finds relative links that lead nowhere, of every form", () => {
    breaks(
      links,
      {
        "docs/a.md":
          '[a](b.md)\n![a](img/c.svg "title")\n[a]: ../d.md#part\n\ntext [one](a.md) and [two](<e.md>)',
        "README.md": "see [there](docs/f.md)",
      },
      /^README\.md:1: docs\/f\.md leads to docs\/f\.md, which is not there; mend the link/,
      /^docs\/a\.md:1: b\.md leads to docs\/b\.md/,
      /:2: img\/c\.svg leads to docs\/img\/c\.svg/,
      /:3: \.\.\/d\.md#part leads to d\.md/,
      /:5: e\.md leads to docs\/e\.md/,
    );
  });

  it("holds for files, folders, anchors, and addresses elsewhere", () => {
    holds(links, {
      "README.md":
        "[a](docs/a.md#part) [b](docs) [c](packages/) [d](#here) [e](https://example.org/x) [f](mailto:a@b.c)",
      "docs/a.md": "[up](../README.md) [top](..)",
      "packages/ledger/src/a.ts": "",
    });
  });

  it("does not read code", () => {
    holds(links, { "docs/a.md": "```\n[a](nowhere.md)\n```\n`[b](nowhere.md)`" });
  });

  it("refuses links from the root", () => {
    breaks(
      links,
      { "docs/a.md": "[a](/docs/a.md)" },
      /\/docs\/a\.md begins at the root .*; write it relative/,
    );
  });
});
