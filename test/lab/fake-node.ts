// Stands for `witan` where only its manners as a process matter. The first argument says how it behaves, as JSON; what
// follows is what `witan` would be given, and is written to the log.
interface Behaviour {
  /** Says that it is ready; otherwise says nothing. */
  readonly ready?: boolean;
  /** Says this failure and ends with its code. */
  readonly fails?: { readonly code: number; readonly [field: string]: unknown };
  /** Ends with this code at once. */
  readonly ends?: number;
  /** Does not stop when asked to. */
  readonly stubborn?: boolean;
  /** Reports so many blocks once it is ready. */
  readonly blocks?: number;
  /** Says that it is ready and is gone. */
  readonly gone?: boolean;
}

const [behaviour = "{}", ...argv] = process.argv.slice(2);
const how = JSON.parse(behaviour) as Behaviour;

function say(line: unknown): void {
  process.stdout.write(`${typeof line === "string" ? line : JSON.stringify(line)}\n`);
}

process.stderr.write(`given ${argv.join(" ")}\n`);
if (argv.includes("--exit-with-parent")) {
  process.stdin.on("end", () => process.exit(0));
  process.stdin.on("close", () => process.exit(0));
  process.stdin.resume();
}
for (const signal of ["SIGTERM", "SIGINT"] as const)
  process.on(signal, () => {
    process.stderr.write(`heard ${signal}\n`);
    if (!how.stubborn) process.exit(0);
  });
if (how.fails) {
  say({ error: how.fails });
  process.exit(how.fails.code);
} else if (how.ends !== undefined) {
  process.stderr.write("the last words\n");
  process.exit(how.ends);
} else if (how.ready) {
  const { pid } = process;
  say("not JSON at all");
  say({ event: "else" });
  say({ event: "ready", rpc: "http://127.0.0.1:1", p2p: ["127.0.0.1:2"], chainId: "ab", height: 0, pid });
  for (let height = 1; height <= (how.blocks ?? 0); height++)
    say({ event: "block", height, transactions: height, transfers: height, timestamp: 1000 * height });
  if (how.gone) process.exit(5);
} else {
  process.stderr.write("waits\n");
}
// Whoever does not end by then was forgotten by a test.
setTimeout(() => process.exit(9), 60_000).unref();
setInterval(() => {}, 1000);
