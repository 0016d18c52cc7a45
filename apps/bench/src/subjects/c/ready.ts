/** Which C allocators there are here, found out once a process by asking each. */
import { spawnSync } from "node:child_process";
import type { CSubject } from "../subject.ts";
import { type Built, buildReplay } from "./compile.ts";

export interface Ready {
  readonly binary: string;
  /** The shared library to open; "" where none is. */
  readonly library: string;
  /** What it says it is, and its file. */
  readonly version: string;
}

/**
 * jemalloc keeps its threads' state in static thread-local storage, of which glibc has little to spare for a library that
 * is opened late; this is how to ask for more.
 */
export const C_ENV: Readonly<Record<string, string>> = { GLIBC_TUNABLES: "glibc.rtld.optional_static_tls=16384" };

const asked = new Map<string, Ready | { readonly reason: string }>();
const builds = new Map<string, Built>();

/** How to run a subject, or one line that says why that can't be. */
export function readyC(subject: CSubject): Ready | { readonly reason: string } {
  const before = asked.get(subject.name) ?? ask(subject);
  asked.set(subject.name, before);
  return before;
}

function ask({ name, libraries, engine }: CSubject): Ready | { readonly reason: string } {
  const what = engine ? "engine" : "libraries";
  const built = builds.get(what) ?? buildReplay(what);
  builds.set(what, built);
  if ("reason" in built) return built;
  const complaints: string[] = [];
  for (const library of libraries ?? [""]) {
    const env = { ...process.env, ...C_ENV };
    const { status, stdout, stderr } = spawnSync(built.path, [name, library], { env, encoding: "utf8" });
    if (status === 0) return { binary: built.path, library, version: (JSON.parse(stdout) as Ready).version };
    complaints.push((stderr ?? "").trim().replace(`${name}: `, "") || "the program that replays does not run");
  }
  // Some of its names are those that it has elsewhere. Is it here under one, and broken?
  const reason = complaints.find((complaint) => !isMissing(complaint));
  return { reason: reason ?? `not installed (${(libraries ?? [name]).join(", ")})` };
}

/** As dlopen says it, on Linux and on macOS. */
const isMissing = (complaint: string): boolean => /no such file|image not found/i.test(complaint);
