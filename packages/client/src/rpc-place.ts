// Where a node is: its address and token, checked before anything is sent. A wrong address may hold a password, so it is
// not repeated.
import { RpcConnectionError } from "./rpc-failures.ts";

/** The address of a node. */
export interface RpcPlace {
  /** As `fetch` takes it. */
  readonly href: string;
  /** As `WebSocket` takes it. */
  readonly socket: string;
  /** As messages show it: without a query. */
  readonly shown: string;
}

const SCHEMES = ["http:", "https:", "ws:", "wss:"];

/**
 * Reads an address, of HTTP or WebSocket: both are one port.
 * @throws {RpcConnectionError} `url-invalid` or `token-invalid`, if it could never reach a node
 */
export function placeOf(text: string, token: string | undefined): RpcPlace {
  const parsed = URL.canParse(text) ? new URL(text) : undefined;
  const fault = urlFault(parsed);
  if (parsed === undefined || fault !== undefined) {
    const message = `The address of the node ${fault}: write it as http://HOST:PORT, http://127.0.0.1:9545 say.`;
    throw new RpcConnectionError("url-invalid", message, { url: "" });
  }
  parsed.hash = "";
  const href = parsed.href.replace(/^ws/, "http");
  const shown = href.slice(0, href.length - parsed.search.length).replace(/\/$/, "");
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token)) {
    const message = `The token for ${shown} has spaces, line breaks or none of the characters that tokens have: copy it whole, and nothing else.`;
    throw new RpcConnectionError("token-invalid", message, { url: shown });
  }
  return { href, socket: href.replace(/^http/, "ws"), shown };
}

function urlFault(url: URL | undefined): string | undefined {
  if (url === undefined) return "is no URL";
  if (!SCHEMES.includes(url.protocol)) return `has the scheme ${url.protocol.slice(0, -1)}`;
  return url.username + url.password === ""
    ? undefined
    : "has a user or password in it, where a node takes a token";
}

/** What tells one node from another: host and port, whatever the scheme and path. */
export function placeOfNode(url: string): string {
  if (!URL.canParse(url)) return url;
  const { protocol, hostname, port } = new URL(url);
  const isSecure = protocol === "https:" || protocol === "wss:";
  return hostname === "" ? url : `${hostname}:${port === "" ? (isSecure ? 443 : 80) : port}`;
}
