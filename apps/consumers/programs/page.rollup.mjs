/** For Rollup, which leaves workers and files to its user: both lie beside the page's bundle. */
import { check } from "./check.mjs";
import { report } from "./report.mjs";

const beside = (file) => new URL(file, location.href);
report(check({ wasm: beside("heap.wasm"), worker: () => new Worker(beside("worker.mjs"), { type: "module" }) }));
