/**
 * Wrong engines, each wrong in one line: an order of steps must be found that shows it. Those of the design that are not here, as this engine
 * has nothing that they could be wrong in:
 *
 * - a word of hints a territory, checked before, read plainly, not exchanged at a claim: there is none, an owner looks at all of a territory
 * - the owner's word read before the *or*: the block is live until then, so the territory stays whose it is; who is told in vain has a bit too many
 * - a slab retired, or a territory given back, without a look at remote words: only where all bits of the *owner's* bitmap are set, and
 *   then no legal free is on its way
 */
import type { Patch } from "./stepped.ts";

export interface Variant {
  readonly name: string;
  readonly patches: readonly Patch[];
  /** Where it shows. */
  readonly scenario: string;
}

const REMOTE = "lanes/remote.ts";
const COLLECT = "lanes/collect.ts";
const REPAIR = "lanes/repair.ts";
const TERRITORY = "lanes/territory.ts";
const SLABS = "slabs.ts";

const STRIPS = "as many threads as lanes: one takes from who rests, and wakes";

const OR = `  const before = Atomics.or(w, word + w[H_REMOTE] - w[H_BITS], mask);
`;
const ANNOUNCE = `  if (before === 0) announce(w, pageOfBit(w, bit), false);
`;
const OP = `  if ((w[word] & mask) !== 0) return new DoubleFreeError(offset);
  w[lane + H_OP] = offset;
`;
const ENTRIES = `  for (let page = first; page <= slab; page++) w[TABLE + page] = entry;
`;
const ENTRY = `  const entry = w[lane + H_NAME] | ((slab + 1) << ENTRY_SHIFT) | ((line - lane) >>> LINE_SHIFT);
`;

