import wasm from "url:@ariax/wasm/heap.wasm";
import { check } from "./check.mjs";
import { report } from "./report.mjs";

report(check({ wasm, worker: () => new Worker(new URL("./worker.mjs", import.meta.url), { type: "module" }) }));
