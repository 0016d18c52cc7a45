import wasm from "@ariax/wasm/heap.wasm?url";
import { check } from "./check.mjs";
import { report } from "./report.mjs";

report(check({ wasm, worker: () => new Worker(new URL("./worker.mjs", import.meta.url), { type: "module" }) }));
