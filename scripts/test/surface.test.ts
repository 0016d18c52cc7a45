/** The doc comments of the public surface: what a call throws, its `@throws` say, by classes that a user can import. */
import { describe, expect, test } from "vitest";
import { classesIn, readSurface } from "../lib/surface.ts";

/** What the compiler takes for possible, and is not. */
const SIZES = ["InvalidSizeError", "InvalidAlignmentError"];
const FREES = ["DoubleFreeError", "InvalidFreeError"];
const OF_THEIR_OWN: readonly string[] = [...SIZES, ...FREES];
const NOT_SAID: Readonly<Record<string, readonly string[]>> = {
  // A block that they allocate themselves, resize, give back, or find live: no error of the caller's.
  "@ariax/slab: SlabAllocator.resize": ["InvalidAlignmentError", "OutOfMemoryError", ...FREES],
  "@ariax/slab: SlabAllocator.reallocate": ["InvalidAlignmentError", ...FREES],
  "@ariax/slab: SlabAllocator.allocateMany": ["InvalidAlignmentError"],
  "@ariax/wasm: WasmAllocator.attach": OF_THEIR_OWN,
  "@ariax/conformance/reference: ReferenceAllocator.free": ["InvalidBlockError"],
  "@ariax/conformance/reference: ReferenceAllocator.freeMany": ["InvalidBlockError"],
  "@ariax/conformance: soak()": ["UnsupportedError"],
  "@ariax/consciousness: MiniVm (new)": OF_THEIR_OWN,
  "@ariax/consciousness: MiniVm.allocate": FREES,
  "@ariax/consciousness: MiniVm.tryAllocate": FREES,
  "@ariax/consciousness: MiniVm.resize": ["InvalidAlignmentError", "OutOfMemoryError", ...FREES],
  "@ariax/consciousness: MiniVm.reallocate": ["InvalidAlignmentError", ...FREES],
  "@ariax/consciousness: MiniVm.allocateMany": ["InvalidAlignmentError", ...FREES],
  "@ariax/consciousness: MiniVm.reset": FREES,
  "@ariax/consciousness: MiniVm.verify": ["InvalidBlockError"],
  "@ariax/consciousness: MiniVm.performanceGain": ["OutOfMemoryError", ...OF_THEIR_OWN],
  "@ariax/memory-context: MemoryContext.adopt": ["QuotaExceededError", "OutOfMemoryError", ...OF_THEIR_OWN],
  "@ariax/memory-context: diffSnapshots()": ["UnsupportedError"],
  "@ariax/gpu/webgpu: BufferPool.free": ["InvalidBlockError", "BlockMovingError"],
  "@ariax/gpu/webgpu: BufferPool.write": FREES,
  "@ariax/kv-pager: KvPager.attach": ["InvalidBlockError"],
  "@ariax/kv-pager: KvPager.open": SIZES,
  "@ariax/kv-pager: KvPager.allocateSlots": ["DoubleFreeError"],
  "@ariax/kv-pager: KvPager.append": OF_THEIR_OWN,
  "@ariax/kv-pager: KvPager.addKeys": OF_THEIR_OWN,
  "@ariax/kv-pager: KvPager.fork": SIZES,
  "@ariax/kv-pager: KvPager.close": FREES,
  "@ariax/kv-pager: KvPager.offload": SIZES,
  "@ariax/kv-pager: KvPager.load": SIZES,
  "@ariax/kv-pager: KvPager.done": FREES,
  "@ariax/kv-pager: KvPager.failed": FREES,
  "@ariax/kv-pager: KvPager.verify": ["InvalidBlockError"],
  "@ariax/kv-pager/plan: Planner.add": ["BlocksExhaustedError", "DoubleFreeError"],
  // Bytes that they have just read, or memory that is not shared.
  "@ariax/trace: decodeTrace()": ["UnsupportedError"],
  "@ariax/trace: replayChecked()": ["UnsupportedError"],
  "@ariax/trace/node: loadTrace()": ["DetachedError"],
};
/** What `@ariax/bitset`, which stands on nothing, makes its errors of: their codes stand beside them. */
const BUILT_IN = ["Error", "RangeError", "TypeError"];

const { callables, errors } = readSurface();
const tags = callables.flatMap(({ name, doc }) =>
  [...doc.matchAll(/@throws ([^@]*)/g)].map(([, text]) => ({
    name,
    text: text!.replace(/\s*\n\s*\*\s?/g, " ").trim(),
  })),
);

test("there are some", () => {
  expect(callables.length).toBeGreaterThan(500);
  expect(tags.length).toBeGreaterThan(200);
});

test("each call that throws says so: by its own tags, by those of its class, or of what it implements", () => {
  const unsaid = callables.flatMap(({ name, where, thrown, said }) => {
    const known = NOT_SAID[name] ?? [];
    const missing = [...thrown].filter(([error]) => !said.has(error) && !known.includes(error));
    return missing.map(([error, path]) => `${name} (${where}) throws ${error}: ${path}`);
  });
  expect(unsaid).toEqual([]);
});

test("what is excepted is needed", () => {
  const stale = Object.entries(NOT_SAID).flatMap(([name, known]) => {
    const found = callables.find((one) => one.name === name);
    return known
      .filter((error) => !found?.thrown.has(error) || found.said.has(error))
      .map((error) => `${name}: ${error}`);
  });
  expect(stale).toEqual([]);
});

test("each tag begins with classes that are exported; of a built-in one it has the code", () => {
  const wrong = tags.filter(({ text }) => {
    const classes = classesIn(text);
    if (classes.length === 0) return true;
    return !classes.every((one) => errors.has(one) || (BUILT_IN.includes(one) && /`ERR_\w+`/.test(text)));
  });
  expect(wrong).toEqual([]);
});

test("no doc comment says it in prose too", () => {
  const prose = callables.filter(({ doc }) => /\b[Tt]hrows (an? )?`\w*Error`/.test(doc.replace(/@throws [^@]*/g, "")));
  expect(prose.map(({ name, where }) => `${name} (${where})`)).toEqual([]);
});

describe("an error's code is its class's name, or stands in its doc comment", () => {
  test.each([...errors])("%s", (name, text) => {
    const code = `ERR_${name
      .replace(/Error$/, "")
      .replace(/(?<=[a-z])(?=[A-Z])/g, "_")
      .toUpperCase()}`;
    const codes = new Set([...text.replace(/\/\*\*[\s\S]*?\*\//g, "").matchAll(/"(ERR_\w+)"/g)].map(([, one]) => one!));
    for (const one of codes) if (one !== code) expect(text).toContain(`\`${one}\``);
  });
});
