/**
 * What users don't need is not packed: a manifest without the fields of development. pnpm calls it for each tarball, in `pnpm pack`
 * and for what the release packs by it.
 */
export const hooks = {
  beforePacking({ devDependencies: _, scripts: __, ...manifest }) {
    return manifest;
  },
};
