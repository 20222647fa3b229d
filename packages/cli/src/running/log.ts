// The log of a node: on standard error, as lines for people or as JSON lines. Nothing secret ever gets into it.
import { pino } from "pino";
import pretty from "pino-pretty";
import type { NodeConfig } from "../config/fields.ts";

/** A logger as pino makes it. */
export type Logger = pino.Logger;

const STANDARD_ERROR = 2;

/** Opens the log. Written at once, so that the last line before an end is there. */
export function openLog({ log }: NodeConfig): Logger {
  const { level, format } = log;
  const options: pino.LoggerOptions = { level, base: null };
  if (format === "json") return pino(options, pino.destination({ dest: STANDARD_ERROR, sync: true }));
  const stream = pretty({
    destination: STANDARD_ERROR,
    sync: true,
    colorize: process.stderr.isTTY,
    translateTime: "HH:MM:ss.l",
    singleLine: true,
    hideObject: false,
  });
  return pino(options, stream);
}
