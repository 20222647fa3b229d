// Ports of the loopback address: which are free, and finding some. What is free now may be taken a moment later: whoever
// listens must still be ready for a refusal.
import { randomInt } from "node:crypto";
import { createServer } from "node:net";
import { LabFailure } from "./lab-failure.ts";

const LOOPBACK = "127.0.0.1";
/**
 * Where ports are looked for: below the range from which systems give outgoing connections theirs (Linux: from 32,768).
 * Else a connection could take the port of a node while that node is down, and it could not come back.
 */
const FIRST = 20_000;
const LAST = 32_000;
/**
 * Who runs several programs that look for ports at the same moment, such as tests side by side, gives each a range of its
 * own, as in `WITAN_PORTS=20000-23000`: what one has found another may take before it is listened on.
 */
const RANGE = "WITAN_PORTS";
/** Tries for each port wanted; with a twelfth of the range free, less than one search in a thousand fails. */
const TRIES = 100;

/** Whether a port of the loopback address can be listened on now. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: LOOPBACK, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/**
 * Different ports of the loopback address that are free now.
 * @param others ports that are spoken for, though nobody listens there yet
 * @throws {LabFailure} `ports-in-use` if there seem to be too few
 */
export async function freePorts(count: number, others: readonly number[] = []): Promise<readonly number[]> {
  const found = new Set<number>();
  const [first, last] = range(process.env[RANGE]);
  for (let tries = 0; found.size < count; tries++) {
    if (tries > TRIES * count)
      throw new LabFailure(
        "ports-in-use",
        `found ${found.size} of ${count} free ports between ${first} and ${last}: end programs that listen there`,
      );
    const port = randomInt(first, last);
    if (!found.has(port) && !others.includes(port) && (await isPortFree(port))) found.add(port);
  }
  return [...found];
}

function range(told: string | undefined): readonly [number, number] {
  if (told === undefined || told === "") return [FIRST, LAST];
  const [, first = 0, last = 0] = /^(\d{1,5})-(\d{1,5})$/.exec(told)?.map(Number) ?? [];
  if (first > 0 && first < last && last <= 65_535) return [first, last];
  throw new LabFailure(
    "ports-in-use",
    `${RANGE}=${told} is no range of ports: expected as in ${RANGE}=20000-23000`,
    {
      fault: "input",
    },
  );
}
