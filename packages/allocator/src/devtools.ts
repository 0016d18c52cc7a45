import { presented } from "./present.ts";

/** What of a browser's devtools is needed: `devtoolsFormatters`, which Chromium and Firefox read once custom formatters are switched on. */
interface Formatter {
  header(value: unknown): readonly unknown[] | null;
  hasBody(value: unknown): boolean;
}

/**
 * Prints heaps, arenas and pools as one line in a browser's console, as Node, Deno and Bun do by themselves. For pages in development:
 * call it once. Devtools ask for it where *custom formatters* are switched on in their settings. O(1).
 *
 * @example
 * ```ts
 * import { formatInDevtools } from "@ariax/allocator";
 * import { SlabAllocator } from "@ariax/slab";
 *
 * formatInDevtools();
 * const heap = new SlabAllocator({ capacity: 1 << 20 });
 * console.log(heap); // slab { 1 MiB, 5 blocks, 80 B live, 972 KiB free }
 * ```
 */
export function formatInDevtools(): void {
  const host = globalThis as { devtoolsFormatters?: Formatter[] };
  host.devtoolsFormatters = [...(host.devtoolsFormatters ?? []).filter((one) => one !== formatter), formatter];
}

const formatter: Formatter = {
  header: (value) => {
    const line = typeof value === "object" && value !== null ? presented(value) : undefined;
    return line === undefined ? null : ["span", {}, line];
  },
  hasBody: () => false,
};
