/**
 * What the planner must say, by a program that shares nothing with it: a cache as vLLM has it, with a plain array as its queue.
 * Requests one after another: find, allocate, cache, free.
 */
export interface Reference {
  readonly lookups: number;
  readonly hits: number;
}

interface Block {
  key: string | undefined;
}

/** Blocks found in a cache of so many. O(lookups · blocks). */
export function reference(prompts: readonly (readonly unknown[])[], blocks: number): Reference {
  const queue: Block[] = Array.from({ length: blocks }, () => ({ key: undefined }));
  const holders = new Map<string, Block[]>();
  let [lookups, hits] = [0, 0];
  for (const prompt of prompts) {
    const keys = prompt.map(String);
    lookups += keys.length;
    if (keys.length > blocks) continue;
    const table: Block[] = [];
    for (const key of keys) {
      const found = holders.get(key)?.[0];
      if (found === undefined) break;
      table.push(found);
    }
    hits += table.length;
    for (const block of new Set(table)) queue.splice(queue.indexOf(block), 1);
    for (const key of keys.slice(table.length)) {
      const block = queue.shift()!;
      const old = holders.get(block.key ?? "")?.filter((one) => one !== block) ?? [];
      if (old.length > 0) holders.set(block.key!, old);
      else holders.delete(block.key ?? "");
      block.key = key;
      table.push(block);
    }
    for (const block of table) {
      const same = holders.get(block.key!) ?? [];
      if (!same.includes(block)) holders.set(block.key!, [...same, block]);
    }
    // The tail first; a block that is there twice is freed when its last use is.
    for (const block of [...new Set(table)].reverse()) queue.push(block);
  }
  return { lookups, hits };
}
