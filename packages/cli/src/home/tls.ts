// The certificate and key with which the RPC shows itself, as files hold them.
import { stat } from "node:fs/promises";
import type { RpcTls } from "@witan/rpc/server";
import { badInput } from "../exit.ts";
import { fileFailure, readText } from "../files.ts";

/** Reads certificate and key; undefined: there are none. @throws {CommandFailure} `tls` if others may read the key */
export async function readTls(files: {
  readonly tlsCertFile: string;
  readonly tlsKeyFile: string;
}): Promise<RpcTls | undefined> {
  const { tlsCertFile, tlsKeyFile } = files;
  if (tlsCertFile === "" || tlsKeyFile === "") return undefined;
  if ((await modeOf(tlsKeyFile)) & 0o077)
    throw badInput("tls", `others can reach the key in ${tlsKeyFile}: run chmod 600 ${tlsKeyFile}`);
  const [cert, key] = await Promise.all([readText(tlsCertFile), readText(tlsKeyFile)]);
  return { cert, key };
}

async function modeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).mode;
  } catch (error) {
    throw fileFailure("reading", path, error);
  }
}
