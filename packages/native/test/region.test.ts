import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { addon } from "../src/addon.ts";
import { MAX_REGION, Region, systemCalls } from "../src/index.ts";
import { describeNative } from "./native.ts";

const PAGE = 4096;
const MiB = 1 << 20;

/** How many system calls a function makes. */
function callsOf(body: () => void): number {
  const before = systemCalls();
  body();
  return systemCalls() - before;
}

describeNative("a region", () => {
  test("is zero, writable and one buffer", () => {
    using region = Region.map({ bytes: MiB });
    const bytes = new Uint8Array(region.buffer);
    expect(region.buffer).toBe(region.buffer);
    expect(region.buffer).toBeInstanceOf(ArrayBuffer);
    expect([region.byteLength, bytes.length]).toEqual([MiB, MiB]);
    expect(bytes.every((byte) => byte === 0)).toBe(true);
    bytes.fill(7);
    expect(new Uint8Array(region.buffer)[MiB - 1]).toBe(7);
    expect([region.kind, region.external, region.guard, region.hugePages]).toEqual(["private", true, true, "none"]);
    expect([region.name, region.path, region.descriptor]).toEqual([undefined, undefined, undefined]);
  });

  test("has exactly the bytes asked for, page or not", () => {
    for (const bytes of [1, 100, PAGE - 1, PAGE, PAGE + 1]) {
      using region = Region.map({ bytes });
      expect(region.buffer.byteLength).toBe(bytes);
      new Uint8Array(region.buffer)[bytes - 1] = 1;
    }
  });

  test("can be 4 GiB, of which only what is touched is in RAM", () => {
    using region = Region.map({ bytes: MAX_REGION });
    const bytes = new Uint8Array(region.buffer);
    expect(region.resident()).toBe(0);
    bytes[0] = 1;
    bytes[MAX_REGION - 1] = 2;
    expect(bytes[MAX_REGION - 1]).toBe(2);
    expect(region.resident()).toBeGreaterThan(0);
    expect(region.resident()).toBeLessThan(16 * MiB);
  });

  test("is a system call or two, and no more while it is used", () => {
    let region = Region.map({ bytes: PAGE });
    region.unmap();
    const guardless = callsOf(() => (region = Region.map({ bytes: PAGE, guard: false })));
    expect(callsOf(() => new Uint8Array(region.buffer).fill(1))).toBe(0);
    expect([guardless, callsOf(() => region.unmap())]).toEqual([1, 1]);
    const guarded = callsOf(() => (region = Region.map({ bytes: PAGE })));
    expect([guarded, callsOf(() => region.unmap())]).toEqual([2, 1]);
  });

  test("can be mapped and unmapped again and again, at whatever address", () => {
    for (let i = 0; i < 2000; i++) {
      using region = Region.map({ bytes: PAGE, guard: i % 2 === 0 });
      const bytes = new Uint8Array(region.buffer);
      expect(bytes[0]).toBe(0);
      bytes[0] = 255;
    }
  });
});

describeNative("unmap", () => {
  test("detaches the buffer and every view of it", () => {
    const region = Region.map({ bytes: MiB });
    const { buffer } = region;
    const view = new Int32Array(buffer, 64, 16);
    const data = new DataView(buffer);
    const node = Buffer.from(buffer);
    view[0] = 1;
    region.unmap();
    expect([region.mapped, buffer.byteLength, view.length, view[0], node.length]).toEqual([false, 0, 0, undefined, 0]);
    expect(() => data.getInt8(0)).toThrow(TypeError);
    view[0] = 2; // goes nowhere
    expect(view[0]).toBe(undefined);
  });

  test("happens at the end of a scope, and then it may have happened before", () => {
    let kept: Region;
    {
      using region = Region.map({ bytes: PAGE });
      kept = region;
      expect(region.mapped).toBe(true);
    }
    expect(kept.mapped).toBe(false);
    expect(callsOf(() => kept[Symbol.dispose]())).toBe(0);
  });

  test("gives the RAM back", () => {
    const before = process.memoryUsage().rss;
    const region = Region.map({ bytes: 128 * MiB });
    new Uint8Array(region.buffer).fill(1);
    const full = process.memoryUsage().rss;
    region.unmap();
    const after = process.memoryUsage().rss;
    expect(full - before).toBeGreaterThan(100 * MiB);
    expect(full - after).toBeGreaterThan(100 * MiB);
  });
});

