// The page of a miner in Chromium: what is waited for in words, how deep blocks lie, and a proof verified in the page, while
// blocks come; on a phone, too.
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { type Line, withWitan } from "../network/witan-process.ts";
import { startChromium } from "./chromium.ts";
import { buildPage, checkFaultless, goTo, openTab, picture, seriousFindings } from "./explorer-pages.ts";

describe("the page of a node of proof of work", function () {
  this.timeout(240_000);
  let browser: Browser;
  before(async () => {
    await buildPage();
    browser = await startChromium();
  });
  after(() => browser.close());

  it("says what is waited for, and how deep blocks and transactions lie", () =>
    withWitan(async (start, folder) => {
      const words = ["--consensus", "pow", "--validators", "2", "--block-interval", "400ms"];
      const devnet = start("devnet", ...words, "--rpc-port", "0", "--dir", join(folder, "dev"));
      const ready = (await devnet.event("ready")) as Line & { readonly rpc: readonly string[] };
      const shown = await devnet.event("transaction");
      const origin = ready.rpc[1] ?? "";
      const opened = await openTab(browser, origin, { width: 960 });
      const { tab } = opened;
      await goTo(opened, origin, "#/", /^Overview$/);
      await tab.getByText(/^It waits for somebody to find block \d+: one comes every 0\.4 s/).waitFor();
      await tab.getByRole("columnheader", { name: "Confirmations" }).waitFor();
      const blocks = await tab.getByRole("table").textContent();
      assert.ok(blocks !== null && !/genesis|Proposer|Final after/.test(blocks), blocks ?? "");
      await picture(tab, "overview-pow");

      await goTo(opened, origin, "#/consensus", /^Consensus$/);
      await tab.getByText(/^Block \d+, made .* is the tip of the branch with the most work/).waitFor();
      await tab
        .getByText(/Block \d+ is on the chain: /)
        .first()
        .waitFor();
      await tab.setViewportSize({ width: 360, height: 800 });
      const over = await tab.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
      assert.ok(over <= 0, `${over} pixels too wide`);
      assert.deepEqual(await seriousFindings(opened), []);

      await goTo(opened, origin, `#/transaction/${String(shown["transaction"])}`, /^Transaction$/);
      await tab.getByRole("button", { name: "Verify in this page" }).click();
      await tab.getByText(/^Verified: \d+ confirmations$/).waitFor();
      await goTo(opened, origin, `#/block/${String(shown["height"])}`, /^Block \d/);
      await tab.getByText(/^\d+, its own counted$/).waitFor();
      await goTo(opened, origin, "#/membership", /^Members$/);
      await tab.getByRole("heading", { name: "What governs the chain now" }).waitFor();
      await checkFaultless(opened);
      await opened.close();
      await devnet.interrupt();
    }));
});
