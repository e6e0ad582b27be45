/** Makes `outDir`/geo from the geo packages in `root`/node_modules; `cacheDir` keeps results between builds. */
export function generate(where: {
  root: string;
  outDir: string;
  cacheDir: string;
}): Promise<{ places: string; networks: string; kinds: string }>;
