/** Room on disk and in shared memory: had when it is promised, or refused; and nothing is left of an attempt. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { layoutOf } from "@ariax/slab/engine";
import { afterAll, expect, test } from "vitest";
import { NativeAllocator, Region } from "../src/index.ts";
import { ENGINES, MiB, PAGE, thrownBy } from "./heaps.ts";
import { child, describeNative, describeUnless, temporary } from "./native.ts";

const folder = mkdtempSync(join(tmpdir(), "ariax-reserve-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A shell command in a mount namespace of its own: what it mounts is gone when it has ended. */
const inNamespace = (command: string, ...args: string[]) =>
  spawnSync("unshare", ["-m", "sh", "-c", command, process.execPath, ...args], { encoding: "utf8" });

const mount = (where: string) => `mount -t tmpfs -o size=256k tmpfs ${where}`;
const noMount =
  process.platform === "linux" && inNamespace(mount("/mnt")).status === 0 ? undefined : "nothing can be mounted here";

/** What test/children/full.ts says of a file system; `fallocate` may answer as `inject` says. */
function full(where: string, args: readonly string[] = [], inject?: string) {
  const traced = inject === undefined ? "" : `strace -f -qq -o /dev/null -e inject=fallocate:${inject} `;
  const run = inNamespace(`${mount(where)} && exec ${traced}"$0" "$@"`, child("full"), where, ...args);
  expect([run.status, run.stderr]).toEqual([0, ""]);
  return JSON.parse(run.stdout);
}

const refused = (what: string) => `SystemCallError ERR_SYSTEM_CALL: can't ${what}: ENOSPC`;
const files = {
  heap: refused('map "missing"'),
  reserved: refused('map "missing"'),
  region: refused('map "missing"'),
  exists: false,
  over: refused('map "kept"'),
  longer: refused('map "kept"'),
  kept: "as it was",
  small: "nothing",
};

describeUnless(noMount, "what is full", () => {
  describeNative("is said", () => {
    test("of a disk", () => {
      expect(full(temporary("full"))).toEqual(files);
    });

    test("of shared memory", () => {
      expect(full("/dev/shm", ["ariax-full"])).toEqual({
        ...files,
        named: refused('share "ariax-full"'),
        share: refused('share "ariax-full"'),
        left: false,
        fits: "nothing",
      });
    });
  });
});

const noStrace = noMount ?? (spawnSync("strace", ["-V"]).status === 0 ? undefined : "no strace");

describeUnless(noStrace, "what is full is said too", () => {
  describeNative("of a file system", () => {
    test.each([
      ["that can't reserve", "error=EOPNOTSUPP"],
      ["on a kernel that can't", "error=ENOSYS"],
      ["while signals come", "error=EINTR:when=1..5"],
    ])("%s", (_, inject) => {
      expect(full(temporary("full"), [], inject)).toEqual(files);
    });

    test("where signals never cease: that is an error, and no loop", () => {
      const interrupted = full(temporary("full"), [], "error=EINTR");
      expect(interrupted.heap).toBe(refused('map "missing"').replace("ENOSPC", "EINTR"));
      expect([interrupted.exists, interrupted.kept]).toEqual([false, "as it was"]);
    });
  });
});

describeNative(
  "a limit of the length of files",
  () => {
    test("is an error, and no signal", () => {
      const file = join(folder, "limited");
      const program = `
        const { NativeAllocator, Region } = await import(${JSON.stringify(import.meta.resolve("../src/index.ts"))});
        const say = (call) => { try { call(); } catch (e) { console.log(e.message); } };
        say(() => new NativeAllocator({ capacity: 1 << 20, file: ${JSON.stringify(file)} }));
        say(() => Region.share({ bytes: 1 << 20 }));
        say(() => Region.share({ bytes: 1 << 20, name: "ariax-limited" }));
        console.log(Region.unlink("ariax-limited"));`;
      const script = 'ulimit -f 100; exec "$0" --input-type=module -e "$1"';
      const { status, stdout } = spawnSync("sh", ["-c", script, process.execPath, program], { encoding: "utf8" });
      expect([status, stdout.split("\n")]).toEqual([
        0,
        [
          `can't open "${file}": EFBIG`,
          "can't share memory: EFBIG",
          'can\'t share "ariax-limited": EFBIG',
          "false",
          "",
        ],
      ]);
      expect(existsSync(file)).toBe(false);
    });
  },
  "linux",
);

