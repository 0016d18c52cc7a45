/**
 * Before packing: what `c/malloc.c` includes is copied beside it, so that a C program can take all of it from the tarball.
 *
 *     packages/engine-c/src/*, its ariax.h, src-c/grow.c ──▶ c/engine/*        Git ignores them
 */
import { cpSync, rmSync } from "node:fs";

const here = (path: string): URL => new URL(`../${path}`, import.meta.url);
rmSync(here("c/engine"), { recursive: true, force: true });
cpSync(here("../engine-c/src"), here("c/engine"), { recursive: true });
for (const file of ["../engine-c/include/ariax.h", "src-c/grow.c"]) {
  cpSync(here(file), here(`c/engine/${file.slice(file.lastIndexOf("/"))}`));
}
