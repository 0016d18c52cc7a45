/**
 * A page that gives views of heaps to web APIs, and says which takes which memory: `row: [kind of memory → answer]`. A fresh heap for each
 * cell, as some APIs take the memory away.
 */
import { type Allocator, view } from "../../packages/allocator/src/index.ts";
import { SlabAllocator } from "../../packages/slab/src/index.ts";
import { WasmAllocator } from "../../packages/wasm/src/index.ts";

const CAPACITY = 1 << 20;

/** By the head of their column. */
const MEMORIES: Readonly<Record<string, () => Allocator>> = {
  fixed: () => new SlabAllocator({ capacity: CAPACITY }),
  "grows (`maxCapacity`)": () => new SlabAllocator({ capacity: CAPACITY, maxCapacity: 2 * CAPACITY }),
  "`shared: true`": () => new SlabAllocator({ capacity: CAPACITY, shared: true }),
  "`WasmAllocator`, grows": () => WasmAllocator.createSync({ capacity: CAPACITY, maxCapacity: 2 * CAPACITY }),
};

type Bytes = Uint8Array<ArrayBuffer>;
/** Its types are not asked: they are what is tried. */
type Try = (bytes: Bytes, clamped: Uint8ClampedArray<ArrayBuffer>, floats: Float32Array<ArrayBuffer>) => unknown;

const stream = (type?: "bytes") =>
  new ReadableStream({ type, pull: (controller) => controller.enqueue(new Uint8Array(8)) } as UnderlyingByteSource);

const APIS: Readonly<Record<string, Try>> = {
  "`new TextDecoder().decode(view)`": (bytes) => new TextDecoder().decode(bytes),
  "`new TextEncoder().encodeInto(text, view)`": (bytes) => new TextEncoder().encodeInto("text", bytes),
  "`crypto.getRandomValues(view)`": (bytes) => crypto.getRandomValues(bytes),
  "`crypto.subtle.digest(name, view)`": (bytes) => crypto.subtle.digest("SHA-256", bytes),
  "`new Blob([view])`": (bytes) => new Blob([bytes]),
  "`fetch(url, { body: view })`": (bytes) => fetch("/sink", { method: "POST", body: bytes }),
  "`new Response(view)`": (bytes) => new Response(bytes).arrayBuffer(),
  "`navigator.sendBeacon(url, view)`": (bytes) => navigator.sendBeacon("/sink", bytes),
  "`new CompressionStream(…)`, `writer.write(view)`": async (bytes) => {
    const { readable, writable } = new CompressionStream("gzip");
    readable
      .getReader()
      .read()
      .catch(() => {}); // what the writer says is told
    await writable.getWriter().write(bytes);
  },
  "`reader.read(view)` of a BYOB reader": (bytes) => stream("bytes").getReader({ mode: "byob" }).read(bytes),
  "`new ImageData(view, …)`": (_, clamped) => new ImageData(clamped, 4),
  "WebGL: `gl.bufferData(target, view, usage)`": (bytes) => {
    const gl = webgl();
    gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ARRAY_BUFFER, bytes, gl.STATIC_DRAW);
  },
  "WebGL: `gl.texImage2D(…, view)`": (bytes) => {
    const gl = webgl();
    gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, 2, 2, 0, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
  },
  "WebGL: `gl.readPixels(…, view)`": (bytes) => webgl().readPixels(0, 0, 2, 2, 6408, 5121, bytes),
  "WebGPU: `queue.writeBuffer(buffer, at, view)`": async (bytes) => {
    const { device, target } = await webgpu();
    device.queue.writeBuffer(target, 0, bytes);
  },
  "`new VideoFrame(view, …)`": (bytes) => {
    new VideoFrame(bytes, { format: "RGBA", codedWidth: 2, codedHeight: 2, timestamp: 0 }).close();
  },
  "`audioBuffer.copyToChannel(view, 0)`": (_, __, floats) => audio().copyToChannel(floats, 0),
  "`audioBuffer.copyFromChannel(view, 0)`": (_, __, floats) => audio().copyFromChannel(floats, 0),
  "`WebAssembly.validate(view)`": (bytes) => WebAssembly.validate(bytes),
  "IndexedDB: `store.put(view, key)`": async (bytes) => {
    const store = (await database()).transaction("views", "readwrite").objectStore("views");
    await settled(store.put(bytes, 1));
  },
  "`postMessage(view)`, `structuredClone(view)`": (bytes) => structuredClone(bytes),
  "`postMessage(view, [view.buffer])`": (bytes) => structuredClone(bytes, { transfer: [bytes.buffer] }),
  "`Atomics.waitAsync(view, 0, 0)`": (bytes) => {
    const { async, value } = Atomics.waitAsync(new Int32Array(bytes.buffer, bytes.byteOffset, 1) as never, 0, 1);
    if (async || value !== "not-equal") throw new Error(`it waits: ${value}`);
  },
};

const webgl = (): WebGL2RenderingContext =>
  new OffscreenCanvas(2, 2).getContext("webgl2") ?? missing("there is no WebGL2");
const audio = (): AudioBuffer => new AudioBuffer({ length: 4, sampleRate: 44100 });

interface Device {
  readonly queue: { writeBuffer(target: object, at: number, data: Bytes): void };
  createBuffer(descriptor: { readonly size: number; readonly usage: number }): object;
}
let gpu: Promise<{ readonly device: Device; readonly target: object }> | undefined;
/** One device for all. */
function webgpu(): NonNullable<typeof gpu> {
  gpu ??= (async () => {
    const { gpu: host } = navigator as unknown as {
      gpu?: { requestAdapter(): Promise<{ requestDevice(): Promise<Device> } | null> };
    };
    const adapter = (await host?.requestAdapter()) ?? missing("there is no WebGPU");
    const device = await adapter.requestDevice();
    return { device, target: device.createBuffer({ size: 64, usage: 8 /* COPY_DST */ }) };
  })();
  return gpu;
}

let opened: Promise<IDBDatabase> | undefined;
function database(): Promise<IDBDatabase> {
  if (opened === undefined) {
    const request = indexedDB.open("views");
    request.onupgradeneeded = () => request.result.createObjectStore("views");
    opened = settled(request);
  }
  return opened;
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function missing(what: string): never {
  throw new Missing(what);
}
class Missing extends Error {}

/** What happens to 16 bytes of such memory: taken, refused, or gone with the memory. */
async function answer(api: Try, heap: Allocator): Promise<string> {
  const at = heap.allocate(16);
  const bytes = view(heap, at, Uint8Array, 16) as Bytes;
  bytes.fill(0);
  const clamped = view(heap, at, Uint8ClampedArray, 16) as Uint8ClampedArray<ArrayBuffer>;
  try {
    await api(bytes, clamped, view(heap, at, Float32Array, 4) as Float32Array<ArrayBuffer>);
  } catch (error) {
    if (error instanceof Missing) return "missing";
    return `no: ${(error as Error).message}`;
  }
  return bytes.length === 0 ? "takes the heap away" : "yes";
}

const table: Record<string, Record<string, string>> = {};
for (const [name, api] of Object.entries(APIS)) {
  table[name] = {};
  for (const [kind, make] of Object.entries(MEMORIES)) table[name][kind] = await answer(api, make());
}
console.log(JSON.stringify(table));
