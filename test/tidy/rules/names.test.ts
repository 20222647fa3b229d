import { breaks, holds } from "../made-up.ts";
import { names } from "./names.ts";

describe("tidy: names", () => {
  it("refuses names of nothing, for files, folders and parts of names", () => {
    const bad = [
      "utils.ts",
      "helpers/a.ts",
      "key-manager.ts",
      "common/a.ts",
      "misc.ts",
      "util/a.ts",
      "test-helper.ts",
    ];
    for (const path of bad) {
      breaks(
        names,
        { [`packages/ledger/src/${path}`]: "" },
        /names no thing; name the file after what is in it/,
      );
      breaks(names, { [`test/ledger/${path}`]: "" }, /names no thing/);
    }
    holds(names, { "packages/ledger/src/commonwealth.ts": "", "packages/ledger/src/miscount.ts": "" });
  });

  it("wants kebab-case", () => {
    for (const path of ["CoinView.ts", "coinView.ts", "coin_view.ts", "Deep/a.ts", "a--b.ts"]) {
      breaks(names, { [`packages/ledger/src/${path}`]: "" }, /is not kebab-case; rename it/);
    }
    holds(names, {
      "packages/ledger/src/coin-view.ts": "",
      "packages/primitives/src/node-types.d.ts": "",
      "packages/tsconfig.base.json": "{}",
      "packages/ledger/README.md": "",
      "docs/decisions/001-two-doors.md": "",
      LICENSE: "",
    });
  });

  it("refuses types that are named after nothing", () => {
    const file = "packages/p2p/src/peers.ts";
    for (const code of ["class PeerManager {}", "interface HashUtils {}", "type TestHelper = 1;"]) {
      breaks(names, { [file]: code }, /peers\.ts:1: "\w+" says nothing of what it does; name the thing/);
    }
    holds(names, { [file]: "class PeerSet {} interface Managers {}" });
  });
});
