// The node's page in Chromium, for its tests: opened and watched. Whatever it does that no page of ours may do is gathered:
// requests to elsewhere, breaches of the policy, errors, failures on the screen.
import assert from "node:assert/strict";
import { mkdir, readdir, readFile, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openWallet, sendTransfer } from "@witan/client";
import type { Browser, Page } from "playwright-core";
import { build } from "vite";
import type { TestNetwork } from "../network/harness.ts";

const require = createRequire(import.meta.url);
const PROJECT = fileURLToPath(new URL("../../packages/explorer/", import.meta.url));

/** Where pictures of pages are put, for people to look at; empty: nowhere. */
const PICTURES = process.env["WITAN_PICTURES"] ?? "";

/** How long the page may take to show what is waited for. */
export const SHOWN_MS = 30_000;

/** What the page is built from. */
const BUNDLED = ["explorer", "client", "rpc", "ledger", "crypto", "primitives"];

/** Builds the page, if it is not built as its sources are now. */
export async function buildPage(): Promise<void> {
  const built = await stat(join(PROJECT, "dist/page/index.html")).catch(() => undefined);
  const sources = ["index.html", "vite.config.ts", "public", ...BUNDLED.map((name) => `../${name}/src`)];
  const newest = Math.max(...(await Promise.all(sources.map((path) => newestIn(join(PROJECT, path))))));
  if (built === undefined || built.mtimeMs < newest) await build({ root: PROJECT, logLevel: "error" });
}

/** When a file, or one in a folder, was changed last. */
async function newestIn(path: string): Promise<number> {
  const found = await stat(path);
  if (!found.isDirectory()) return found.mtimeMs;
  const names = await readdir(path, { recursive: true });
  const times = await Promise.all(names.map(async (name) => (await stat(join(path, name))).mtimeMs));
  return Math.max(...times);
}

/** A page in a tab, and what it did wrong. */
export interface Opened {
  readonly tab: Page;
  readonly faults: string[];
  close(): Promise<void>;
}

/** Where a node's page is. */
export function originOf(network: TestNetwork, node: number): string {
  return network.client(node).url;
}

/** Pays through a node, and waits until it is final. Gives the transaction's id. */
export async function pay(network: TestNetwork, node: number): Promise<string> {
  const [rich, other] = network.list.accounts;
  const wallet = openWallet(rich?.secretKey ?? "");
  assert.ok(wallet.ok && other !== undefined);
  const payments = [{ to: other.address, amount: 150_000_000n }];
  const sent = await sendTransfer({ rpc: network.client(node), from: wallet.value, payments });
  assert.ok(sent.ok && sent.value.outcome.status === "final");
  return sent.value.transaction.id;
}

/** Leaves a picture of a page, whole, if somebody wants to look at them. */
export async function picture(tab: Page, name: string): Promise<void> {
  if (PICTURES === "") return;
  await mkdir(PICTURES, { recursive: true });
  await tab.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
}

/** Runs in the page: gathers in `told` what nobody sees from outside. In text, for these tests know no browser's types. */
const WATCH = `
  globalThis.told = [];
  document.addEventListener("securitypolicyviolation", (event) => {
    told.push("policy: " + event.violatedDirective + " " + event.blockedURI);
  });
  new MutationObserver(() => {
    const failure = document.querySelector(".failure");
    if (failure !== null) told.push("failure: " + failure.textContent);
  }).observe(document, { childList: true, subtree: true });
`;

/** Opens a tab on an address of a node. */
export async function openTab(
  browser: Browser,
  origin: string,
  { width = 1280, scheme = "light" as "light" | "dark" } = {},
): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme: scheme });
  context.setDefaultTimeout(SHOWN_MS);
  const tab = await context.newPage();
  const faults: string[] = [];
  tab.on("pageerror", ({ message }) => faults.push(`error: ${message}`));
  tab.on("console", (line) => {
    if (line.type() === "error") faults.push(`console: ${line.text()}`);
  });
  tab.on("request", (request) => {
    if (new URL(request.url()).origin !== origin) faults.push(`request: ${request.url()}`);
  });
  tab.on("websocket", (socket) => {
    if (new URL(socket.url()).host !== new URL(origin).host) faults.push(`socket: ${socket.url()}`);
  });
  await tab.addInitScript({ content: WATCH });
  return { tab, faults, close: () => context.close() };
}

/** Asserts that a page did nothing wrong so far. */
export async function checkFaultless({ tab, faults }: Opened): Promise<void> {
  const told = await tab.evaluate<readonly string[]>("globalThis.told");
  assert.deepEqual([...faults, ...told], []);
}

/** Goes to an address within the page, and waits for its heading and for an end of asking. */
export async function goTo(
  { tab }: Opened,
  origin: string,
  fragment: string,
  heading: RegExp,
): Promise<void> {
  await tab.goto(`${origin}/${fragment}`);
  await tab.getByRole("heading", { level: 1, name: heading }).waitFor();
  await tab.locator("main", { hasText: "Asking for" }).waitFor({ state: "detached" });
}

/** What axe finds that is serious or critical. */
export async function seriousFindings({ tab }: Opened): Promise<readonly string[]> {
  if (!(await tab.evaluate<boolean>("'axe' in globalThis"))) {
    const axe = await readFile(require.resolve("axe-core/axe.min.js"), "utf8");
    // Through the debugger: the page's policy would not have it.
    const debug = await tab.context().newCDPSession(tab);
    await debug.send("Runtime.evaluate", { expression: axe });
    await debug.detach();
  }
  return tab.evaluate(async () => {
    interface Violation {
      readonly impact: string;
      readonly id: string;
      readonly nodes: readonly { readonly failureSummary: string; readonly html: string }[];
    }
    const { axe } = globalThis as unknown as {
      readonly axe: {
        run(options: object): Promise<{ readonly violations: readonly Violation[] }>;
      };
    };
    // What passes need not be written down.
    const { violations } = await axe.run({ resultTypes: ["violations"] });
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`);
  });
}
