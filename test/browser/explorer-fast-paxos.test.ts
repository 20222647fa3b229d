// The page of an acceptor of BP Fast Paxos in Chromium: who proposes, who votes, and how a killed proposer is replaced, while it
// is open; on a phone, too.
import assert from "node:assert/strict";
import type { Browser } from "playwright-core";
import { withNetwork } from "../network/harness.ts";
import { startChromium } from "./chromium.ts";
import {
  buildPage,
  checkFaultless,
  goTo,
  openTab,
  originOf,
  pay,
  picture,
  seriousFindings,
} from "./explorer-pages.ts";

/** The first acceptor, behind two proposers. */
const WATCHER = 2;

describe("the page of a node of BP Fast Paxos", function () {
  this.timeout(240_000);
  let browser: Browser;
  before(async () => {
    await buildPage();
    browser = await startChromium();
  });
  after(() => browser.close());

  it("shows how a killed proposer is replaced, while it is open", () =>
    withNetwork({ fast: { proposers: 2, acceptors: 4 }, viewMs: [1_000, 4_000] }, async (network) => {
      const origin = originOf(network, WATCHER);
      await pay(network, WATCHER);
      const { proposer, round } = await network.fastPaxos(WATCHER);
      const dead = network.nodes.findIndex(({ name }) => name === proposer);
      const opened = await openTab(browser, origin, { width: 960 });
      const { tab } = opened;
      await goTo(opened, origin, "#/consensus", /^Consensus$/);
      const row = (name: string) => tab.getByRole("row", { name: new RegExp(`^${name}\\b`) });
      await row(proposer).getByText("proposes").waitFor();
      await row(proposer).getByText("ready").waitFor();
      for (let more = 0; more < 3; more++) await pay(network, WATCHER);
      const { height } = await network.client(WATCHER).call("chain_head", {});
      await tab
        .getByText(new RegExp(`Block ${height} is final after`))
        .first()
        .waitFor();

      await network.kill(dead);
      await row(proposer).getByText("disconnected").waitFor();
      const id = await pay(network, WATCHER);
      const after = await network.fastPaxos(WATCHER);
      assert.ok(after.round > round && after.proposer !== proposer);
      await tab
        .getByText(/^trust change$/)
        .first()
        .waitFor();
      await row(after.proposer).getByText("proposes").waitFor();
      await row(proposer).getByText("proposes").waitFor({ state: "detached" });
      const block = new RegExp(`Block ${height + 1} is final.*proposed by ${after.proposer}:`);
      const told = await tab.getByText(block).textContent();
      assert.match(told ?? "", / after \d+\.\d s, /, "with the second that the dead proposer cost");
      const begins = `Block ${height + 1}: round ${after.round} begins, ${after.proposer} proposes`;
      await tab.getByText(begins).waitFor();
      await tab.getByText(new RegExp(`Height ${height + 2} is decided by`)).waitFor();
      await tab.getByRole("columnheader", { name: `Signed block ${height + 1}` }).waitFor();
      await picture(tab, "trust-change");

      await tab.setViewportSize({ width: 360, height: 800 });
      const over = await tab.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
      assert.ok(over <= 0, `${over} pixels too wide`);
      assert.deepEqual(await seriousFindings(opened), []);
      await picture(tab, "trust-change-360");

      await goTo(opened, origin, `#/transaction/${id}`, /^Transaction$/);
      await tab.getByRole("button", { name: "Verify in this page" }).click();
      await tab.getByText("Verified: final").waitFor();
      await goTo(opened, origin, `#/block/${height + 1}`, /^Block \d/);
      await picture(tab, "block-fast-paxos");
      await checkFaultless(opened);
      await opened.close();
    }));
});
