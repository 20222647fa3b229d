// The web page that a node serves beside the RPC: the files of one folder, read once at the start and answered from
// memory. No other file can be asked for, whatever an address looks like. Knows nothing of what is in them.
import { readdir, readFile } from "node:fs/promises";
import { extname, join, relative } from "node:path";
import type { FastifyInstance, FastifyReply } from "fastify";

/** A file as it is answered. */
export interface PageFile {
  readonly type: string;
  readonly body: Uint8Array;
  readonly cache: string;
}

/** The page: its files by the path they are asked for. */
export type Page = ReadonlyMap<string, PageFile>;

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".json": "application/json; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
};
/** Files there have a hash of their content in their names. */
const HASHED = "/assets/";

/**
 * Nothing from elsewhere, no inline scripts, nobody may frame it. It asks this server alone: by HTTP, and by WebSocket,
 * which browsers do not all take for "self".
 */
const POLICY = (host: string): string =>
  [
    "default-src 'none'",
    // Hashing of SSZ is WASM; this allows that, and no functions made of text.
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "img-src 'self'",
    `connect-src 'self' ws://${host} wss://${host}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");

const NOT_BUILT = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Witan</title>
<p>The page of this node was not built. Where it was installed from its sources, run <code>npm run build --workspace=@witan/explorer</code>, and start the node again.</p>
<p>Programs ask this address by JSON-RPC: <code>POST /</code> with <code>{"jsonrpc":"2.0","id":1,"method":"node_status"}</code>.</p>
</html>
`;

/** Reads the files of a folder; where there are none, a page that says how they are made. */
export async function readPage(folder: string): Promise<Page> {
  const page = new Map<string, PageFile>();
  for (const path of await filesIn(folder)) {
    const type = TYPES[extname(path)];
    if (type === undefined) continue;
    const name = `/${path.replaceAll("\\", "/")}`;
    const cache = name.startsWith(HASHED) ? "public, max-age=31536000, immutable" : "no-cache";
    const body = await contentOf(join(folder, path));
    if (body !== undefined) page.set(name, { type, body, cache });
  }
  const index = page.get("/index.html") ?? {
    type: TYPES[".html"] as string,
    body: new TextEncoder().encode(NOT_BUILT),
    cache: "no-store",
  };
  page.delete("/index.html");
  page.set("/", index);
  return page;
}

/** What can't be read, or is just being built anew, is not served: a node must not fail to start for its page. */
async function contentOf(file: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(file);
  } catch {
    return undefined;
  }
}

async function filesIn(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  } catch {
    return [];
  }
}

/** Whether an address, as a request names it, is that of a file of the page. */
export function isOfPage(page: Page | undefined, url: string): boolean {
  return page?.has(url.split("?", 1)[0] ?? "") === true;
}

/** Has a server answer for each file of a page, whoever asks: there is nothing in it that a reader of the RPC gets. */
export function servePage(app: FastifyInstance, page: Page): void {
  for (const [path, file] of page)
    app.route({
      ...{ method: ["GET", "HEAD"], url: path },
      handler: (request, reply) => sendFile(reply, file, request.headers.host ?? ""),
    });
}

function sendFile(reply: FastifyReply, { type, body, cache }: PageFile, host: string): FastifyReply {
  return reply
    .header("content-type", type)
    .header("cache-control", cache)
    .header("content-security-policy", POLICY(host))
    .header("referrer-policy", "no-referrer")
    .header("x-content-type-options", "nosniff")
    .header("cross-origin-opener-policy", "same-origin")
    .header("cross-origin-resource-policy", "same-origin")
    .send(body);
}
