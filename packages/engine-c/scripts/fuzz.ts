/**
 * Builds fuzz/fuzz.c with Clang's libFuzzer and sanitizers, and runs it.
 *
 *     pnpm --filter @ariax/engine-c fuzz [seconds] [libFuzzer's options]
 *
 * New inputs go to fuzz/found, which is not committed; `-merge=1 fuzz/corpus fuzz/found` as options picks those worth it.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { build, findClang, SOURCE } from "./compiler.ts";

const FUZZ: string = new URL("../fuzz", import.meta.url).pathname;
const clang = findClang();
if (clang === undefined) {
  console.error("no clang: neither $CC nor clang on PATH; libFuzzer is part of it");
  process.exit(1);
}
const seconds = process.argv[2] ?? "60";
const options = process.argv.slice(3);
const sanitizers = "-fsanitize=fuzzer,address,undefined";
const program = build(clang, [
  "-std=c11",
  "-g",
  "-O1",
  sanitizers,
  "-fno-sanitize-recover=all",
  `${SOURCE}/ariax.c`,
  `${FUZZ}/fuzz.c`,
]);
mkdirSync(`${FUZZ}/found`, { recursive: true });
const limits = [`-max_total_time=${seconds}`, "-max_len=2048", `-artifact_prefix=${FUZZ}/found/`];
const folders = options.includes("-merge=1") ? [] : [`${FUZZ}/found`, `${FUZZ}/corpus`];
const { status } = spawnSync(program, [...limits, ...options, ...folders], { stdio: "inherit" });
process.exitCode = status ?? 1;
