/** A new heap in memory that was mapped for it: what is zero already is not written, so next to nothing is in RAM. */
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { NativeAllocator, whyUnavailable } from "../src/index.ts";
import { ENGINES } from "./heaps.ts";
import { describeUnless } from "./native.ts";

/** Where each first touch of a page may bring two MiB, nothing can be counted. */
function wholeHugePages(): string | undefined {
  if (process.platform !== "linux") return "linux only";
  const file = "/sys/kernel/mm/transparent_hugepage/enabled";
  const setting = existsSync(file) ? readFileSync(file, "utf8") : "";
  return setting.includes("[always]") ? "huge pages, always" : undefined;
}

describeUnless(whyUnavailable()?.split(";")[0] ?? wholeHugePages(), "a new heap", () => {
  test.each(ENGINES)("of 4 GiB touches six pages: %s", (engine) => {
    const heap = new NativeAllocator({ capacity: 2 ** 32 - 65536, engine });
    const touched = () => heap.region!.residentPages().reduce((sum, page) => sum + (page & 1), 0);
    expect(touched()).toBeLessThanOrEqual(6);
    heap.free(heap.allocate(100_000));
    expect(touched()).toBeLessThanOrEqual(9);
    heap.unmap();
  });
});
