/** The workflows, as somebody who wants to publish in our name would read them. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT, readText } from "../lib/workspace.ts";

const FOLDER = ".github/workflows";
const workflows = readdirSync(join(ROOT, FOLDER)).map((name) => ({ name, text: readText(FOLDER, name) }));

/** The jobs of a workflow, by name: what is indented below it. */
const jobsOf = (text: string): Map<string, string> =>
  new Map(
    text
      .slice(text.indexOf("\njobs:\n") + 7)
      .split(/^(?= {2}[\w-]+:$)/m)
      .map((job) => [/^ {2}([\w-]+):$/m.exec(job)?.[1] ?? "", job.replace(/^\s*#.*$/gm, "")]),
  );

test.each(workflows)("$name pins every action by its hash, and gives no job what it does not ask for", ({ text }) => {
  const uses = [...text.matchAll(/\buses: (\S+)/g)].map(([, action]) => action);
  expect(uses.filter((action) => !/@[0-9a-f]{40}$/.test(action) && !action.startsWith("./"))).toEqual([]);
  expect(text).toContain("\npermissions: {}");
  const checkouts = text.match(/actions\/checkout@/g)?.length ?? 0;
  expect(text.match(/persist-credentials: false/g)?.length ?? 0).toBe(checkouts);
});

test("one job may speak for us at npm, and it checks out and installs nothing", () => {
  const jobs = jobsOf(readText(FOLDER, "release.yml"));
  const trusted = [...jobs].filter(([, text]) => text.includes("id-token: write")).map(([name]) => name);
  expect(trusted).toEqual(["attest", "publish"]);
  for (const name of ["attest", "publish", "announce"]) {
    expect(jobs.get(name), name).not.toMatch(/checkout|pnpm|npx|npm (?:install|ci|i)\b|contents: write.*id-token/s);
  }
  expect(jobs.get("publish")).toContain("environment: npm");
  expect(jobs.get("version")).toContain("--ignore-scripts");
});

test("a release installs the pnpm that the workspace pins, to the patch", () => {
  const { packageManager } = JSON.parse(readText("package.json"));
  const started = new Set([...readText(FOLDER, "release.yml").matchAll(/\bpnpm@[\d.]+/g)].map(([name]) => name));
  expect([...started]).toEqual([packageManager]);
});
