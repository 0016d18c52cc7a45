/** Workers are left to esbuild's user: its bundle lies beside the page's. */
import wasm from "@ariax/wasm/heap.wasm";
import { check } from "./check.mjs";
import { report } from "./report.mjs";

report(check({ wasm, worker: () => new Worker(new URL("worker.mjs", location.href), { type: "module" }) }));
