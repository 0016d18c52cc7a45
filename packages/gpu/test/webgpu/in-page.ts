/** A page: the scenarios in a browser. Says one line of JSON to the console. */
import { FencedQueue } from "../../src/webgpu/index.ts";
import { runScenarios } from "./scenarios.ts";

async function makeQueue(): Promise<FencedQueue<GPUDevice>> {
  const adapter = await navigator.gpu.requestAdapter();
  if (adapter === null) throw new Error("no adapter");
  return new FencedQueue(await adapter.requestDevice());
}

const adapter = await navigator.gpu?.requestAdapter();
console.log(
  JSON.stringify(adapter ? await runScenarios(makeQueue) : { unavailable: "the browser has no WebGPU adapter" }),
);
