/** A real browser: looked for, never fetched. Every program of the house that needs one asks here. */
import { existsSync } from "node:fs";
import type { Browser } from "playwright-core";

export type { Browser };

/** Nothing of its own on the network, and no help that a machine without a screen does not have. */
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** WebGPU, and canvases that show what it draws, by SwiftShader: for machines without a GPU. */
export const SOFTWARE_GPU: readonly string[] = [
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  "--use-vulkan=swiftshader",
  "--use-angle=swiftshader",
  "--enable-features=Vulkan",
];

/** `gpu`: flags that make one, in place of the one that says that there is none. */
export async function launchChromium(
  executablePath: string,
  gpu: readonly string[] = ["--disable-gpu"],
): Promise<Browser> {
  const { chromium } = await import("playwright-core");
  // Ctrl-C is ours to answer.
  return chromium.launch({ executablePath, args: [...FLAGS, ...gpu], handleSIGINT: false });
}

const PLACES = ["/usr/bin/chromium", "/usr/bin/google-chrome"];

/** Its path, or in one line why there is none. */
export function findChromium(
  named: string | undefined = process.env.ARIAX_CHROMIUM,
): { readonly path: string } | { readonly reason: string } {
  if (named !== undefined && named !== "") {
    return existsSync(named)
      ? { path: named }
      : { reason: `no Chromium ($ARIAX_CHROMIUM names ${named}, which is not there)` };
  }
  const path = PLACES.find((place) => existsSync(place));
  return path === undefined
    ? { reason: `no Chromium (looked for ${PLACES.join(", ")}; $ARIAX_CHROMIUM names another)` }
    : { path };
}
