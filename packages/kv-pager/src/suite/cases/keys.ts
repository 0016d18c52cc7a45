/** What makes two keys one, or two: salts, adapters, media, seeds, and every bit. */
import { check, equal } from "../fail.ts";
import type { SubjectOpen } from "../subject.ts";
import { admit, type Case, cached, EIGHT, tokens } from "./case.ts";

export const KEYS: readonly Case[] = [
  {
    number: 9,
    name: "the same word as adapter, as salt, as media, and nowhere: four that share nothing",
    origin: "vllm-project/vllm#44701",
    run: (create) => {
      const pager = create({ ...EIGHT, blocks: 24 });
      const kinds = [
        {},
        { adapter: "x" },
        { salt: "x" },
        { media: [{ id: "x", from: 0, length: 4 }] },
        { adapter: "x", salt: "x" },
      ];
      for (const kind of kinds) {
        equal(`cached of ${JSON.stringify(kind)}`, cached(pager, { tokens: tokens(9), ...kind }), 0);
        admit(pager, { tokens: tokens(9), ...kind });
      }
      for (const kind of kinds)
        equal(`again, ${JSON.stringify(kind)}`, cached(pager, { tokens: tokens(9), ...kind }), 8);
    },
  },
  {
    number: 10,
    name: "salts keep prompts apart, and the same salt does not",
    origin: "vllm-project/vllm#17045, #53347",
    run: (create) => {
      const pager = create({ ...EIGHT, blocks: 16 });
      for (const salt of [{ salt: "a" }, { salt: "b" }, {}, { salt: "" }]) {
        equal(`cached of ${JSON.stringify(salt)}`, cached(pager, { tokens: tokens(9), ...salt }), 0);
        admit(pager, { tokens: tokens(9), ...salt });
        equal(`cached of it, again`, cached(pager, { tokens: tokens(9), ...salt }), 8);
      }
    },
  },
  {
    number: 11,
    name: "the same media at another place of the block is another key",
    origin: "vLLM, kv_cache_utils: extra keys of media",
    run: (create) => {
      const pager = create({ ...EIGHT, blocks: 16 });
      const prompt = { tokens: new Array<number>(13).fill(0) };
      for (const at of [0, 1, 4]) {
        const media = [{ id: "cat", from: at, length: 6 }];
        equal(`cached, at ${at}`, cached(pager, { ...prompt, media }), 0);
        admit(pager, { ...prompt, media });
        equal(`cached again, at ${at}`, cached(pager, { ...prompt, media }), 12);
      }
      equal("cached, of another one", cached(pager, { ...prompt, media: [{ id: "dog", from: 0, length: 6 }] }), 0);
    },
  },
  {
    number: 12,
    name: "the same seed makes the same keys, another does not; what is empty is as what is not given",
    origin: "LMCache #1739, #2136, #2511",
    needs: ["events"],
    run: (create) => {
      const keysOf = (seed: string | undefined, more: SubjectOpen = {}) => {
        const pager = create({ blocks: 8, blockTokens: 4, events: true, ...(seed === undefined ? {} : { seed }) });
        admit(pager, { tokens: tokens(9), ...more });
        return pager.events!.drain().map(({ key }) => key);
      };
      const keys = keysOf("one");
      equal("keys", keys.length, 2);
      equal("with the same seed", keysOf("one"), keys);
      equal("with no media in a list", keysOf("one", { media: [] }), keys);
      for (const seed of ["two", undefined]) {
        check(!keysOf(seed).some((key) => keys.includes(key)), () => `with seed ${seed} a key is the same`);
      }
    },
  },
  {
    number: 31,
    name: "keys whose low 64 bits are equal are two keys",
    origin: "vllm-project/vllm#54727, CVE-2025-25183",
    run: (create) => {
      const pager = create(EIGHT);
      const key = (w: number) => Int32Array.from({ length: 8 }, (_, i) => (i === w ? 1 : 9));
      admit(pager, { keys: key(-1), length: 5 });
      equal("cached of the key", cached(pager, { keys: key(-1), length: 5 }), 4);
      for (let w = 0; w < 8; w++)
        equal(`cached, with word ${w} another one`, cached(pager, { keys: key(w), length: 5 }), 0);
    },
  },
];
