/** A reporter that names at the end of a run what was skipped: a line for each part, with its reason where one is given. */
import type { Reporter, TestModule, TestSuite } from "vitest/node";

/** Lines for what was skipped of a module or a suite: a suite that was skipped as a whole is one. */
export function skipped(of: TestModule | TestSuite, name: string): string[] {
  const lines: string[] = [];
  for (const child of of.children) {
    const path = `${name} > ${child.name}`;
    if (child.type === "suite") lines.push(...(child.options.mode === "skip" ? [path] : skipped(child, path)));
    else {
      const result = child.result();
      if (result.state === "skipped") lines.push(result.note === undefined ? path : `${path} (${result.note})`);
    }
  }
  return lines;
}

export function skippedReporter(): Reporter {
  let filtered = false;
  return {
    onInit: ({ config }) => {
      filtered = config.testNamePattern !== undefined; // what was not asked for is no news
    },
    onTestRunEnd: (modules) => {
      if (filtered) return;
      for (const module of modules) {
        const name = `${module.project.name} > ${module.relativeModuleId}`;
        for (const line of skipped(module, name)) console.log(`skipped: ${line}`);
      }
    },
  };
}
