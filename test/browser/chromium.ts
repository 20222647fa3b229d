// Debian's Chromium for tests, and pages for it to load. A machine without Chromium fails these tests, and says how to get it.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { DEADLINE_MS } from "../network/conditions.ts";

const PROGRAM = process.env["WITAN_CHROMIUM"] ?? "/usr/bin/chromium";

/** Starts Chromium; close it. */
export function startChromium(): Promise<Browser> {
  const how = "install it (apt-get install chromium), or name another one in WITAN_CHROMIUM";
  assert.ok(
    existsSync(PROGRAM),
    `there is no Chromium at ${PROGRAM}, which the tests of the browser need: ${how}`,
  );
  // In a container there is no room for Chromium's own sandbox; the pages are ours.
  const args = ["--no-sandbox", "--disable-gpu"];
  return chromium.launch({ executablePath: PROGRAM, args, timeout: DEADLINE_MS });
}

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
};

/** Serves the files of a folder on a port of this machine. */
export async function serveFolder(folder: string): Promise<{ readonly origin: string; close(): void }> {
  const server = createServer(async ({ url = "/" }, response) => {
    const path = normalize(url === "/" ? "/index.html" : url);
    try {
      const bytes = await readFile(join(folder, path));
      response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream" });
      response.end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
