/** The maker of traces: always the same, and what its description says. */
import { createHash } from "node:crypto";
import { InvalidArgumentError } from "@ariax/allocator";
import { describe, expect, test } from "vitest";
import { type GeneratedRequest, generateTrace } from "../src/plan/index.ts";

const all = (options = {}): GeneratedRequest[] => [...generateTrace({ requests: 2000, ...options })];
const digest = (value: unknown): string =>
  createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16);

test("the same options give the same trace, always", () => {
  expect(all()).toEqual(all({ seed: 1, tenants: 4, rate: 3.3, blockTokens: 512 }));
  expect(digest(all())).toBe("86d6040555fb9df3");
  expect(digest(all({ seed: 2, tenants: 0, rate: 100, blockTokens: 16, requests: 300 }))).toBe("827539ae3464afd9");
});

describe.each([1, 2, 3, 4294967295])("seed %i", (seed) => {
  const trace = all({ seed });

  test("ids are of prefixes: what stands before an id is always the same", () => {
    const before = new Map<number, number>();
    const wrong: number[] = [];
    for (const { hash_ids } of trace) {
      for (const [i, id] of hash_ids.entries()) {
        const last = i === 0 ? -1 : hash_ids[i - 1];
        if ((before.get(id) ?? last) !== last) wrong.push(id);
        before.set(id, last);
      }
    }
    expect(wrong).toEqual([]);
  });

  test("a request has as many blocks as its tokens fill, the last in part", () => {
    expect(trace.map(({ hash_ids }) => hash_ids.length)).toEqual(trace.map((one) => Math.ceil(one.input_length / 512)));
  });

  test("no id is of two tenants", () => {
    const owner = new Map<number, string | undefined>();
    const wrong: number[] = [];
    for (const { hash_ids, tenant } of trace) {
      for (const id of hash_ids) {
        if ((owner.get(id) ?? tenant) !== tenant) wrong.push(id);
        owner.set(id, tenant);
      }
    }
    expect(wrong).toEqual([]);
    expect(new Set(owner.values()).size).toBe(4);
  });

  test("requests come in order, so many a second", () => {
    const at = trace.map(({ timestamp }) => timestamp);
    expect(at).toEqual([...at].sort((a, b) => a - b));
    const perSecond = (1000 * trace.length) / trace.at(-1)!.timestamp;
    expect(perSecond).toBeGreaterThan(3);
    expect(perSecond).toBeLessThan(3.7);
  });

  test("system prompts are shared, sessions go on, some fork, some come again", () => {
    const seen = new Set<number>();
    const sent = new Set<string>();
    /** By the last block that a request shares with those before it: how many do. */
    const shared = new Map<number, number>();
    let again = 0;
    for (const { hash_ids } of trace) {
      if (sent.has(hash_ids.join())) again++;
      else {
        const last = hash_ids[hash_ids.findIndex((id) => !seen.has(id)) - 1];
        if (last !== undefined) shared.set(last, (shared.get(last) ?? 0) + 1);
      }
      sent.add(hash_ids.join());
      for (const id of hash_ids) seen.add(id);
    }
    const counts = [...shared.values()];
    const prompts = counts.filter((count) => count >= 10);
    expect(again).toBeGreaterThan(10);
    expect(prompts.length).toBeGreaterThan(5);
    expect(prompts.length).toBeLessThanOrEqual(32);
    expect(counts.filter((count) => count === 1).length).toBeGreaterThan(300); // turns
    expect(counts.filter((count) => count > 1 && count < 10).length).toBeGreaterThan(20); // forks
  });
});

test("one request at a time: a trace without end can be begun", () => {
  const requests = generateTrace({ requests: Number.MAX_SAFE_INTEGER });
  expect(requests.next().value).toMatchObject({ tenant: expect.stringMatching(/^tenant-[1-4]$/) });
});

test.each<[unknown, string]>([
  [{ seed: -1 }, "invalid seed: -1 is not a whole number from 0 to 4294967295"],
  [{ requests: 1.5 }, "invalid requests: 1.5 is not a whole number from 0 to 9007199254740991"],
  [{ tenants: "4" }, 'invalid tenants: "4" is not a whole number from 0 to 10000'],
  [{ rate: 0 }, "invalid rate: 0 is not a number from 0.000001 to 1000000"],
  [{ rate: null }, "invalid rate: null is not a number from 0.000001 to 1000000"],
  [{ blockTokens: 0 }, "invalid blockTokens: 0 is not a whole number from 1 to 1048576"],
  [{ sessions: 4 }, 'unknown option: "sessions" is not one of seed, requests, tenants, rate, blockTokens'],
  [null, "invalid options: null is no object"],
])("%j is refused at once", (options, message) => {
  expect(() => generateTrace(options as never)).toThrow(new InvalidArgumentError(message));
});
