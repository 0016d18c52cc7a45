// Drops regions, and tells how many are mapped before and after a garbage collection. The file's name shows in the list of
// this process's mappings.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { Region } from "../../src/index.ts";

const folder = mkdtempSync(join(tmpdir(), "ariax-collect-"));
const file = join(folder, "file");
const mapped = () =>
  readFileSync("/proc/self/maps", "utf8")
    .split("\n")
    .filter((line) => line.includes(file)).length;

async function collect(): Promise<void> {
  for (let i = 0; i < 10; i++) {
    (globalThis as { gc?: () => void }).gc?.();
    await setImmediate();
  }
}

let kept: Uint8Array | undefined;
(() => {
  for (let i = 0; i < 5; i++) new Uint8Array(Region.map({ file, bytes: 4096 }).buffer)[0] = i;
  // A view keeps the memory, though its region is dropped.
  kept = new Uint8Array(Region.map({ file, bytes: 4096 }).buffer);
  Region.map({ file, bytes: 4096 }).unmap();
})();
const before = mapped();
await collect();
const withView = mapped();
const read = kept?.[0];
kept = undefined;
await collect();
process.stdout.write(JSON.stringify({ before, withView, read, after: mapped() }));
rmSync(folder, { recursive: true });
