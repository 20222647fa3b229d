// The node's page in Chromium: every page on a phone and on a screen, by axe, without a step to the side; proofs verified,
// and false ones found out; by keyboard alone; what waits; live consensus while the primary is killed; with a token.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { openWallet, sendTransfer } from "@witan/client";
import { PAGE_FOLDER } from "@witan/explorer";
import { readPage } from "@witan/rpc/server";
import type { Browser } from "playwright-core";
import { type TestNetwork, withNetwork } from "../network/harness.ts";
import { closeAll, open } from "../rpc/server.ts";
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

const FLAGS = ["--storage-address-index", "true"];

/** On a screen, on a small one, on a phone at night. */
const FORMS = [
  [1280, "light"],
  [840, "light"],
  [360, "dark"],
] as const;

/** In the page: what has the focus, and whether one sees that. */
const FOCUSED = `(() => {
  const element = document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  const name = element.getAttribute("aria-label") || element.innerText || element.id;
  return { name, isSeen: outlineStyle !== "none" && outlineWidth !== "0px" };
})()`;

describe("the page of a node", function () {
  this.timeout(240_000);
  let browser: Browser;
  before(async () => {
    await buildPage();
    browser = await startChromium();
  });
  after(() => browser.close());
  afterEach(closeAll);

  // One network for all that only add to its chain. The last of them kills a node.
  describe("of a network", () => {
    let network: TestNetwork;
    let end = (): void => {};
    let over: Promise<void>;
    before(async () => {
      await new Promise<void>((resolve, reject) => {
        over = withNetwork({ flags: FLAGS, viewMs: [1_000, 4_000] }, (started) => {
          network = started;
          resolve();
          return new Promise((ended) => {
            end = ended;
          });
        });
        over.catch(reject);
      });
    });
    after(async () => {
      end();
      await over;
    });

    it("fits a phone and a screen, in light and dark, and axe finds nothing serious", async () => {
      const id = await pay(network, 0);
      const origin = originOf(network, 0);
      const { height } = await network.client(0).call("chain_head", {});
      const address = network.list.accounts[0]?.address ?? "";
      const pages: readonly (readonly [string, string, RegExp])[] = [
        ["overview", "#/", /^Overview$/],
        ["consensus", "#/consensus", /^Consensus$/],
        ["mempool", "#/mempool", /^Mempool$/],
        ["members", "#/membership", /^Members$/],
        ["assets", "#/assets", /^Assets$/],
        ["block", `#/block/${height}`, /^Block \d/],
        ["genesis", "#/block/0", /^Block 0$/],
        ["transaction", `#/transaction/${id}`, /^Transaction$/],
        ["address", `#/address/${address}`, /^Address$/],
        ["search", `#/search/${"ab".repeat(32)}`, /^Search$/],
        ["nowhere", "#/xyz", /^There is no such page$/],
      ];
      const opened = await openTab(browser, origin);
      for (const [name, fragment, heading] of pages) {
        await opened.tab.setViewportSize({ width: 1280, height: 800 });
        await goTo(opened, origin, fragment, heading);
        if (name === "overview") await pay(network, 0);
        if (name === "transaction") {
          await opened.tab.getByRole("button", { name: "Verify in this page" }).click();
          await opened.tab.getByText("So it is final").waitFor();
        }
        for (const [width, scheme] of FORMS) {
          await opened.tab.setViewportSize({ width, height: 800 });
          await opened.tab.emulateMedia({ colorScheme: scheme });
          const [over, text] = await opened.tab.evaluate<readonly [number, string]>(
            "[document.documentElement.scrollWidth - innerWidth, document.body.innerText]",
          );
          assert.ok(over <= 0, `${name} at ${width}: ${over} pixels too wide`);
          assert.ok(!/undefined|NaN|\[object/.test(text), `${name}: ${text}`);
          if (name === "overview" && width === 360) {
            const height = await opened.tab.evaluate<number>(
              "document.querySelector('tbody tr').offsetHeight",
            );
            assert.ok(height > 0 && height < 80, `a block takes ${height} pixels: more than two lines`);
          }
          // The form between differs from the others in its widths alone.
          if (width !== 840) assert.deepEqual(await seriousFindings(opened), [], `${name} at ${width}`);
          await picture(opened.tab, `${name}-${width}`);
        }
      }
      await checkFaultless(opened);
      await opened.close();
    });

    it("verifies a proof, and says of a false one that it shows nothing", async () => {
      const id = await pay(network, 0);
      const origin = originOf(network, 0);
      const opened = await openTab(browser, origin);
      const { tab } = opened;
      await goTo(opened, origin, `#/transaction/${id}`, /^Transaction$/);
      await tab.getByText("1.5 WITAN").waitFor();
      await tab.getByRole("button", { name: "Verify in this page" }).click();
      await tab.getByText("Verified: final").waitFor();
      const { chainId } = await network.client(0).call("chain_genesis", {});
      await tab.getByText(chainId).waitFor();
      await tab.getByText("Certificate: who signed the block").waitFor();

      // A node that lies: the last byte of the proof is another.
      await tab.route(`${origin}/`, async (route) => {
        if (route.request().method() !== "POST") return route.continue();
        const response = await route.fetch();
        const text = await response.text();
        const changed = text.replace(/("proof":"[0-9a-f]+)([0-9a-f])"/, (_, before, last) => {
          return `${before}${last === "0" ? "1" : "0"}"`;
        });
        return route.fulfill({ response, body: changed });
      });
      await tab.getByRole("button", { name: "Verify in this page" }).click();
      await tab.getByText("Not verified").waitFor();
      await tab.getByText("Do not believe that the transaction is final").waitFor();
      assert.equal(await tab.getByText("Verified: final").count(), 0);

      // And one that gives another transaction's bytes.
      const other = await pay(network, 0);
      const { bytes } = (await network.client(0).call("chain_transaction", { transaction: other })) as {
        readonly bytes: string;
      };
      await tab.route(`${origin}/`, async (route) => {
        if (!route.request().postData()?.includes("chain_transaction")) return route.continue();
        const response = await route.fetch();
        const text = (await response.text()).replace(/"bytes":"[0-9a-f]+"/, `"bytes":"${bytes}"`);
        return route.fulfill({ response, body: text });
      });
      await tab.reload();
      await tab.getByText("bytes that are not this transaction's").waitFor();
      await opened.close();
    });

    it("is used by keyboard alone, and moves neither focus nor place by itself", async () => {
      const id = await pay(network, 0);
      const origin = originOf(network, 0);
      const opened = await openTab(browser, origin, { width: 360 });
      const { tab } = opened;
      await goTo(opened, origin, "#/", /^Overview$/);
      // What comes behind the heading is reached by keyboard once it is there.
      await tab.getByRole("table").getByRole("link").first().waitFor();
      const focused = () => tab.evaluate<{ readonly name: string; readonly isSeen: boolean }>(FOCUSED);
      const names: string[] = [];
      for (let step = 0; step < 15; step++) {
        await tab.keyboard.press("Tab");
        const { name, isSeen } = await focused();
        assert.ok(isSeen, `no outline around ${name}`);
        names.push(name);
      }
      const wanted = ["Skip to the content", "Witan", "Pause", "words", "Find"];
      const menu = ["Overview", "Consensus", "Mempool", "Members", "Assets"];
      assert.deepEqual(names.slice(0, 10), [...wanted, ...menu]);
      const { height } = await network.client(0).call("chain_head", {});
      assert.equal(names.at(-1), `${height}`, "the first link of the list of blocks");
      const place = await tab.evaluate<number>("scrollY");

      await pay(network, 0);
      await tab.getByText(new RegExp(`Block ${height + 1} is final, made`)).waitFor();
      assert.equal((await focused()).name, `${height}`);
      assert.equal(await tab.evaluate<number>("scrollY"), place);
      const next = tab.getByRole("table").getByRole("link", { name: `${height + 1}`, exact: true });
      assert.equal(await next.count(), 0, "the list stands still while the focus is in it");
      await tab.locator("#words").focus();
      await next.waitFor();

      await tab.locator("#words").focus();
      await tab.keyboard.type(id);
      await tab.keyboard.press("Enter");
      // The heading is there a moment before the focus is.
      await tab.locator("h1:focus", { hasText: /^Transaction$/ }).waitFor();
      await tab.locator("#words").focus();
      await tab.keyboard.type("f".repeat(64));
      await tab.keyboard.press("Enter");
      await tab.getByText("Nothing was found for").waitFor();
      await checkFaultless(opened);
      await opened.close();
    });

    it("shows of a list as much as is wanted, and of a block who is paid what", async () => {
      const [rich, , many] = network.list.accounts;
      const wallet = openWallet(rich?.secretKey ?? "");
      assert.ok(wallet.ok && many !== undefined);
      const payments = Array.from({ length: 30 }, () => ({ to: many.address, amount: 50_000_000n }));
      const sent = await sendTransfer({ rpc: network.client(0), from: wallet.value, payments });
      assert.ok(sent.ok && sent.value.outcome.status === "final");
      const origin = originOf(network, 0);
      const opened = await openTab(browser, origin);
      const { tab } = opened;
      await goTo(opened, origin, `#/address/${many.address}`, /^Address$/);
      const outputs = tab.getByRole("table", { name: "Unspent outputs of the address" }).getByRole("row");
      await outputs.nth(25).waitFor();
      assert.equal(await outputs.count(), 1 + 25);
      await tab.getByRole("button", { name: "Show more" }).click();
      await tab.getByRole("button", { name: "Show more" }).waitFor({ state: "detached" });
      const { outputs: all } = await network.client(0).call("chain_outputs", { address: many.address });
      assert.equal(await outputs.count(), 1 + all.length);

      const { height } = sent.value.outcome;
      await goTo(opened, origin, `#/block/${height}`, /^Block \d/);
      const paid = tab.getByRole("table", { name: "Transactions of the block" }).getByRole("row");
      await paid.filter({ hasText: "transfer" }).getByText("15 WITAN", { exact: true }).waitFor();
      const { header } = await network.client(0).call("chain_block", { height });
      await tab.getByRole("link", { name: header.parent }).click();
      await tab.getByRole("heading", { level: 1, name: `Block ${height - 1}`, exact: true }).waitFor();
      await checkFaultless(opened);
      await opened.close();
    });

    it("tells of a transaction that waits, of a view that lacks votes, and that it is final in the end", async () => {
      const [rich, other] = network.list.accounts;
      const wallet = openWallet(rich?.secretKey ?? "");
      assert.ok(wallet.ok && other !== undefined);
      for (const node of [2, 3]) network.pause(node);
      const sent = await sendTransfer({
        ...{ rpc: network.client(0), from: wallet.value, waitFor: "admitted" },
        payments: [{ to: other.address, amount: 1n }],
      });
      assert.ok(sent.ok);
      const origin = originOf(network, 0);
      const opened = await openTab(browser, origin);
      const { tab } = opened;
      await goTo(opened, origin, `#/transaction/${sent.value.transaction.id}`, /^Transaction$/);
      await tab.getByText("it was admitted, and waits for a block").waitFor();
      await goTo(opened, origin, "#/consensus", /^Consensus$/);
      await tab.getByText("not before it begins: it waits for 3 members to ask for it").waitFor();
      await goTo(opened, origin, `#/transaction/${sent.value.transaction.id}`, /^Transaction$/);
      for (const node of [2, 3]) network.resume(node);
      await tab.getByText("it is in a block that a quorum has decided").waitFor();
      await checkFaultless(opened);
      await opened.close();
    });

    it("shows how a killed primary is replaced, while it is open", async () => {
      await pay(network, 1);
      const { primary, view } = await network.pbft(1);
      const dead = network.nodes.findIndex(({ name }) => name === primary);
      const watcher = (dead + 1) % 4;
      const opened = await openTab(browser, originOf(network, watcher), { width: 960 });
      const { tab } = opened;
      await goTo(opened, originOf(network, watcher), "#/consensus", /^Consensus$/);
      const row = (name: string) => tab.getByRole("row", { name: new RegExp(`^${name}\\b`) });
      await row(primary).getByText("proposes").waitFor();
      await row(primary).getByText("ready").waitFor();
      for (let more = 0; more < 3; more++) await pay(network, watcher);
      const { height } = await network.client(watcher).call("chain_head", {});
      await tab
        .getByText(new RegExp(`Block ${height} is final after`))
        .first()
        .waitFor();

      await network.kill(dead);
      await row(primary).getByText("disconnected").waitFor();
      const id = await pay(network, watcher);
      const after = await network.pbft(watcher);
      assert.ok(after.view > view && after.primary !== primary);
      await tab
        .getByText(/^view change$/)
        .first()
        .waitFor();
      await row(after.primary).getByText("proposes").waitFor();
      await row(primary).getByText("proposes").waitFor({ state: "detached" });
      const block = new RegExp(
        `Block ${height + 1} is final.*proposed by ${after.primary} in view ${after.view}`,
      );
      const told = await tab.getByText(block).textContent();
      assert.match(told ?? "", / after \d+\.\d s, /, "with the second that the dead primary cost");
      await tab.getByText(new RegExp(`Block ${height + 1}: view ${after.view} begins`)).waitFor();
      await tab.getByText(new RegExp(`Height ${height + 2} is decided by`)).waitFor();
      await picture(tab, "view-change");

      await goTo(opened, originOf(network, watcher), `#/transaction/${id}`, /^Transaction$/);
      await tab.getByText("it is in a block that a quorum has decided").waitFor();
      await checkFaultless(opened);
      await opened.close();
    });
  });

  it("is not there where the node is told so", () =>
    withNetwork({ validators: 1, flags: ["--rpc-explorer", "false"] }, async (network) => {
      const answer = await fetch(`${originOf(network, 0)}/`);
      assert.equal(answer.status, 404);
      assert.match(await answer.text(), /POST JSON-RPC/);
    }));

  it("asks for a token where the node wants one, and keeps it out of addresses", async () => {
    const token = "a-token-of-this-test";
    const server = await open(
      {},
      { page: await readPage(fileURLToPath(PAGE_FOLDER)), tokens: { read: token } },
    );
    const origin = `http://127.0.0.1:${server.port}`;
    const opened = await openTab(browser, origin);
    const { tab } = opened;
    const addresses: string[] = [];
    tab.on("request", (request) => addresses.push(request.url()));
    await tab.goto(origin);
    await tab.getByRole("heading", { name: "This node wants a token" }).waitFor();
    await tab.getByLabel("Token").fill("another-token-than-that");
    await tab.keyboard.press("Enter");
    await tab.getByText("The node does not know the token").waitFor();
    await tab.getByLabel("Token").fill(token);
    await tab.keyboard.press("Enter");
    await tab.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    await tab.getByText("live", { exact: true }).waitFor();
    await tab.reload();
    await tab.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    const kept = await tab.evaluate<readonly string[]>(
      "[JSON.stringify(sessionStorage), JSON.stringify(localStorage)]",
    );
    assert.ok(kept[0]?.includes(token) && !kept[1]?.includes(token));
    assert.ok(![...addresses, tab.url()].some((address) => address.includes(token)));
    assert.deepEqual(server.bugs, []);
    await opened.close();
  });
});
