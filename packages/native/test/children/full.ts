// Heaps and regions in a file system of 256 KiB; prints what each call throws, and what it leaves behind.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AllocatorError } from "@ariax/allocator";
import { NativeAllocator, Region } from "../../src/index.ts";

const [folder, shared] = process.argv.slice(2);
const [missing, kept] = [join(folder, "missing"), join(folder, "kept")];
writeFileSync(kept, "as it was");

function thrownBy(call: () => unknown): string {
  try {
    call();
    return "nothing";
  } catch (error) {
    const { name, code, message } = error as AllocatorError;
    return `${name} ${code}: ${message.replace(`${folder}/`, "")}`;
  }
}

const MiB = 1 << 20;
const out: Record<string, unknown> = {
  // Of 64 MiB the control block alone is more than there is; of 1 MiB it is not.
  heap: thrownBy(() => new NativeAllocator({ capacity: 64 * MiB, file: missing })),
  reserved: thrownBy(() => new NativeAllocator({ capacity: MiB, file: missing, reserve: true })),
  region: thrownBy(() => Region.map({ bytes: MiB, file: missing, reserve: true })),
  exists: existsSync(missing),
  over: thrownBy(() => new NativeAllocator({ capacity: 64 * MiB, file: kept })),
  longer: thrownBy(() => Region.map({ bytes: MiB, file: kept, reserve: true })),
  kept: readFileSync(kept, "utf8"),
  small: thrownBy(() => {
    using heap = new NativeAllocator({ capacity: MiB, file: missing });
    heap.verify();
  }),
};
if (shared !== undefined) {
  out.named = thrownBy(() => new NativeAllocator({ capacity: 64 * MiB, name: shared }));
  out.share = thrownBy(() => Region.share({ bytes: MiB, name: shared, reserve: true }));
  out.left = Region.unlink(shared);
  out.fits = thrownBy(() => new NativeAllocator({ capacity: 65_536, name: shared, reserve: true }).unmap());
  Region.unlink(shared);
}
process.stdout.write(JSON.stringify(out));
