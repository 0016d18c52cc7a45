/** `pnpm bench`: see `--help`, or the README beside this folder. */
import { main } from "./cli.ts";

process.exitCode = await main(process.argv.slice(2));