describeNative("the buffer", () => {
  test("can't be transferred to another thread; posted it is copied, and the region says what to do", () => {
    using region = Region.map({ bytes: PAGE });
    expect(() => structuredClone(region)).toThrow(
      expect.objectContaining({
        code: "ERR_UNSUPPORTED",
        message:
          "unsupported: a region can't be cloned or sent to another thread: share it by name or file, and map that there",
      }),
    );
    expect(structuredClone(region.buffer)).not.toBe(region.buffer);
    const { buffer } = region;
    expect(() => structuredClone(buffer, { transfer: [buffer] })).toThrow(/DataCloneError|transfer/);
    expect(region.mapped).toBe(true);
  });

  // ArrayBuffer.prototype.transfer is there from Node 21 on.
  test.skipIf(!("transfer" in ArrayBuffer.prototype))("moved by transfer() takes the memory with it", () => {
    const region = Region.map({ bytes: PAGE });
    new Uint8Array(region.buffer)[5] = 5;
    const moved = (region.buffer as ArrayBuffer & { transfer(): ArrayBuffer }).transfer();
    expect(region.mapped).toBe(false);
    expect(() => region.unmap()).toThrow("region unmapped: its 4096 bytes are no longer there");
    expect(new Uint8Array(moved)[5]).toBe(5);
  });

  test("is never made twice, not even by the addon", () => {
    const handle = addon().map(PAGE, true, false);
    const buffer = addon().buffer(handle);
    expect(() => addon().buffer(handle)).toThrow("invalid handle: its ArrayBuffer was made already");
    expect(() => addon().unmap(handle, new ArrayBuffer(PAGE))).toThrow("invalid buffer: not the region's");
    addon().unmap(handle, buffer);
    expect(() => addon().resident(handle)).toThrow("region unmapped");
  });
});

describeNative("purge", () => {
  test("gives whole pages back, which read as zero then", () => {
    using region = Region.map({ bytes: 64 * PAGE });
    const bytes = new Uint8Array(region.buffer).fill(1);
    const page = region.resident() / 64 === PAGE ? PAGE : 4 * PAGE; // 16 KiB on Apple's chips
    expect(region.resident()).toBe(64 * PAGE);
    expect(region.purge(1, 4 * page - 2)).toBe(true); // pages 1 and 2 whole, 0 and 3 in part
    expect(region.resident()).toBe(64 * PAGE - 2 * page);
    expect([bytes[page - 1], bytes[page], bytes[3 * page - 1], bytes[3 * page]]).toEqual([1, 0, 0, 1]);
    expect(region.purge(0, region.byteLength)).toBe(true);
    expect(region.resident()).toBeLessThanOrEqual(2 * page); // what was just read
    expect(bytes.every((byte) => byte === 0)).toBe(true);
    bytes.fill(2);
    expect(bytes.every((byte) => byte === 2)).toBe(true);
  });

  test("is false, and no system call, where no page is whole", () => {
    using region = Region.map({ bytes: 8 * PAGE });
    const bytes = new Uint8Array(region.buffer).fill(1);
    const calls = callsOf(() => {
      expect(region.purge(0, 0)).toBe(false);
      expect(region.purge(8 * PAGE, 0)).toBe(false);
      expect(region.purge(10, PAGE)).toBe(false);
    });
    expect(calls).toBe(0);
    expect(bytes.every((byte) => byte === 1)).toBe(true);
  });

  test("takes the last page for whole, wherever the buffer ends in it", () => {
    using region = Region.map({ bytes: 100 });
    const bytes = new Uint8Array(region.buffer).fill(1);
    expect(region.purge(0, 99)).toBe(false);
    expect(region.purge(0, 100)).toBe(true);
    expect(bytes.every((byte) => byte === 0)).toBe(true);
  });

  test("can be lazy: what was there or zero, until written", () => {
    using region = Region.map({ bytes: 16 * PAGE });
    const bytes = new Uint8Array(region.buffer).fill(1);
    expect(region.purge(0, region.byteLength, { lazy: true })).toBe(true);
    expect(bytes.every((byte) => byte === 0 || byte === 1)).toBe(true);
    bytes.fill(3);
    expect(bytes.every((byte) => byte === 3)).toBe(true);
  });
});

