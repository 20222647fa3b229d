// Gives each of the processes that run tests side by side ports of its own to look among: `WITAN_PORTS` of packages/lab. Loaded
// by .mocharc.json before any test.
const { MOCHA_WORKER_ID: worker, WITAN_PORTS: told } = process.env;

const [FIRST, EACH, PARTS] = [20_000, 3_000, 4];

if (worker !== undefined && told === undefined) {
  const first = FIRST + (Number(worker) % PARTS) * EACH;
  process.env["WITAN_PORTS"] = `${first}-${first + EACH}`;
}

export {};
