/**
 * The serving scenario the slow way: nothing is counted, all is looked for. A block is an object, and who refers to it
 * is whoever has it in its list.
 */
import { Random } from "../../src/index.ts";
import { Arrivals, type Request } from "../../src/scenarios/requests.ts";

interface Block {
  tokens: number;
}

interface Sequence {
  readonly group: number;
  readonly prefix: number;
  readonly blocks: Block[];
  readonly length: number;
  tokens: number;
}

/** What a step leaves, and what it did. */
export interface NaiveStep {
  readonly blocksLive: number;
  readonly tokensLive: number;
  readonly running: number;
  readonly waiting: number;
  readonly made: number;
  readonly ended: number;
  /** Bytes of all block tables: 4 per entry, the entries a power of two from 8 on. */
  readonly tableBytes: number;
  /** Blocks that there would be if nothing were shared. */
  readonly unshared: number;
}

export function naiveServing(seed: number, arrivals: number, capacity: number, steps: number): NaiveStep[] {
  const requests = new Arrivals(new Random(seed), arrivals);
  const waiting: Request[] = [];
  let running: Sequence[] = [];
  let made = 0;
  const make = (tokens: number): Block => {
    made++;
    return { tokens };
  };
  const holders = (block: Block): number => running.filter(({ blocks }) => blocks.includes(block)).length;
  const live = (): Set<Block> => new Set(running.flatMap(({ blocks }) => blocks));

  /** Blocks that all who run will still need: new ones, and copies of blocks that several will write to. */
  const promised = (): number => {
    const open = new Set(running.flatMap(({ blocks }) => blocks.filter(({ tokens }) => tokens < 16)));
    const copies = [...open].reduce((sum, block) => sum + holders(block) - 1, 0);
    return running.reduce((sum, { length, blocks }) => sum + Math.ceil(length / 16) - blocks.length, copies);
  };

  const begin = ({ group, prefix, own, answers }: Request): boolean => {
    const friend = group < 0 ? undefined : running.find((sequence) => sequence.group === group);
    const found = friend === undefined ? [] : friend.blocks.slice(0, Math.floor(prefix / 16));
    const before = running;
    const madeBefore = made;
    const prompt = [...found];
    for (let at = 16 * found.length; at < prefix + own; at += 16) prompt.push(make(Math.min(16, prefix + own - at)));
    running = [
      ...running,
      ...answers.map((answer) => ({
        group,
        prefix,
        blocks: [...prompt],
        length: prefix + own + answer,
        tokens: prefix + own,
      })),
    ];
    if (live().size + promised() <= capacity) return true;
    running = before;
    made = madeBefore;
    return false;
  };

  return Array.from({ length: steps }, () => {
    made = 0;
    const before = live().size;
    for (const sequence of running) {
      const { blocks } = sequence;
      const last = blocks[blocks.length - 1];
      if (last.tokens === 16) blocks.push(make(1));
      else if (holders(last) === 1) last.tokens++;
      else blocks[blocks.length - 1] = make(last.tokens + 1);
      sequence.tokens++;
    }
    running = running.filter(({ tokens, length }) => tokens < length);
    waiting.push(...requests.next());
    while (waiting.length > 0 && begin(waiting[0])) waiting.shift();
    const blocks = live();
    return {
      blocksLive: blocks.size,
      tokensLive: [...blocks].reduce((sum, { tokens }) => sum + tokens, 0),
      running: running.length,
      waiting: waiting.length,
      made,
      ended: before + made - blocks.size,
      tableBytes: running.reduce(
        (sum, { blocks }) => sum + 4 * Math.max(8, 2 ** Math.ceil(Math.log2(blocks.length))),
        0,
      ),
      unshared: running.reduce((sum, { tokens }) => sum + Math.ceil(tokens / 16), 0),
    };
  });
}
