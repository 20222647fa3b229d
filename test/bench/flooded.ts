// Prints what bad requests cost validators under full load. Run by hand: npm run bench:flooded -- [ROUNDS [TRANSACTIONS]]
import { floodedText, measureFlooded } from "./flooded-bench.ts";

const [rounds = 3, transactions = 20_000] = process.argv.slice(2).map(Number);
console.log(floodedText(await measureFlooded(rounds, transactions)));
