/** Run by a host: 64-bit memories are refused, others are not touched by the question. Prints "ok"; "none" where there are no such memories. */
import { SlabAllocator } from "../../src/index.ts";

function memory64(): WebAssembly.Memory | undefined {
  try {
    const limits = { address: "i64", initial: 16n, maximum: 64n };
    const memory = new WebAssembly.Memory(limits as unknown as WebAssembly.MemoryDescriptor);
    return (memory.grow as unknown as (pages: bigint) => unknown)(0n) === 16n ? memory : undefined;
  } catch {
    return undefined;
  }
}

function refusal(call: () => unknown): string {
  try {
    call();
    return "nothing";
  } catch (error) {
    return `${(error as { code?: string }).code}: ${(error as Error).message}`;
  }
}

function check(what: unknown, wanted: unknown): void {
  if (what !== wanted) throw new Error(`${what} instead of ${wanted}`);
}

for (const shared of [false, true]) {
  const memory = new WebAssembly.Memory({ initial: 4, maximum: 8, shared });
  const { buffer } = memory;
  const heap = new SlabAllocator({ memory });
  SlabAllocator.attach(memory).free(heap.allocate(100));
  check(memory.buffer, buffer);
  check(buffer.byteLength, 4 * 65536);
}

const memory = memory64();
if (memory === undefined) console.log("none");
else {
  const { buffer } = memory;
  const refused = "ERR_INVALID_ARGUMENT: invalid memory: it has 64-bit addresses, a heap's are 32 bits long";
  check(
    refusal(() => new SlabAllocator({ memory })),
    refused,
  );
  check(
    refusal(() => new SlabAllocator({ memory, byteLength: 64 * 65536 })),
    refused,
  );
  check(
    refusal(() => SlabAllocator.attach(memory)),
    refused,
  );
  check(memory.buffer, buffer);
  check(buffer.byteLength, 16 * 65536);
  check(
    new Uint8Array(buffer).some((byte) => byte !== 0),
    false,
  );
  console.log("ok");
}
