// What `witan simulate --list` names, each with a line of explanation.
import {
  ALSO,
  BPFP_MUTATIONS,
  BPFP_NODE_MUTATIONS,
  FAULTS,
  LEVEL_NAMES,
  type LevelName,
  MUTATIONS,
  type Named,
  NETWORKS,
  NODE_MUTATIONS,
  POW_MUTATIONS,
  PROTOCOLS,
  SPECIMENS,
} from "@witan/simulator";
import { printResult, type Streams, table } from "../output.ts";
import { ATTACKS } from "./attack-task.ts";

/** Prints all that can be asked for by name, and what is checked. */
export function showList(streams: Streams, json: boolean): void {
  const protocols = Object.entries(PROTOCOLS).map(([name, protocol]) => ({
    ...{ name, says: protocol.says },
    levels: LEVEL_NAMES.flatMap((level) => {
      const found = protocol.levels[level];
      if (found === undefined) return [];
      const { says, adversaries, checks } = found;
      const own = { adversaries: adversaries.map(plain), checks: checks.map(plain) };
      return [{ name: level as string, says, ...own }];
    }),
    scenarios: protocol.scenarios.map(plain),
    variants: (protocol.variants ?? []).map(plain),
  }));
  const specimens = Object.entries(SPECIMENS).flatMap(([protocol, table]) =>
    Object.entries(table).map(([name, { says, fails }]) => ({ name, protocol, says, fails })),
  );
  const mutations = [
    ...mutationsOf("pbft", "engines", MUTATIONS),
    ...mutationsOf("pbft", "nodes", NODE_MUTATIONS),
    ...mutationsOf("bp-fast-paxos", "engines", BPFP_MUTATIONS),
    ...mutationsOf("bp-fast-paxos", "nodes", BPFP_NODE_MUTATIONS),
    ...mutationsOf("pow", "engines", POW_MUTATIONS),
  ];
  const attacks = Object.entries(ATTACKS).map(([name, { says }]) => ({ name, says }));
  const of = (protocol: string, level: LevelName) =>
    mutations.filter((one) => one.protocol === protocol && one.level === level);
  const all = {
    protocols,
    specimens,
    mutations,
    attacks,
    networks: NETWORKS.map(plain),
    faults: FAULTS.map(plain),
    also: ALSO.map(plain),
  };
  printResult(streams, json, all, () => [
    ...section("protocols (--consensus)", protocols),
    ...protocols.flatMap(({ name, levels, scenarios, variants }) => [
      ...section(`variants of ${name} (--variant)`, variants),
      ...section(`levels of ${name} (--level)`, levels),
      ...levels.flatMap((level) =>
        section(`adversaries of ${name}, ${level.name} (--adversary)`, level.adversaries),
      ),
      ...levels.flatMap((level) => section(`checks of ${name}, ${level.name}`, level.checks)),
      ...section(
        name === "pbft"
          ? `scenarios of ${name}, accidents of other implementations (--scenario)`
          : `scenarios of ${name}, scenes for those who learn it (--scenario)`,
        scenarios,
      ),
      ...section(
        `specimens of ${name}, designs that fail (--specimen)`,
        specimens
          .filter(({ protocol }) => protocol === name)
          .map((one) => ({ name: one.name, says: `${one.says}. Fails by: ${one.fails}` })),
      ),
      ...section(
        `mutations of ${name}, engines and their hosts, each without a rule: tests run them, and checks find them`,
        of(name, "engines"),
      ),
      ...section(`mutations of ${name}, whole nodes, found by tests in the same way`, of(name, "nodes")),
    ]),
    ...section("attacks on proof of work (--consensus pow --attack)", attacks),
    ...section("networks (--network)", NETWORKS),
    ...section("faults", FAULTS),
    ...section("counted besides, and no faults", ALSO),
  ]);
}

type Mutations = Readonly<Record<string, { readonly says: string; readonly checks: readonly string[] }>>;

function mutationsOf(protocol: string, level: LevelName, table: Mutations) {
  return Object.entries(table).map(([name, { says, checks }]) => ({
    ...{ name, protocol, level, says },
    checks: [...checks],
  }));
}

function plain({ name, says }: Named): { name: string; says: string } {
  return { name, says };
}

/** Nothing where there is nothing. */
function section(title: string, named: readonly Named[]): readonly string[] {
  if (named.length === 0) return [];
  return [`${title}:`, ...table(named.map(({ name, says }) => [`  ${name}`, says])), ""];
}
