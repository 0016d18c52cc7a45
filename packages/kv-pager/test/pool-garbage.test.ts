import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { outputOf, type Round } from "../../../scripts/lib/garbage.ts";
import { POLICIES } from "../src/index.ts";

const script = fileURLToPath(new URL("pool-garbage.ts", import.meta.url));

test.each(POLICIES)(
  "10,000 requests of 16 blocks, with the keys of their blocks, make no garbage: policy $name",
  ({ name }) => {
    const output = outputOf(script, name);
    const [few, many]: [Round[], Round[]] = JSON.parse(output);
    const least = (rounds: Round[]) => {
      return Math.min(...rounds.filter(({ collections }) => collections === 0).map(({ delta }) => Math.abs(delta)));
    };
    // 9,000 requests more: one number object for each would be 144 kB.
    expect(least(many) - least(few), output).toBeLessThan(32 * 1024);
  },
);

// V8 inlines functions up to 460 bytes of bytecode: what is called for each block is to be, and so is what a verb is made of.
test("what is done for a block is short enough to be inlined", () => {
  const program = `
    import { BlockPool } from ${JSON.stringify(fileURLToPath(new URL("../src/index.ts", import.meta.url)))};
    const pool = new BlockPool({ blocks: 4, priorities: 2 });
    const [table, key] = [new Int32Array(3), new Int32Array(8)];
    for (let i = 0; i < 4; i++) {
      pool.allocate(3, table);
      for (const id of table) pool.register(id, key, (key[0]++, 0));
      pool.touch(table);
      pool.release(table);
      pool.release(table);
      pool.touch(table);
      pool.release(table);
      table[0] = pool.take();
      pool.release(table, 0, 1);
    }`;
  const flags = ["--print-bytecode", "--input-type=module", "--eval", program];
  const { stdout } = spawnSync(process.execPath, flags, { encoding: "utf8", maxBuffer: 1 << 28 });
  const lengths = new Map<string, number>();
  for (const [, name, length] of stdout.matchAll(/for function: (\S+) .*\nBytecode length: (\d+)/g)) {
    lengths.set(name!, Math.max(lengths.get(name!) ?? 0, Number(length)));
  }
  for (const name of [
    "takeMany",
    "takeOne",
    "evictOne",
    "leave",
    "unline",
    "use",
    "enter",
    "forget",
    "touchAll",
    "releaseAll",
    "append",
  ]) {
    expect(lengths.get(name), name).toBeLessThanOrEqual(460);
  }
});