export const VARIANTS: readonly Variant[] = [
  {
    name: "a free is announced before its bit is set",
    patches: [
      { file: REMOTE, from: ANNOUNCE, to: "" },
      { file: REMOTE, from: OR, to: `  announce(w, pageOfBit(w, bit), false);\n${OR}` },
    ],
    scenario: "two free blocks of one word, and its owner makes two",
  },
  {
    name: "who repairs does not announce what was freed last",
    patches: [{ file: REPAIR, from: "  announceLast(w, lane);\n", to: "" }],
    scenario: "one who frees is killed, others free and make",
  },
  {
    name: "… announces it only where it seems not to be",
    patches: [{ file: REMOTE, from: ">>> PAGE_SHIFT, true);", to: ">>> PAGE_SHIFT, false);" }],
    scenario: "one who frees is killed, others free and make",
  },
  {
    name: "the offset is written down after the bit is set",
    patches: [
      { file: REMOTE, from: OP, to: OP.split("\n")[0] },
      { file: REMOTE, from: OR, to: `${OR}  w[lane + H_OP] = offset;\n` },
    ],
    scenario: "one who frees is killed, others free and make",
  },
  {
    name: "who repairs leaves the mail as it is",
    patches: [
      { file: REPAIR, from: "  Atomics.store(w, mail + L.M_ROOT, 0);\n", to: "" },
      { file: REPAIR, from: "Atomics.store(w, mail + L.M_INBOX + i, 0);", to: ";" },
    ],
    scenario: "an owner who collects is killed, others free",
  },
  {
    name: "who repairs clears the mail after the words it speaks of are read",
    patches: [
      { file: REPAIR, from: "  Atomics.store(w, mail + L.M_ROOT, 0);\n", to: "" },
      { file: REPAIR, from: "Atomics.store(w, mail + L.M_INBOX + i, 0);", to: ";" },
      {
        file: REPAIR,
        from: "  announceLast(w, lane);\n",
        to: "  Atomics.store(w, w[lane + L.H_MAIL] + L.M_ROOT, 0);\n  Atomics.store(w, w[lane + L.H_MAIL] + L.M_INBOX, 0);\n  announceLast(w, lane);\n",
      },
    ],
    scenario: "an owner who collects is killed, others free",
  },
  {
    name: "remote bits are taken away before the owner's are set",
    patches: [
      {
        file: COLLECT,
        from: "let freed = w[remote];",
        to: "let freed = Atomics.exchange(w, remote, 0);",
      },
      { file: COLLECT, from: "const now = Atomics.compareExchange(w, remote, freed, 0);", to: "const now = freed;" },
    ],
    scenario: "an owner who collects is killed, others free",
  },
  {
    name: "remote bits are taken away one by one",
    patches: [
      {
        file: COLLECT,
        from: "const now = Atomics.compareExchange(w, remote, freed, 0);",
        to: "Atomics.and(w, remote, ~freed); const now = freed;",
      },
    ],
    scenario: "two free blocks of one word, and its owner makes two",
  },
  {
    name: "an inbox word is cleared after what it speaks of is read",
    patches: [
      {
        file: COLLECT,
        from: "for (let bits = Atomics.exchange(w, mail + M_INBOX + i, 0);",
        to: "for (let bits = Atomics.load(w, mail + M_INBOX + i);",
      },
      {
        file: COLLECT,
        from: "  return some;\n}\n\n/** The same,",
        to: "  Atomics.store(w, mail + M_INBOX, 0);\n  return some;\n}\n\n/** The same,",
      },
    ],
    scenario: "two free blocks of two words, and their owner makes some",
  },
  {
    name: "the root is cleared after the inbox",
    patches: [
      { file: COLLECT, from: "Atomics.exchange(w, mail + M_ROOT, 0)", to: "Atomics.load(w, mail + M_ROOT)" },
      {
        file: COLLECT,
        from: "  return some;\n}\n\n/** The same,",
        to: "  Atomics.store(w, mail + M_ROOT, 0);\n  return some;\n}\n\n/** The same,",
      },
    ],
    scenario: "two free blocks of two words, and their owner makes some",
  },
  {
    name: "what is announced is collected whosever it is",
    patches: [
      { file: COLLECT, from: "  if ((w[w[H_OWN] + territory] & OWNER) !== w[lane + H_CODE]) return false;\n", to: "" },
    ],
    scenario: "one announces late, the territory is another's by then",
  },
  {
    name: "a repair believes the pages that were in use",
    patches: [{ file: REPAIR, from: "w[lane + H.H_PAGES] = w[lane + H.H_USED] = 0;", to: "w[lane + H.H_PAGES] = 0;" }],
    scenario: "an owner who collects is killed, others free",
  },
  {
    name: "a claim without a name",
    patches: [
      {
        file: TERRITORY,
        from: "while (behind <= most && Atomics.compareExchange(w, own + behind, 0, code) === 0) behind++;",
        to: "while (behind <= most && Atomics.compareExchange(w, own + behind, 0, 99) === 0) { Atomics.store(w, own + behind, code); behind++; }",
      },
    ],
    scenario: "one who takes pages is killed, another takes some",
  },
  {
    name: "a claim by a plain store",
    patches: [
      {
        file: TERRITORY,
        from: "while (behind <= most && Atomics.compareExchange(w, own + behind, 0, code) === 0) behind++;",
        to: "while (behind <= most && w[own + behind] === 0) { w[own + behind] = code; behind++; }",
      },
    ],
    scenario: "three take what there are two of",
  },
  {
    name: "a slab's entries are written before its bitmap",
    patches: [
      { file: SLABS, from: ENTRY, to: "" },
      { file: SLABS, from: ENTRIES, to: "" },
      {
        file: SLABS,
        from: "  const last = lastWord(w, slab);\n  for (let i = 0; i < words; i++)",
        to: `${ENTRY}${ENTRIES}  const last = lastWord(w, slab);\n  for (let i = 0; i < words; i++)`,
      },
    ],
    scenario: "one who makes a slab is killed",
  },
  {
    name: "a slab's remote words are not cleared",
    patches: [
      { file: SLABS, from: "  if (w[H_REMOTE] !== 0) clearRemote(w, lane, last - words + 1, words);\n", to: "" },
    ],
    scenario: "a slab is made where a block was freed twice",
  },
  {
    name: "the owner changes the first entry of a large block by a plain store",
    patches: [
      {
        file: "lanes/large.ts",
        from: "  return Atomics.compareExchange(w, TABLE + page, from, to) === from;\n",
        to: "  if (w[TABLE + page] !== from) return false;\n  w[TABLE + page] = to;\n  return true;\n",
      },
    ],
    scenario: "two, and the owner, free one large block",
  },
  {
    name: "another frees a large block by what its entry is by then",
    patches: [
      {
        file: REMOTE,
        from: "const pages = w[TABLE + page] & E_PAGES;",
        to: "const entry = w[TABLE + page]; const pages = entry & E_PAGES;",
      },
      {
        file: REMOTE,
        from: "Atomics.compareExchange(w, TABLE + page, E_LARGE | pages,",
        to: "Atomics.compareExchange(w, TABLE + page, entry,",
      },
      { file: REMOTE, from: "if (before !== (E_LARGE | pages))", to: "if (before !== entry)" },
    ],
    scenario: "two, and the owner, free one large block",
  },
  {
    name: "a lane is taken for a ticket without a look at the others afterwards",
    patches: [{ file: "lanes/state.ts", from: "    refuseTwice(w, ticket, lane);\n", to: "" }],
    scenario: "two attach with one ticket, as a third closes",
  },
  {
    name: "who repairs does not write its name",
    patches: [
      {
        file: "lanes/state.ts",
        from: "if (!change(w, lane, stateWord(dead, L.DEAD), stateWord(by, L.REPAIR))) continue;",
        to: "if ((stateOf(w, lane)) !== stateWord(dead, L.DEAD)) continue; Atomics.store(w, w[lane + L.H_MAIL] + L.M_STATE, stateWord(by, L.REPAIR));",
      },
    ],
    scenario: "two reclaim one, another frees its block",
  },
  {
    name: "what is marked is taken without a look whether the lane is still nobody's",
    patches: [
      {
        file: "lanes/strip.ts",
        from: "strip(w, lane, other, MARK) && makeStripped(w, other)",
        to: "strip(w, lane, other, MARK)",
      },
    ],
    scenario: STRIPS,
  },
  {
    name: "who gets a lane leaves the marks on it",
    patches: [{ file: REPAIR, from: "unmark(w, w[L.H_OWN] + t, code);", to: ";" }],
    scenario: "one takes by a mark that was left on the lane of one who wakes",
  },
  {
    name: "who gets a lane that was taken from believes its lists",
    patches: [
      {
        file: "lanes/state.ts",
        from: "    if ((word & L.STATE) === L.STRIPPED) repair(w, lane);\n    return lane;",
        to: "    return lane;",
      },
    ],
    scenario: STRIPS,
  },
  {
    name: "what has no live block is taken without a mark",
    patches: [
      {
        file: "lanes/strip.ts",
        from: "if (Atomics.compareExchange(w, own + t, owner, mark) === owner) some = true;",
        to: "some = true;",
      },
      { file: "lanes/strip.ts", from: "act === TAKE && owner === mark", to: "act === TAKE" },
      {
        file: "lanes/strip.ts",
        from: "Atomics.compareExchange(w, own + t, mark, to) === mark",
        to: "Atomics.compareExchange(w, own + t, code, to) === code",
      },
    ],
    scenario: STRIPS,
  },
  {
    name: "a lane that all others hold is looked for once",
    patches: [{ file: "lanes/state.ts", from: "if (now === before && now !== 0) throw", to: "throw" }],
    scenario: "as many threads as lanes: one rests, another wakes, a third begins",
  },
];
