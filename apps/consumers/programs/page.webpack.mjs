import { check } from "./check.mjs";
import { report } from "./report.mjs";

const wasm = new URL("@ariax/wasm/heap.wasm", import.meta.url);
report(check({ wasm, worker: () => new Worker(new URL("./worker.mjs", import.meta.url), { type: "module" }) }));
