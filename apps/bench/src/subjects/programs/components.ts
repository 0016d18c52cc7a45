/**
 * *components*: records of 8 to 512 bytes and growing buffers, of 713 components in 32 mini-VMs that die and are born anew. What a
 * block is for are its first 8 bytes; the second word of a buffer says how long it is, and changes when that does.
 *
 *     serial │ bytes
 */
import { MiniVm } from "@ariax/consciousness";
import { SlabAllocator } from "@ariax/slab";
import type { ComponentsScenario } from "@ariax/trace";
import { ALLOCATE, FREE } from "../events.ts";
import { bytesOf, endAll, factsOf, type Heap, type Program, refused, viewsOf } from "./program.ts";
import { OBJECT_BYTES } from "./tick.ts";

/** One heap for all; a VM's death is a free for each of its blocks. */
export function heap({ trace }: ComponentsScenario, target: Heap): Program {
  const [ops, slots, sizes, live] = [trace.op, trace.slot, trace.size, new Int32Array(trace.slots)];
  const { words } = viewsOf(target.memory);
  let sum = 0;
  const end = (s: number): void => {
    const block = live[s]!;
    sum = (sum + words[block >>> 2]! + words[(block >>> 2) + 1]!) & 0x3fffffff;
    target.free(block);
    live[s] = 0;
  };
  return {
    run(_step, from, to) {
      for (let i = from; i < to; i++) {
        const s = slots[i]!;
        const op = ops[i]!;
        if (op === FREE) {
          end(s);
          continue;
        }
        const size = sizes[i]!;
        const block = op === ALLOCATE ? target.allocate(size) : target.reallocate(live[s]!, size);
        if (!block) refused(size);
        live[s] = block;
        if (op === ALLOCATE) words[block >>> 2] = i;
        words[(block >>> 2) + 1] = size;
      }
    },
    end: () => endAll(live, end),
    checksum: () => sum,
    ...factsOf(target),
  };
}

/** Objects up to 64 bytes and typed arrays above (why: `./tick.ts`). What grows is a typed array from the start, copied into a longer one. */
export function gc({ trace }: ComponentsScenario): Program {
  const [ops, slots, sizes, grows] = [trace.op, trace.slot, trace.size, growing(trace)];
  const objects: (ReturnType<typeof record> | undefined)[] = new Array(trace.slots).fill(undefined);
  const buffers: (Int32Array | undefined)[] = new Array(trace.slots).fill(undefined);
  let sum = 0;
  const end = (s: number): void => {
    const object = objects[s];
    if (object !== undefined) {
      sum = (sum + object.serial + object.bytes) & 0x3fffffff;
      objects[s] = undefined;
      return;
    }
    const buffer = buffers[s]!;
    sum = (sum + buffer[0]! + buffer[1]!) & 0x3fffffff;
    buffers[s] = undefined;
  };
  return {
    run(_step, from, to) {
      for (let i = from; i < to; i++) {
        const s = slots[i]!;
        const op = ops[i]!;
        const size = sizes[i]!;
        if (op === FREE) end(s);
        else if (op === ALLOCATE && size <= OBJECT_BYTES && grows[i] === 0) objects[s] = record(i, size);
        else {
          const buffer = new Int32Array((size + 3) >>> 2);
          if (op === ALLOCATE) buffer[0] = i;
          else copy(buffers[s]!, buffer);
          buffer[1] = size;
          buffers[s] = buffer;
        }
      }
    },
    end() {
      endAll(objects, end);
      endAll(buffers, end);
    },
    checksum: () => sum,
  };
}

const record = (serial: number, bytes: number) => ({ serial, bytes });

function copy(from: Int32Array, to: Int32Array): void {
  to.set(from.length > to.length ? from.subarray(0, to.length) : from);
}

/** By event: 1 for the allocation of a block that is reallocated later. */
function growing({ op, slot, events, slots }: ComponentsScenario["trace"]): Uint8Array {
  const grows = new Uint8Array(events);
  const allocation = new Int32Array(slots);
  for (let i = 0; i < events; i++) {
    if (op[i] === ALLOCATE) allocation[slot[i]!] = i;
    else if (op[i] !== FREE) grows[allocation[slot[i]!]!] = 1;
  }
  return grows;
}

/** A quota for each VM, as a maintainer would set it. */
const QUOTA = 1 << 20;
/** What a region needs for a VM: the quota, its control block, and room for classes. */
const VM_BYTES = 2 * QUOTA;
/** These components keep no states in pools; a VM has one in any case. */
const STATES = 16;

/** A mini-VM for each owner, cut from one region. A death is one `dispose`: what dies is read, but not freed. */
export function ariax({ trace, owner, owners, deaths }: ComponentsScenario): Program {
  const [ops, slots, sizes, vmOf, live] = [trace.op, trace.slot, trace.size, owner, new Int32Array(trace.slots)];
  const region = new SlabAllocator({ capacity: owners.length * VM_BYTES });
  const born = (vmName: string) => new MiniVm(region, { vmName, quota: QUOTA, poolSize: STATES });
  const vms = owners.map(born);
  const { words } = viewsOf(region.memory);
  let sum = 0;
  let next = 0;
  const deathOf = (d: number): number => deaths[d]?.from ?? -1;
  /** The first event of the next death. */
  let deathAt = deathOf(0);
  const read = (s: number): number => {
    const block = live[s]!;
    sum = (sum + words[block >>> 2]! + words[(block >>> 2) + 1]!) & 0x3fffffff;
    live[s] = 0;
    return block;
  };
  const rebirth = (vm: number): void => {
    vms[vm]!.dispose();
    vms[vm] = born(owners[vm]!);
  };
  /** The event behind the death's last. */
  const death = (): number => {
    const { vm, from, to } = deaths[next++]!;
    for (let i = from; i < to; i++) read(slots[i]!);
    rebirth(vm);
    deathAt = deathOf(next);
    return to;
  };
  return {
    run(_step, from, to) {
      for (let i = from; i < to; i++) {
        if (i === deathAt) {
          i = death() - 1;
          continue;
        }
        const s = slots[i]!;
        const op = ops[i]!;
        const vm = vms[vmOf[i]!]!;
        if (op === FREE) {
          vm.free(read(s));
          continue;
        }
        const size = sizes[i]!;
        const block = op === ALLOCATE ? vm.allocate(size) : vm.reallocate(live[s]!, size);
        live[s] = block;
        if (op === ALLOCATE) words[block >>> 2] = i;
        words[(block >>> 2) + 1] = size;
      }
    },
    end() {
      endAll(live, read);
      for (let vm = 0; vm < vms.length; vm++) rebirth(vm);
      next = 0;
      deathAt = deathOf(0);
    },
    checksum: () => sum,
    peakBytes: () => bytesOf(region.stats()),
    verify() {
      region.verify();
      for (const vm of vms) vm.verify();
    },
  };
}
