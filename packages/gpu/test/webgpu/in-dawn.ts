/** A process of its own: the scenarios in Dawn for Node. Prints one line of JSON. */
import { create } from "webgpu";
import { FencedQueue } from "../../src/webgpu/index.ts";
import { runScenarios } from "./scenarios.ts";

const gpu: GPU = create([]);

async function makeQueue(): Promise<FencedQueue<GPUDevice>> {
  const adapter = await gpu.requestAdapter();
  if (adapter === null) throw new Error("no adapter");
  return new FencedQueue(await adapter.requestDevice());
}

const adapter = await gpu.requestAdapter();
const said = adapter === null ? { unavailable: "Dawn finds no adapter" } : await runScenarios(makeQueue);
console.log(JSON.stringify(said));
process.exit(); // not waiting for what Dawn keeps