describeNative("which pages are in RAM", () => {
  test("is told for each, by one system call", () => {
    using region = Region.map({ bytes: 64 * PAGE });
    const page = addon().pageSize();
    const count = (64 * PAGE) / page;
    const bytes = new Uint8Array(region.buffer);
    for (const i of [0, 3, count - 1]) bytes[i * page] = 1;
    let pages: Uint8Array = new Uint8Array();
    const calls = callsOf(() => (pages = region.residentPages()));
    if (process.platform !== "win32") expect(calls).toBe(1);
    const expected = Array.from({ length: count }, (_, i) => Number([0, 3, count - 1].includes(i)));
    expect([...pages]).toEqual(expected);
    expect(region.resident()).toBe(3 * page);
    // The same array is written anew, one of another length is not.
    region.purge(0, page);
    expect(region.residentPages(pages)).toBe(pages);
    expect(pages[0]).toBe(0);
    const short = new Uint8Array(3).fill(9);
    expect(region.residentPages(short)).toHaveLength(count);
    expect([...short]).toEqual([9, 9, 9]);
    // What only looks like one is not written, nor asked for its length.
    const fakes = [new Proxy(pages, {}), { length: count }, new Int8Array(count), null, "x".repeat(count)];
    for (const fake of fakes) {
      const fresh = region.residentPages(fake as never);
      expect(Object.is(fresh, fake)).toBe(false);
      expect([...fresh]).toEqual([...pages]);
    }
  });

  test("is asked by the addon for no more than there are", () => {
    const handle = addon().map(2 * addon().pageSize(), false, false);
    const out = new Uint8Array(5).fill(9);
    addon().present(handle, out);
    expect([...out]).toEqual([0, 0, 9, 9, 9]);
    addon().present(handle, new Uint8Array());
    expect(() => addon().present(handle, new Int8Array(2) as never)).toThrow("invalid array: not a Uint8Array");
    expect(() => addon().present(handle, undefined as never)).toThrow("invalid array: not a Uint8Array");
    addon().unmap(handle, undefined);
    expect(() => addon().present(handle, out)).toThrow("region unmapped");
  });
});

describeNative("an ordinary buffer", () => {
  test("stands in where external ones are refused, and says so", () => {
    const region = Region.map({ bytes: 5 * PAGE, external: false, hugePages: true });
    const { buffer } = region;
    const bytes = new Uint8Array(buffer).fill(1);
    expect([region.kind, region.external, region.guard, region.hugePages]).toEqual([
      "ordinary",
      false,
      false,
      "refused",
    ]);
    const calls = callsOf(() => {
      expect([region.purge(0, 5 * PAGE), region.flush(), region.hugePageBytes()]).toEqual([false, false, 0]);
      expect([region.resident(), region.residentPages().length]).toEqual([5 * PAGE, 0]);
    });
    expect([calls, bytes[0]]).toEqual([0, 1]);
    region.unmap();
    expect([region.mapped, buffer.byteLength, bytes[0]]).toEqual([false, 0, undefined]);
    expect(() => region.buffer).toThrow("region unmapped: its 20480 bytes are no longer there");
  });
});

const THP = "/sys/kernel/mm/transparent_hugepage/enabled";
const takesHuge = existsSync(THP) && !readFileSync(THP, "latin1").includes("[never]");

describeNative("huge pages", () => {
  test.skipIf(!takesHuge)(
    `are asked for, and counted${takesHuge ? "" : " (skipped: this kernel is set to make none)"}`,
    () => {
      using region = Region.map({ bytes: 16 * MiB, hugePages: true });
      expect([region.hugePages, region.hugePageBytes(), region.resident()]).toEqual(["granted", 0, 0]);
      new Uint8Array(region.buffer).fill(1);
      // How many the kernel had at hand is its affair; whatever they are, they are ours and whole.
      expect(region.hugePageBytes() % (2 * MiB)).toBe(0);
      expect(region.hugePageBytes()).toBeLessThanOrEqual(16 * MiB);
    },
  );

  test.skipIf(process.platform === "win32")("begin on 2 MiB, between the guards", () => {
    for (const guard of [true, false]) {
      const handle = addon().map(PAGE, guard, true);
      const { address, length, guarded } = addon().about(handle);
      expect([address % BigInt(2 * MiB), length, guarded]).toEqual([0n, 2 * MiB, guard]);
      addon().unmap(handle, undefined);
    }
  });

  test("are not there where they were not asked for", () => {
    using region = Region.map({ bytes: 4 * MiB });
    expect(region.hugePages).toBe("none");
  });
});
