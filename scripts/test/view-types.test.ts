/** The types of views, as `tsc` reads them (`pnpm typecheck`): whose memory they look into is known where the options say it. */

import { expect, test } from "vitest";
import { type Allocator, scope, View, view } from "../../packages/allocator/src/index.ts";
import { Arena, FrameArena } from "../../packages/arena/src/index.ts";
import { SharedSlabAllocator, SlabAllocator } from "../../packages/slab/src/index.ts";
import { WasmAllocator } from "../../packages/wasm/src/index.ts";

const CAPACITY = 1 << 20;

/** Never called: what a web API takes, TypeScript's types of browsers say. */
export function takes(views: ReturnType<typeof made>, pages: Crypto, channel: AudioBuffer): void {
  new ImageData(views.fixed, 1);
  new ImageData(views.given, 1);
  new ImageData(views.arena, 1);
  new ImageData(views.frames, 1);
  new ImageData(views.wasm, 1);
  new ImageData(views.kept.array, 1);
  new ImageData(views.scoped, 1);
  pages.getRandomValues(views.fixed);
  channel.copyToChannel(views.floats, 0);
  // @ts-expect-error: shared
  new ImageData(views.shared, 1);
  // @ts-expect-error: shared
  new ImageData(views.givenShared, 1);
  // @ts-expect-error: shared
  new ImageData(views.arenaShared, 1);
  // @ts-expect-error: shared
  new ImageData(views.lanes, 1);
  // @ts-expect-error: resizable
  new ImageData(views.grows, 1);
  // @ts-expect-error: any allocator's
  new ImageData(views.any, 1);
  // @ts-expect-error: shared
  pages.getRandomValues(views.shared);
  // @ts-expect-error: shared
  channel.copyToChannel(views.sharedFloats, 0);
}

/** One view of each kind of memory, with the type that it has. */
function made() {
  const fixed = new SlabAllocator({ capacity: CAPACITY });
  const shared = new SlabAllocator({ capacity: CAPACITY, shared: true });
  const bytes = <B extends ArrayBufferLike>(allocator: Allocator<B>) =>
    view(allocator, allocator.allocate(8), Uint8ClampedArray, 8);
  return {
    fixed: bytes(fixed),
    floats: view(fixed, fixed.allocate(8), Float32Array, 2),
    given: bytes(new SlabAllocator({ buffer: new ArrayBuffer(CAPACITY) })),
    arena: bytes(new Arena({ capacity: 64 })),
    frames: bytes(new FrameArena({ capacity: 64 })),
    wasm: bytes(WasmAllocator.createSync({ capacity: CAPACITY, maxCapacity: 2 * CAPACITY })),
    kept: new View(fixed, fixed.allocate(8), Uint8ClampedArray, 8),
    scoped: scope(fixed, 8).view(Uint8ClampedArray),
    shared: bytes(shared),
    sharedFloats: view(shared, shared.allocate(8), Float32Array, 2),
    givenShared: bytes(new SlabAllocator({ buffer: new SharedArrayBuffer(CAPACITY) })),
    arenaShared: bytes(new Arena({ capacity: 64, shared: true })),
    lanes: bytes(new SharedSlabAllocator({ capacity: CAPACITY })),
    grows: bytes(new SlabAllocator({ capacity: CAPACITY, maxCapacity: 2 * CAPACITY })),
    any: bytes(fixed as Allocator),
  };
}

test("the views are what their types say", () => {
  const { kept, ...views } = made();
  const kinds = Object.entries({ ...views, kept: kept.array }).map(([name, { buffer }]) => {
    const kind = "resizable" in buffer && buffer.resizable ? "resizable" : buffer.constructor.name;
    return [name, kind];
  });
  const shared = ["shared", "sharedFloats", "givenShared", "arenaShared", "lanes"];
  expect(Object.fromEntries(kinds)).toEqual(
    Object.fromEntries(
      kinds.map(([name]) => {
        if (name === "grows") return [name, "resizable"];
        return [name, shared.includes(name) ? "SharedArrayBuffer" : "ArrayBuffer"];
      }),
    ),
  );
});
