/** Where there is WebGPU without a GPU: Dawn for Node and Chromium, both on Chromium's SwiftShader. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { rolldown } from "rolldown";
import { SOFTWARE_GPU } from "../../../../scripts/lib/chromium.ts";
import { saidByPage } from "../../../../scripts/lib/page.ts";

const run = promisify(execFile);
export const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const DRIVERS = [process.env.VK_DRIVER_FILES, "/usr/lib/chromium/vk_swiftshader_icd.json"];

/** What a program prints that Node runs, with Dawn. */
export async function runInDawn(args: readonly string[]): Promise<string | { readonly unavailable: string }> {
  const driver = DRIVERS.find((file) => file !== undefined && existsSync(file));
  if (driver === undefined) {
    return { unavailable: `no Vulkan driver (looked for ${DRIVERS[1]}; $VK_DRIVER_FILES names another)` };
  }
  // Beside the driver lies a Vulkan loader, where the system has none.
  const loaders = [process.env.LD_LIBRARY_PATH, dirname(driver)].filter((path) => path !== undefined && path !== "");
  const env = { ...process.env, VK_DRIVER_FILES: driver, LD_LIBRARY_PATH: loaders.join(":") };
  try {
    return (await run(process.execPath, args, { env })).stdout;
  } catch (error) {
    const { stderr = "" } = error as { stderr?: string };
    const isHere = !/Cannot find package 'webgpu'|dawn\.node/.test(stderr);
    if (isHere) throw error;
    return { unavailable: "the package webgpu does not load here" };
  }
}

/** What a program of this folder says that uses Dawn: one line of JSON. */
export async function sayInDawn(program: string): Promise<Record<string, string>> {
  const said = await runInDawn([at(program)]);
  return typeof said === "string" ? JSON.parse(said.trim().split("\n").at(-1)!) : said;
}

/** What a page says to its console that runs a program: one line of JSON. */
export async function sayInChromium(path: string, program: string): Promise<Record<string, string>> {
  return JSON.parse(await saidByPage({ path, gpu: SOFTWARE_GPU }, { "page.js": await bundled(at(program)) }));
}

export async function bundled(input: string): Promise<string> {
  const bundle = await rolldown({ input, platform: "browser", logLevel: "silent" });
  const { output } = await bundle.generate({ format: "esm" });
  await bundle.close();
  return output[0].code;
}
