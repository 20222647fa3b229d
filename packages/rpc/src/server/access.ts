// Who may ask: by Host, by Origin, by token. Decided before a byte of the body is read.
//
// Host: a web page can make its own name stand for 127.0.0.1 (DNS rebinding), and then is of the same origin as this
// server, as far as the browser knows; but the browser still sends the page's name as Host. Names are allowed from a
// list, therefore. An address in digits is no name, and can't be rebound.
// Origin: what a browser sends along for a page. Programs send none.
import { createHash, timingSafeEqual } from "node:crypto";
import { isIP } from "node:net";
import type { ErrorReason } from "../errors.ts";
import { RPC_ROLES, type RpcRole } from "../method.ts";
import { RpcServerError } from "./failure.ts";
import { formatAddress, isLoopback, type ListenAddress } from "./listen.ts";
import type { RpcTokens } from "./options.ts";

/** Characters of a token: below that it could be guessed. */
const TOKEN_LENGTH_MIN = 16;
const LOOPBACK_NAMES = ["localhost", "127.0.0.1", "::1"];

/** The headers that decide. */
export interface AccessHeaders {
  readonly host?: string | undefined;
  readonly origin?: string | undefined;
  readonly authorization?: string | undefined;
}

/** A caller's role, or why there is none. */
export type RoleAnswer =
  | { readonly ok: true; readonly role: RpcRole }
  | { readonly ok: false; readonly reason: "token-needed" | "token-unknown" };

/** The rules of one server. */
export class Access {
  readonly #isWide: boolean;
  readonly #names: ReadonlySet<string>;
  readonly #origins: ReadonlySet<string>;
  readonly #tokens: readonly { readonly role: RpcRole; readonly digest: Uint8Array }[];
  /** Of who shows no token. */
  readonly #roleWithout: RpcRole | undefined;

  /** @throws {RpcServerError} `token-needed`, `token-invalid`, `origin-invalid` */
  constructor(address: ListenAddress, tokens: RpcTokens, allowedOrigins: readonly string[]) {
    const where = formatAddress(address);
    this.#isWide = !isLoopback(address.host);
    this.#tokens = digestsOf(tokens, where);
    this.#origins = new Set(allowedOrigins.map((origin) => checkOrigin(origin, where)));
    const named = allowedOrigins.map((origin) => bare(new URL(origin).host) ?? "");
    this.#names = new Set([...LOOPBACK_NAMES, address.host, ...named]);
    if (this.#isWide && this.#tokens.length === 0) throw tokenNeeded(where);
    this.#roleWithout = roleWithout(this.#isWide, tokens);
  }

  /** Whether a request that names this host, on behalf of this origin's page, is read at all. */
  refusal({ host, origin }: AccessHeaders): Extract<ErrorReason, `${string}-not-allowed`> | undefined {
    const name = bare(host ?? "");
    if (name === undefined || !this.#isAllowedHost(name)) return "host-not-allowed";
    return origin === undefined || this.#isOwn(origin, host) || this.#origins.has(origin)
      ? undefined
      : "origin-not-allowed";
  }

  /** What the caller may do. */
  role({ authorization }: AccessHeaders): RoleAnswer {
    if (this.#tokens.length > 0 && authorization !== undefined) {
      const [, token] = /^Bearer +([!-~]+) *$/i.exec(authorization) ?? [];
      const role = token === undefined ? undefined : this.#roleOf(token);
      return role === undefined ? { ok: false, reason: "token-unknown" } : { ok: true, role };
    }
    return this.#roleWithout === undefined
      ? { ok: false, reason: "token-needed" }
      : { ok: true, role: this.#roleWithout };
  }

  #isAllowedHost(name: string): boolean {
    return this.#names.has(name) || (this.#isWide && isIP(name) !== 0);
  }

  /** The page came from here: its origin is the very host and port that it asks. A proxy before us may speak TLS. */
  #isOwn(origin: string, host: string | undefined): boolean {
    return origin === `http://${host}` || origin === `https://${host}`;
  }

  /** All tokens are compared, and in constant time: how long it takes says nothing about any of them. */
  #roleOf(token: string): RpcRole | undefined {
    const digest = digestOf(token);
    let found: RpcRole | undefined;
    for (const known of this.#tokens) if (timingSafeEqual(known.digest, digest)) found = known.role;
    return found;
  }
}

/** Whether the second role is enough for what asks for the first. */
export function isEnough(wanted: RpcRole, role: RpcRole): boolean {
  return RPC_ROLES.indexOf(role) >= RPC_ROLES.indexOf(wanted);
}

/** On loopback everyone may do everything, or read if there are tokens, unless there is one for reading too. */
function roleWithout(isWide: boolean, tokens: RpcTokens): RpcRole | undefined {
  if (isWide || tokens.read !== undefined) return undefined;
  return tokens.submit === undefined && tokens.operate === undefined ? "operate" : "read";
}

/** The host of a Host header, without port and brackets, in lower case; undefined if it has not the form of one. */
function bare(host: string): string | undefined {
  const [, inner, plain] =
    /^(?:\[([0-9a-f:.]+)\]|([0-9a-z.-]+))(?::[0-9]{1,5})?$/.exec(host.toLowerCase()) ?? [];
  return inner ?? plain;
}

function digestOf(token: string): Uint8Array {
  return createHash("sha256").update(token).digest();
}

function digestsOf(tokens: RpcTokens, where: string) {
  const given = RPC_ROLES.flatMap((role) => {
    const token = tokens[role];
    return token === undefined ? [] : [{ role, token }];
  });
  for (const { role, token } of given) {
    if (token.length >= TOKEN_LENGTH_MIN && /^[!-~]+$/.test(token)) continue;
    const message = `the token for ${role} has ${token.length} characters; it must have at least ${TOKEN_LENGTH_MIN}, printable ASCII without spaces: make one of 32 random bytes in hex`;
    throw new RpcServerError("token-invalid", where, message);
  }
  if (new Set(given.map(({ token }) => token)).size < given.length) {
    const message =
      "two roles have the same token, so that it does not say what its owner may do; make another";
    throw new RpcServerError("token-invalid", where, message);
  }
  return given.map(({ role, token }) => ({ role, digest: digestOf(token) }));
}

function tokenNeeded(where: string): RpcServerError {
  const message = `the RPC would listen on ${where}, where other machines reach it, and let everyone in; set rpc.readTokenFile, rpc.submitTokenFile or rpc.operateTokenFile, or listen on 127.0.0.1`;
  return new RpcServerError("token-needed", where, message);
}

function checkOrigin(origin: string, where: string): string {
  if (URL.canParse(origin) && new URL(origin).origin === origin && /^https?:/.test(origin)) return origin;
  const message = `rpc.allowedOrigins has "${origin}", which is no origin; write https://HOST or http://HOST:PORT, with nothing behind it`;
  throw new RpcServerError("origin-invalid", where, message);
}
