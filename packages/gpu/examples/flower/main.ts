/**
 * A flower of 400 meshes. Each is a block of one vertex pool; in each frame twenty of them are freed and made anew, of another size,
 * and what lies apart is moved together. After a second it is still. What goes wrong is said below the picture.
 */
import { FencedQueue, type GpuBlock, StagingRing, vertexPool } from "@ariax/gpu/webgpu";

interface Mesh {
  readonly block: GpuBlock<GPUBuffer>;
  readonly vertices: number;
}

const STRIDE = 20; // bytes of a vertex: x, y, red, green, blue
const [MESHES, FRAMES, RENEWED] = [400, 60, 20];

let failed = false;
addEventListener("error", ({ message }) => fail(message));
addEventListener("unhandledrejection", ({ reason }) => fail(String(reason)));

const adapter = await navigator.gpu?.requestAdapter();
if (!adapter) throw new Error("this browser has no WebGPU, or no GPU for it");
const device = await adapter.requestDevice();
device.addEventListener("uncapturederror", ({ error }) => fail(error.message));
void device.lost.then(({ message }) => fail(`the device is lost: ${message}`));
const canvas = document.querySelector("canvas")!;
const context = canvas.getContext("webgpu") as GPUCanvasContext;
const format = navigator.gpu.getPreferredCanvasFormat();
context.configure({ device, format });

const module = device.createShaderModule({
  code: `
    struct Out { @builtin(position) at: vec4f, @location(0) color: vec3f }
    @vertex fn vertex(@location(0) at: vec2f, @location(1) color: vec3f) -> Out { return Out(vec4f(at, 0, 1), color); }
    @fragment fn fragment(in: Out) -> @location(0) vec4f { return vec4f(in.color, 1); }`,
});
const pipeline = device.createRenderPipeline({
  layout: "auto",
  vertex: {
    module,
    buffers: [
      {
        arrayStride: STRIDE,
        attributes: [
          { shaderLocation: 0, offset: 0, format: "float32x2" },
          { shaderLocation: 1, offset: 8, format: "float32x3" },
        ],
      },
    ],
  },
  fragment: { module, targets: [{ format }] },
});

const queue = new FencedQueue(device); // counts submits
const pool = vertexPool(queue, { stride: STRIDE, bufferBytes: 512 * 1024 }); // as many buffers as it takes
const ring = new StagingRing(queue); // uploads

const meshes: Mesh[] = [];
let moved = 0;

function frame(n: number): void {
  if (failed) return;
  const encoder = device.createCommandEncoder();
  const isFirst = meshes.length === 0;
  for (let k = 0; k < (isFirst ? MESHES : RENEWED); k++) {
    const i = (n * RENEWED + k) % MESHES;
    // The GPU may still draw it: its bytes are used again when it has done so.
    if (!isFirst) pool.free(meshes[i]!.block);
    const data = petal(i, Math.floor((n * RENEWED + k) / MESHES));
    const block = pool.allocate(data.byteLength);
    ring.write(encoder, block, data);
    meshes[i] = { block, vertices: data.byteLength / STRIDE };
  }

  const view = context.getCurrentTexture().createView();
  const clearValue = [0.063, 0.078, 0.094, 1];
  const pass = encoder.beginRenderPass({ colorAttachments: [{ view, clearValue, loadOp: "clear", storeOp: "store" }] });
  pass.setPipeline(pipeline);
  let bound: GPUBuffer | undefined;
  for (const { block, vertices } of meshes) {
    if (block.buffer !== bound) pass.setVertexBuffer(0, (bound = block.buffer));
    pass.draw(vertices, 1, block.offset / STRIDE);
  }
  pass.end();
  queue.submit([encoder.finish()]);

  moved += pool.defragment(16 * 1024).length; // at most 16 KiB a frame
  if (n + 1 < FRAMES) requestAnimationFrame(() => frame(n + 1));
  else report();
}

/** A fan of triangles around a seed's place in a sunflower. */
function petal(i: number, generation: number): Float32Array<ArrayBuffer> {
  const [angle, radius] = [i * 2.399963, 0.93 * Math.sqrt(i / MESHES)];
  const [x, y] = [radius * Math.cos(angle), radius * Math.sin(angle)];
  const size = 0.015 + 0.02 * Math.sqrt(i / MESHES);
  const sides = 3 + ((7 * i + 5 * generation) % 20);
  const hue = i / MESHES + generation / 4;
  const color = [0, 1, 2].map((c) => 0.6 + 0.4 * Math.cos(2 * Math.PI * (hue + c / 3)));
  const corner = (k: number): number[] => {
    const turn = angle + (2 * Math.PI * k) / sides;
    return [x + size * Math.cos(turn), y + size * Math.sin(turn), ...color];
  };
  return new Float32Array(
    Array.from({ length: sides }, (_, k) => [x, y, ...color, ...corner(k), ...corner(k + 1)]).flat(),
  );
}

function report(): void {
  pool.verify();
  const { blocks, buffers, live, bytes } = pool.stats();
  const where = buffers === 1 ? "1 buffer" : `${buffers} buffers`;
  say(`${blocks} meshes of ${live} bytes in ${where} of ${bytes}; ${moved} were moved on the way`);
}

function say(text: string): void {
  document.querySelector("p")!.textContent = text;
}

/** The first thing that goes wrong ends it, and stays on the page. */
function fail(reason: string): void {
  if (!failed) say(reason);
  failed = true;
}

frame(0);
