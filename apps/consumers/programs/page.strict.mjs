/** For a page whose policy lets no WebAssembly be compiled, and so no worker of ours that asks for it. */
import { check } from "./check.mjs";
import { report } from "./report.mjs";

report(check({}));
