/** `pnpm bench`: see `--help`, or the README beside this folder. */
import { main } from "./commands/cli.ts";

// Whoever reads the tables may have seen enough: `pnpm bench | head`.
process.stdout.on("error", () => process.exit(1));
process.exitCode = await main(process.argv.slice(2));
