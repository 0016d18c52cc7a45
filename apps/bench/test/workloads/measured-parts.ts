import { expect } from "vitest";
import type { Figure } from "../../src/workloads/parts/figure.ts";
import { observe } from "../../src/workloads/parts/observe.ts";

/** Each is measured once, whoever asks. */
const measured = new Map<string, Promise<readonly Figure[]>>();
export function measurePart(subject: string): Promise<readonly Figure[]> {
  const before = measured.get(subject);
  if (before !== undefined) return before;
  const figures = observe({ kind: "parts", subject, workload: "parts", quick: true }).then((one) => one.figures);
  measured.set(subject, figures);
  return figures;
}

export async function hasFigures({ name }: { readonly name: string }): Promise<void> {
  const figures = await measurePart(name);
  expect(figures.length).toBeGreaterThanOrEqual(2);
  for (const { what, value, unit } of figures) {
    expect(what).not.toBe("");
    expect(value, what).toBeGreaterThanOrEqual(0);
    // A program may be spared by the collector.
    if (["ns", "µs", "×"].includes(unit) && !what.includes("pause")) expect(value, what).toBeGreaterThan(0);
  }
}
