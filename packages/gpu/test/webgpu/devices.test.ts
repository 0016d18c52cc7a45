/** The scenarios on real devices. */
import { expect, test } from "vitest";
import { findChromium } from "../../../../scripts/lib/chromium.ts";
import { sayInChromium, sayInDawn } from "./hosts.ts";
import { SCENARIOS } from "./scenarios.ts";

const OK = Object.fromEntries(Object.keys(SCENARIOS).map((name) => [name, "ok"]));

test("the scenarios in Dawn for Node", async ({ skip }) => {
  const said = await sayInDawn("in-dawn.ts");
  if (said.unavailable !== undefined) skip(said.unavailable);
  expect(said).toEqual(OK);
});

test("the scenarios in Chromium", async ({ skip }) => {
  const chromium = findChromium();
  if ("reason" in chromium) return skip(chromium.reason);
  const said = await sayInChromium(chromium.path, "in-page.ts");
  if (said.unavailable !== undefined) skip(said.unavailable);
  expect(said).toEqual(OK);
});
