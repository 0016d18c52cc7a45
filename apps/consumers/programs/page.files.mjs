/** For bundlers that leave workers and files to their user: both lie beside the page's bundle. */
import { check } from "./check.mjs";
import { report } from "./report.mjs";

const beside = (file) => new URL(file, location.href);
report(check({ wasm: beside("heap.wasm"), worker: () => new Worker(beside("worker.mjs"), { type: "module" }) }));
