import { afterEach, vi } from "vitest";

/** A clock of the test's own: a look at it takes a microsecond, and else time passes where the test says so. Until its end. */
export function ownClock(): { pass(ms: number): void } {
  let now = 1000;
  vi.spyOn(performance, "now").mockImplementation(() => (now += 0.001));
  return { pass: (ms) => void (now += ms) };
}

afterEach(() => {
  vi.restoreAllMocks();
});
