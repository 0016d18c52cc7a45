/** The invariants of what is on its way: tickets, moves and events. A snapshot may come from anywhere, so each number is looked at before it is used. */
import { CorruptionError } from "@ariax/allocator";
import type { Core } from "./core.ts";
import { EVENT_WORDS, LOST_EVENTS, MOVE_WORDS, MOVES, MOVES_HEAD, NEXT_EVENT, OLDEST_EVENT } from "./layout.ts";
import { ROUNDS } from "./moves.ts";

const ENTRY = 3;

function expect(truth: boolean, otherwise: () => string): void {
  if (!truth) throw new CorruptionError(otherwise());
}

/** The bytes of the heap's block that begins at a word. Throws `CorruptionError` where none does, or one with less than `needed`. */
export function sizeAt({ heap }: Core, word: number, needed: number, who: string): number {
  let size = 0;
  try {
    size = heap.sizeOf(4 * word);
  } catch {
    // It is no block: 0 bytes.
  }
  expect(needed <= size, () => `${who}: ${needed} bytes at word ${word}, where ${size} are`);
  return size;
}

/** Counts in `refs` the blocks that tickets hold; the bytes of their lists. */
export function verifyTickets(core: Core, refs: readonly Int32Array[]): number {
  const { tickets, words } = core;
  const { at: ats, count: counts, from: froms, to: tos } = tickets.columns;
  const isBlock = (tier: number, id: number) => id >= 1 && id < (refs[tier]?.length ?? 0);
  let bytes = 0;
  for (const handle of tickets) {
    const slot = tickets.slot(handle);
    const [at, count, from, to] = [ats[slot], counts[slot], froms[slot], tos[slot]];
    const who = `ticket in slot ${slot}`;
    expect(count > 0, () => `${who}: ${count} entries`);
    expect(refs[from] !== undefined && refs[to] !== undefined, () => `${who}: from tier ${from} to ${to}`);
    bytes += sizeAt(core, at, 4 * ENTRY * count, who);
    const near = to === 0 ? 0 : from;
    for (let e = at; e < at + ENTRY * count; e += ENTRY) {
      const [id, tier, other] = [words[e], words[e + 1], words[e + 2]];
      expect(
        isBlock(near, id) && (to === 0 || tier === to) && (other === 0 || isBlock(tier, other)),
        () => `${who}: block ${id} of tier ${near}, and ${other} of tier ${tier}`,
      );
      refs[near][id]++;
      if (other !== 0) refs[tier][other]++;
    }
  }
  return bytes;
}

export function verifyMoves({ words, moves, layout, tiers }: Core): void {
  const [head, count] = [words[MOVES_HEAD], words[MOVES]];
  const most = layout.moves;
  expect(head >= 0 && head < ROUNDS * most, () => `the oldest move is number ${head} of a ring of ${most}`);
  expect(count >= 0 && count <= most, () => `${count} moves in a ring of ${most}`);
  const isBlock = (tier: number, id: number) => id >= 1 && id <= (tiers[tier]?.blocks ?? 0);
  for (let i = 0; i < count; i++) {
    const [operation, fromTier, from, toTier, to] = moves.subarray(MOVE_WORDS * ((head + i) % most));
    const isMove = operation >= 1 && operation <= 3 && isBlock(fromTier, from) && isBlock(toTier, to);
    expect(isMove, () => `move ${i}: operation ${operation}, ${fromTier}/${from} to ${toTier}/${to}`);
  }
}

export function verifyEvents({ events, doubles, layout }: Core): void {
  const [next, oldest, lost] = [doubles[NEXT_EVENT], doubles[OLDEST_EVENT], doubles[LOST_EVENTS]];
  const most = layout.events;
  expect(
    [next, oldest, lost].every((n) => Number.isSafeInteger(n) && n >= 0) && oldest <= next && next - oldest <= most,
    () => `events ${oldest} to ${next} in a ring of ${most}, ${lost} lost`,
  );
  for (let seq = oldest; seq < next; seq++) {
    const at = EVENT_WORDS * (seq % most);
    const is = (events[at + 4] >>> 0) + 2 ** 32 * events[at + 5];
    const [type] = events.subarray(at);
    expect(type >= 1 && type <= 3 && is === seq, () => `event ${seq}: number ${is}, of type ${type}`);
  }
}
