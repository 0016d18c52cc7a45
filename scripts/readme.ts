/** Writes the generated tables of the README. A test fails where they are not what this would write. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { featureTable } from "./lib/features.ts";
import { between } from "./lib/markers.ts";
import { ROOT, readText } from "./lib/workspace.ts";

writeFileSync(join(ROOT, "README.md"), between(readText("README.md"), "features", featureTable()));
