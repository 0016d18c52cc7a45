import { expect, test } from "vitest";
import { cell, problemsOf, type Result, runCells, start } from "../src/cells.ts";
import { ALL, nameOf, optionsOf } from "../src/type-settings.ts";

test("each cell has a result, so many run at once, and what one throws is its problem", async () => {
  let [running, most] = [0, 0];
  const works = cell("works", async () => {
    most = Math.max(most, ++running);
    await Promise.resolve();
    running--;
    return [];
  });
  const throws = cell("throws", () => Promise.reject(new Error("no")));
  const results: Result[] = [];
  await runCells([works, throws, works, works], 2, (result) => void results.push(result));
  expect(results.filter(({ problems }) => problems.length === 0).length).toBe(3);
  expect(results.find(({ what }) => what === "throws")?.problems).toEqual([expect.stringContaining("Error: no")]);
  expect(most).toBe(2);
});

test("what a program prints, and how it ends", async () => {
  const run = (code: string) => start(process.execPath, ["-e", code], import.meta.dirname);
  expect(problemsOf(await run("console.log('well')"), "well")).toEqual([]);
  expect(problemsOf(await run("console.log('ill')"), "well")).toEqual(['it does not say "well":', "ill"]);
  expect(problemsOf(await run("console.error('gone'); process.exit(3)"))).toEqual(["exit code 3", "gone"]);
  expect((await start("no-such-program", [], import.meta.dirname)).code).toBe(-1);
});

test("48 settings of a compiler, no two alike", () => {
  expect(new Set(ALL.map(nameOf)).size).toBe(48);
  expect(new Set(ALL.map((settings) => JSON.stringify(optionsOf(settings)))).size).toBe(48);
});
