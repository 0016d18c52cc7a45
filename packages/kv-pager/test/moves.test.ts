/** What the engine is told to copy, and is told no more once the ticket is over. */
import { expect, test } from "vitest";
import { KvPager, type Ticket } from "../src/index.ts";

/** A pager whose host has the four full blocks of a prompt, and a sequence of it that waits. */
function withLoad() {
  const pager = new KvPager({ blocks: 8, blockTokens: 4, tiers: [{ name: "host", blocks: 8 }] });
  const prompt = Array.from({ length: 17 }, (_, i) => i);
  const first = pager.open({ tokens: prompt });
  pager.allocateSlots(first, 17);
  pager.done(pager.offload([...pager.table(first)].slice(0, 4), "host") as Ticket);
  pager.close(first);
  const other = pager.open({ tokens: prompt.map((token) => token + 100).concat(new Array(15).fill(7)) });
  pager.allocateSlots(other, 32);
  pager.close(other);
  const waits = pager.open({ tokens: prompt });
  return { pager, waits, ticket: pager.load(waits) as Ticket };
}

test.each(["done", "failed", "expire"] as const)("nothing of a ticket that is over: %s", (end) => {
  const { pager, ticket } = withLoad();
  expect(pager.pendingMoves).toBe(4); // those of the offload, which was done, are no more
  pager[end](ticket);
  expect(pager.pendingMoves).toBe(0);
  expect(pager.moves()).toEqual([]);
  pager.verify();
});

test("what others are to copy stays, in its order", () => {
  const { pager, waits, ticket } = withLoad();
  const parent = pager.open({ tokens: [1, 2, 3] });
  pager.allocateSlots(parent, 3);
  pager.append(pager.fork(parent), 4);
  pager.failed(ticket);
  const again = pager.load(waits, 2) as Ticket;
  expect(pager.moves().map(({ operation, ticket }) => [operation, ticket])).toEqual([
    ["copy", 0],
    ["load", again],
    ["load", again],
  ]);
  pager.failed(again);
  pager.verify();
});

test("a copy that fails while it is told ends the others of its ticket, and is told once", () => {
  const { pager, waits, ticket } = withLoad();
  const told: [string, number][] = [];
  const each = (operation: string, _from: number, _source: number, _to: number, _target: number, which: number) => {
    told.push([operation, which]);
    if (told.length === 2) pager.failed(which as Ticket);
  };
  expect(pager.moves(each)).toBe(2);
  expect(told).toEqual([
    ["load", ticket],
    ["load", ticket],
  ]);
  const again = pager.load(waits, 1) as Ticket;
  expect(pager.moves(each)).toBe(1);
  expect(told[2]).toEqual(["load", again]);
  pager.failed(again);
  pager.verify();
});

test("a sequence with tokens is given each, one with keys none", () => {
  const pager = new KvPager({ blocks: 8, blockTokens: 4 });
  const tokens = pager.open({ tokens: [1, 2, 3] });
  pager.allocateSlots(tokens, 3);
  expect(() => pager.append(tokens)).toThrow("invalid token: undefined");
  expect(pager.length(tokens)).toBe(3);
  const keys = pager.open({ keys: new Int32Array(0), length: 3 });
  pager.allocateSlots(keys, 3);
  expect(pager.append(keys)).toBe(true);
});
