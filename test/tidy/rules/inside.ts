// Inside a package: nobody goes in by the front door, out over the fence, or into the tests.
import type { House, Rule, Source } from "../house.ts";
import { type Import, isRelative, join, targetsOf } from "../imports.ts";

function checkImport(house: House, source: Source, each: Import): string | undefined {
  const { specifier } = each;
  const { packageName } = source;
  if (packageName === undefined) return undefined;
  if (specifier === `@witan/${packageName}` || specifier.startsWith(`@witan/${packageName}/`)) {
    return `${specifier} is this package; import the file that declares the name`;
  }
  if (!isRelative(specifier)) return undefined;
  const path = join(source.path, specifier);
  if (!path.startsWith(`packages/${packageName}/`)) {
    const other = /^packages\/([^/]+)\//.exec(path)?.[1];
    if (other !== undefined) return `${specifier} reaches over the fence; import @witan/${other}`;
    return `${specifier} lies outside the packages; production code needs nothing from there, move it here`;
  }
  // What is started, and not imported by others, may begin at the door: bin/ is outside of src/.
  const isInSource = source.path.startsWith(`packages/${packageName}/src/`);
  const isIndex = targetsOf(house, source, each).some((target) => /\/index\.tsx?$/.test(target));
  if (isInSource && isIndex)
    return `${specifier} is an index, made for others; import the file that declares the name`;
  return undefined;
}

/** Imports inside a package go straight to the file. */
export const inside: Rule = {
  name: "imports inside a package",
  check: (house) =>
    [...house.sources.values()].flatMap((source) =>
      source.imports.flatMap((each) => {
        const message = checkImport(house, source, each);
        return message === undefined ? [] : [{ file: source.path, line: each.line, message }];
      }),
    ),
};