/** Bytes that a file has on disk. */
const onDisk = (file: string) => statSync(file).blocks * 512;

describeNative(
  "reserve",
  () => {
    test.each(ENGINES)("takes room for all of a heap, and keeps it (%s)", (engine) => {
      const file = join(folder, `heap-${engine}`);
      using heap = new NativeAllocator({ capacity: 2 * MiB, file, reserve: true, engine, purgeDelay: 0 });
      expect([heap.region!.reserved, heap.traits.returnsMemory]).toEqual([true, false]);
      expect(onDisk(file)).toBeGreaterThanOrEqual(2 * MiB);
      const p = heap.allocate(MiB);
      heap.free(p);
      expect([heap.purge(), heap.region!.purge(0, 2 * MiB)]).toEqual([0, false]);
      expect(onDisk(file)).toBeGreaterThanOrEqual(2 * MiB);
    });

    test("without it a heap has the room of its control block", () => {
      const file = join(folder, "sparse");
      using heap = new NativeAllocator({ capacity: 64 * MiB, file });
      expect(heap.region!.reserved).toBe(false);
      expect(onDisk(file)).toBeGreaterThanOrEqual(4 * heap.words.length);
      expect(onDisk(file)).toBeLessThan(4 * MiB);
    });

    test("leaves what is in a file, and fills its holes", () => {
      const file = join(folder, "holes");
      writeFileSync(file, "begins");
      truncateSync(file, MiB);
      using region = Region.map({ file, reserve: true });
      expect([onDisk(file) >= MiB, region.byteLength]).toEqual([true, MiB]);
      expect(readFileSync(file).subarray(0, 8).toString()).toBe("begins\0\0");
    });

    test("is for what others see as well", () => {
      using region = Region.share({ bytes: MiB, reserve: true });
      expect(onDisk(region.path!)).toBe(MiB);
      expect(thrownBy(() => new NativeAllocator({ capacity: MiB, reserve: true }))).toBe(
        "InvalidArgumentError ERR_INVALID_ARGUMENT: invalid options: reserve is for files and shared memory",
      );
    });
  },
  "linux",
);

describeNative(
  "what can't be reached any more",
  () => {
    test.each([0, 4096, 8192, 60_000])("is no place of a heap: a file that was cut off at %i bytes", (length) => {
      const file = join(folder, "cut-off");
      new NativeAllocator({ capacity: 8 * MiB, file }).unmap();
      const program = `
        const { truncateSync } = await import("node:fs");
        const { NativeAllocator, Region } = await import(${JSON.stringify(import.meta.resolve("../src/index.ts"))});
        const region = Region.map({ file: ${JSON.stringify(file)} });
        truncateSync(${JSON.stringify(file)}, ${length});
        try { NativeAllocator.attach(region); } catch (e) { console.log(e.code, e.message); }`;
      const args = ["--input-type=module", "-e", program];
      const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
      const end = length === 0 ? PAGE : layoutOf(2048, 1).first * PAGE;
      expect([status, stdout, stderr]).toEqual([
        0,
        `ERR_SYSTEM_CALL can't reach bytes 0 to ${end} of the region: EFAULT\n`,
        "",
      ]);
    });

    test("populate takes RAM, of all pages that a range touches", () => {
      using region = Region.map({ bytes: 16 * PAGE });
      expect([region.populate(PAGE + 1, PAGE), region.resident()]).toEqual([true, 2 * PAGE]);
      expect([region.populate(16 * PAGE, 0), region.resident()]).toEqual([true, 2 * PAGE]);
      expect(thrownBy(() => region.populate(0, 16 * PAGE + 1))).toBe(
        `InvalidArgumentError ERR_INVALID_ARGUMENT: invalid bytes: ${16 * PAGE + 1} is not a whole number from 0 to ${16 * PAGE}`,
      );
      using ordinary = Region.map({ bytes: PAGE, external: false });
      expect(ordinary.populate(0, PAGE)).toBe(false);
      region.unmap();
      expect(thrownBy(() => region.populate(0, PAGE))).toContain("ERR_REGION_UNMAPPED");
    });
  },
  "linux",
);
