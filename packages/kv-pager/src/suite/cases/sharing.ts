/** Blocks that several sequences have: copies, windows, charges. */
import { check, equal } from "../fail.ts";
import { admit, type Case, cached, EIGHT, of, run, table, tokens, watched } from "./case.ts";

export const SHARING: readonly Case[] = [
  {
    number: 8,
    name: "two copies of a key: only the last one's eviction is told",
    origin: "vllm-project/vllm#48933, #55092, llm-d #680",
    needs: ["events"],
    run: (create) => {
      const pager = create({ ...EIGHT, events: true });
      const [first, second] = [admit(pager, { tokens: tokens(8) }), admit(pager, { tokens: tokens(8) })];
      const stored = of("stored", pager.events!.drain());
      equal("keys stored", stored.length, 2);
      equal("blocks of both", new Set([...table(pager, first), ...table(pager, second)]).size, 3);
      pager.close(first);
      const third = admit(pager, { tokens: tokens(24, 100) });
      equal("removed, with a copy left", of("removed", pager.events!.drain()).length, 0);
      equal("cached, with a copy left", cached(pager, { tokens: tokens(9) }), 8);
      pager.close(second);
      admit(pager, { tokens: tokens(8, 200) });
      const removed = of("removed", pager.events!.drain()).map(({ key }) => key);
      equal("removed", removed.sort(), stored.map(({ key }) => key).sort());
      equal("cached, with none left", cached(pager, { tokens: tokens(9) }), 0);
      pager.close(third);
    },
  },
  {
    number: 17,
    name: "a fork in the middle of a block: it is copied once, for who writes first",
    origin: "vllm-project/vllm#417, #1556, #3347",
    needs: ["fork"],
    run: (create) => {
      const pager = create(EIGHT);
      const first = admit(pager, { tokens: tokens(6) });
      const second = pager.fork!(first);
      equal("free, after the fork", pager.free, 6);
      check(pager.append(first, 60) && pager.append(second, 61), () => "append: false");
      const moves: unknown[] = [];
      pager.moves!((operation, fromTier, from, toTier, to, ticket, n) =>
        moves.push([operation, fromTier, from, toTier, to, ticket, n]),
      );
      const [mine, other] = [table(pager, first), table(pager, second)];
      equal("moves", moves, [["copy", 0, other[1], 0, mine[1], 0, 2]]);
      equal("the first block of both", mine[0], other[0]);
      check(mine[1] !== other[1], () => `both write block ${mine[1]}`);
      pager.close(first);
      pager.close(second);
      equal("free", pager.free, 8);
      // Watched: what both read is their own.
      const engine = watched(create, EIGHT);
      const job = run(engine, { tokens: tokens(6) });
      const copy = engine.fork(job);
      for (const [who, token] of [
        [job, 60],
        [copy, 61],
        [job, 62],
        [copy, 63],
        [copy, 64],
      ] as const)
        engine.append(who, token);
    },
  },
  {
    number: 18,
    name: "a block that two have falls out of the window of both: it is let go of once each",
    origin: "vllm-project/vllm#3347",
    needs: ["fork"],
    run: (create) => {
      const engine = watched(create, { ...EIGHT, window: 4 });
      const job = run(engine, { tokens: tokens(8) });
      const copy = engine.fork(job);
      engine.append(job, 8);
      equal("entries", table(engine.pager, job.sequence)[0], 0);
      equal("free, with one that has it", engine.pager.free, 5);
      engine.append(copy, 9);
      equal("entries of the fork", table(engine.pager, copy.sequence)[0], 0);
      equal("free, with none that has it", engine.pager.free, 5);
      engine.close(job);
      engine.close(copy);
      equal("free", engine.pager.free, 8);
    },
  },
  {
    number: 19,
    name: "what fell out of the window is 0 in the table, and never a block of somebody else",
    origin: "vllm-project/vllm#42273",
    run: (create) => {
      const engine = watched(create, { ...EIGHT, window: 4 });
      const job = run(engine, { tokens: tokens(8) });
      for (let i = 0; i < 12; i++) {
        engine.append(job, i);
        engine.commit(job, 1);
      }
      run(engine, { tokens: tokens(4, 100) });
      const entries = table(engine.pager, job.sequence);
      equal("entries out of the window", entries.slice(0, 3), [0, 0, 0]);
      equal("free", engine.pager.free, 8 - 1 - entries.filter((id) => id !== 0).length);
    },
  },
  {
    number: 29,
    name: "a prefix that two tenants share is charged once, and to who stays",
    origin: "Mooncake #2112",
    needs: ["tenants"],
    run: (create) => {
      const pager = create({ ...EIGHT, tenants: 2 });
      const first = admit(pager, { tokens: tokens(9), tenant: "a" });
      const second = admit(pager, { tokens: tokens(10), tenant: "b" });
      equal("charges", [pager.charged!("a"), pager.charged!("b")], [3, 1]);
      pager.close(first);
      equal("charges, once the first has closed", [pager.charged!("a"), pager.charged!("b")], [0, 3]);
      pager.quota!("a", 1);
      const third = pager.open({ tokens: tokens(9), tenant: "a" });
      check(
        pager.allocateSlots(third, 1),
        () => "a hit that another is charged for, and one block, are over a quota of 1",
      );
      pager.close(third);
      pager.close(second);
      equal("charges, at the end", [pager.charged!("a"), pager.charged!("b")], [0, 0]);
      const fourth = pager.open({ tokens: tokens(8, 100), tenant: "a" });
      check(!pager.allocateSlots(fourth, 8), () => "2 blocks, with a quota of 1");
    },
  },
];
