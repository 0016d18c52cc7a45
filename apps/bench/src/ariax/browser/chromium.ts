/** Chromium, where it is installed: it is looked for, never fetched. */
import { existsSync } from "node:fs";

const PLACES = ["/usr/bin/chromium", "/usr/bin/google-chrome"];

/** Nothing of its own on the network, and no help that a machine without a screen does not have. */
export const FLAGS: readonly string[] = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

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
