/** What hosts have, lack and refuse: in processes of their own. */
import { execFile } from "node:child_process";
import { delimiter } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";

const run = promisify(execFile);
const script = (name: string) => fileURLToPath(new URL(`hosts/${name}.ts`, import.meta.url));

// Installed for the conformance suite; where they are not built for the platform, skipped by name.
const bin = fileURLToPath(new URL("../../conformance/node_modules/.bin", import.meta.url));
const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` };

describe.each([
  ["the resizable buffer of a WebAssembly program grows", "resizable"],
  ["a memory with 64-bit addresses is refused", "memory64"],
])("%s", (_, name) => {
  test.for([
    ["node", process.execPath, ["--experimental-wasm-rab-integration"]],
    ["bun", "bun", []],
    ["deno", "deno", ["run", "--no-check", "--allow-read"]],
  ] as const)("in %s", async ([host, command, args], { skip }) => {
    const printed = await run(command, [...args, script(name)], { env }).catch((error) => error);
    // Is there no such host, or is it an older one, which has no such thing?
    const { code, stderr, stdout } = printed;
    if (code === "ENOENT" || /bad option/.test(stderr) || stdout === "none\n") skip(`${host} has none`);
    expect(printed).toMatchObject({ stdout: "ok\n" });
  });
});

test.skipIf(process.platform === "win32")(
  "where the system has no memory, each way to ask for some says so",
  async () => {
    const limited = ["-c", 'ulimit -v 3000000; exec "$0" "$1"', process.execPath, script("no-memory")];
    const { stdout } = await run("bash", limited, { env });
    expect(stdout.trim().split("\n")).toEqual([
      "capacity: ERR_OUT_OF_MEMORY HostMemoryError out of memory: the host has no buffer of 3899998208 bytes",
      "maxCapacity: ERR_OUT_OF_MEMORY HostMemoryError out of memory: the host has no buffer of 3899998208 bytes",
      "shared: ERR_OUT_OF_MEMORY HostMemoryError out of memory: the host has no buffer of 3899998208 bytes",
      "shared, maxCapacity: ERR_OUT_OF_MEMORY HostMemoryError out of memory: the host has no buffer of 3899998208 bytes",
      "growth: ERR_OUT_OF_MEMORY OutOfMemoryError out of memory: no room for 1900000000 bytes aligned to 8 in a capacity of 1999998976 bytes",
      "and after it: ok",
    ]);
  },
);
