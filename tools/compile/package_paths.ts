/**
 * Names the packages in a bundle by what they are, not by where they lie: the
 * same sources then give the same bundle on every machine, and it tells nothing
 * of the one that built it.
 *
 * @param bundle The text of a bundle.
 * @param cache Where npm packages are kept, as the bundle names it: relative to
 * the folder it was made in.
 */
export function withPackageNames(bundle: string, cache: string): string {
  // Below it are a folder for the registry, the package and its version.
  const start = cache.replaceAll("\\", "/").replaceAll(
    /[^\w/]/g,
    (character) => `\\${character}`,
  );
  const place = new RegExp(
    `${start}/[^"\\n]*?((?:@[^/"\\n]+/)?[^/"\\n]+/\\d+\\.\\d+\\.\\d+)`,
    "g",
  );
  return bundle.replaceAll(place, "npm:$1");
}
