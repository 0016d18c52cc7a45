/**
 * Writes what is committed: the engine's module, as files and as `src/module.ts`, and the example's. Tests build them
 * again, and compare.
 *
 *     node packages/wasm/scripts/build.ts
 */
import { writeFileSync } from "node:fs";
import { buildExample, exampleHash } from "./example.ts";
import { build } from "./heap.ts";
import { buildLanes } from "./lanes.ts";
import { lanesText, moduleText } from "./text.ts";

const here = (path: string) => new URL(`../${path}`, import.meta.url);
const built = await build();
writeFileSync(here("src/module.ts"), moduleText(built));
const lanes = await buildLanes();
writeFileSync(here("src/lanes-module.ts"), lanesText(lanes));
writeFileSync(here("heap-lanes.wasm"), lanes.bytes);
// From the text that was just written: a module for shared memory is that with five other bytes.
const { moduleBytes } = await import("../src/engine.ts");
writeFileSync(here("heap.wasm"), moduleBytes(false));
writeFileSync(here("heap-shared.wasm"), moduleBytes(true));
writeFileSync(here("examples/words/words.wasm"), await buildExample());
writeFileSync(here("examples/words/words.sha256"), `${exampleHash()}\n`);
process.stdout.write(`heap.wasm: ${built.bytes.length} bytes, heap-lanes.wasm: ${lanes.bytes.length}\n`);
