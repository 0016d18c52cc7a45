/** The invariants of a pager, each looked at: throws `CorruptionError` naming the first that is broken. O(blocks + entries of tables). */
import { CorruptionError } from "@ariax/allocator";
import { isNote } from "./context.ts";
import type { Core } from "./core.ts";
import { EPOCH, HOLDER_WORDS, RUNNING, TENANTS } from "./layout.ts";
import { bytesFor, KEY_WORDS, keysAt, linksAt, tailAt } from "./sequences.ts";
import { chargeOf } from "./tenants.ts";
import { sizeAt, verifyEvents, verifyMoves, verifyTickets } from "./verify-flight.ts";

function expect(truth: boolean, otherwise: () => string): void {
  if (!truth) throw new CorruptionError(otherwise());
}

export function verifyPager(core: Core): void {
  const { tiers, sequences, tickets, heap, words, layout } = core;
  for (const pool of tiers) pool.verify();
  sequences.verify();
  tickets.verify();
  heap.verify();
  for (const pool of tiers)
    expect(pool.epoch === words[EPOCH], () => `a tier is in epoch ${pool.epoch}, not ${words[EPOCH]}`);
  const refs = tiers.map(({ blocks }) => new Int32Array(blocks + 1));
  let running = 0;
  let bytes = 0;
  for (const handle of sequences) {
    const slot = sequences.slot(handle);
    if (verifySequence(core, slot, refs[0])) running++;
    bytes += heap.sizeOf(4 * core.columns.at[slot]);
  }
  expect(words[RUNNING] === running, () => `${running} sequences run, but ${words[RUNNING]} are counted`);
  bytes += verifyTickets(core, refs);
  const { live } = heap.stats();
  expect(live === bytes, () => `tables and tickets take ${bytes} bytes, but ${live} are in use`);
  tiers.forEach((pool, tier) => {
    for (let id = 1; id <= pool.blocks; id++) {
      const is = pool.refs(id);
      expect(
        is === refs[tier][id],
        () => `block ${id} of tier ${tier} has ${is} references, but ${refs[tier][id]} name it`,
      );
    }
  });
  verifyMoves(core);
  verifyEvents(core);
  if (layout.tenants > 0) verifyTenants(core);
}

/** Does it run? */
function verifySequence(core: Core, slot: number, refs: Int32Array): boolean {
  const { columns, words, blockTokens, pool, layout } = core;
  const of = (name: keyof typeof columns) => columns[name][slot];
  const [have, first, room, at] = [of("have"), of("first"), of("room"), of("at")];
  const who = `sequence in slot ${slot}`;
  const [scheduled, length, committed, hashed] = [of("scheduled"), of("length"), of("committed"), of("hashed")];
  const [tailRoom, note, priority, tenant, term] = [
    of("tailRoom"),
    of("note"),
    of("priority"),
    of("tenant"),
    of("term"),
  ];
  const isMemory = room > 0 && tailRoom >= 0 && note >= 0;
  expect(isMemory, () => `${who}: room for ${room} entries, ${tailRoom} tokens, and ${note} bytes`);
  sizeAt(core, at, bytesFor(core, room, tailRoom, note), who);
  expect(priority >= 0 && priority < layout.priorities, () => `${who}: priority ${priority} of ${layout.priorities}`);
  expect(tenant >= 0 && tenant <= words[TENANTS], () => `${who}: tenant ${tenant} of ${words[TENANTS]}`);
  expect(Number.isSafeInteger(term) && term >= 0, () => `${who}: a term of ${term} steps`);
  expect(hashed >= 0 && hashed <= room, () => `${who}: ${hashed} keys, and room for ${room}`);
  expect(
    of("given") === 1 || length - hashed * blockTokens <= tailRoom,
    () => `${who}: ${length} tokens, keys for ${hashed} blocks, and room for ${tailRoom}`,
  );
  expect(first >= 0 && first <= have && have <= room, () => `${who}: entries ${first} to ${have} of ${room}`);
  expect(
    committed <= length && scheduled <= length,
    () => `${who}: ${committed} committed and ${scheduled} scheduled of ${length}`,
  );
  expect(scheduled <= have * blockTokens, () => `${who}: ${scheduled} tokens in ${have} blocks`);
  expect(hashed * blockTokens <= committed || of("given") === 1, () => `${who}: ${hashed} keys of ${committed} tokens`);
  for (let i = 0; i < room; i++) {
    const id = words[at + i];
    const isBlock = i >= first && i < have;
    expect(isBlock ? id >= 1 && id <= pool.blocks : id === 0, () => `${who}: entry ${i} is ${id}`);
    if (isBlock) refs[id]++;
  }
  expect(isNote(core, slot), () => `${who}: what its keys depend on can't be read`);
  const [hits, registered, epoch] = [of("hits"), of("registered"), of("epoch")];
  expect(
    hits >= 0 && hits <= registered && registered <= have,
    () => `${who}: ${hits} hits and ${registered} registered of ${have} entries`,
  );
  expect(epoch >= 0 && epoch <= words[EPOCH], () => `${who}: of epoch ${epoch}, and it is ${words[EPOCH]}`);
  const isNow = epoch === words[EPOCH];
  const full = Math.min(Math.floor(Math.min(scheduled, committed) / blockTokens), hashed);
  if (have > 0 && isNow) {
    expect(of("registered") === full, () => `${who}: ${of("registered")} of ${full} full blocks are registered`);
  }
  const key = new Int32Array(KEY_WORDS);
  for (let i = first; i < have; i++) {
    if (!pool.keyOf(words[at + i], key)) continue;
    // A fork may have committed, and so registered, more than this one.
    if (i >= full) continue;
    const known = keysAt(core, slot) + KEY_WORDS * i;
    expect(
      key.every((word, w) => word === words[known + w]),
      () => `${who}: block ${words[at + i]} has another key than entry ${i}`,
    );
  }
  if (of("until") > length) verifyNext(core, slot, who, key);
  return have > 0;
}

/** Of a sequence whose next tokens are appended without a look: their slots are there, nobody else's, and so is the room for them. */
function verifyNext(core: Core, slot: number, who: string, key: Int32Array): void {
  const { columns, words, pool, blockTokens } = core;
  const of = (name: keyof typeof columns) => columns[name][slot];
  const [length, until, isGiven] = [of("length"), of("until"), of("given") === 1];
  const entry = Math.floor(length / blockTokens);
  const behind = of("hashed") * blockTokens;
  const end = Math.min((entry + 1) * blockTokens, isGiven ? Number.POSITIVE_INFINITY : behind + of("tailRoom"));
  expect(
    of("scheduled") === length && entry < of("have") && until <= end,
    () => `${who}: tokens ${length} to ${until} are appended unlooked at, with slots for ${of("scheduled")}`,
  );
  const id = words[of("at") + entry];
  expect(
    pool.refs(id) === 1 && !pool.keyOf(id, key),
    () => `${who}: its next token goes to block ${id}, which is not its own`,
  );
  const origin = tailAt(core, slot) - behind;
  expect(isGiven || of("origin") === origin, () => `${who}: tokens are kept at ${of("origin")}, not ${origin}`);
}

function verifyTenants(core: Core): void {
  const { holders, sequences, columns, words, pool } = core;
  const charges = new Int32Array(words[TENANTS] + 1);
  let entries = 0;
  for (let id = 1; id <= pool.blocks; id++) {
    const h = HOLDER_WORDS * id;
    let [who, entry] = [holders[h], holders[h + 1]];
    let [before, beforeEntry] = [0, 0];
    if (who !== 0) charges[columns.tenant[who - 1]]++;
    while (who !== 0) {
      const slot = who - 1;
      const link = linksAt(core, slot) + 4 * entry;
      const is = sequences.handleAt(slot) === 0 ? 0 : words[columns.at[slot] + entry];
      expect(is === id, () => `block ${id}: its holder in slot ${slot} has ${is} in entry ${entry}`);
      const isLinked = words[link] === before && words[link + 1] === beforeEntry;
      expect(isLinked, () => `block ${id}: the holder in slot ${slot} is not linked to the one before it`);
      [before, beforeEntry] = [who, entry];
      [who, entry] = [words[link + 2], words[link + 3]];
      expect(++entries <= words.length, () => `block ${id}: its holders are a circle`);
    }
    const last = holders[h + 2] === before && holders[h + 3] === beforeEntry;
    expect(last, () => `block ${id}: its last holder is not the end of its list`);
  }
  let named = 0;
  for (const handle of sequences) {
    const slot = sequences.slot(handle);
    named += columns.have[slot] - columns.first[slot];
  }
  expect(named === entries, () => `tables have ${named} entries, but lists of holders ${entries}`);
  charges.forEach((charge, tenant) => {
    const is = chargeOf(core, tenant);
    expect(is === charge, () => `tenant ${tenant} is charged for ${is} blocks, but has ${charge}`);
  });
}
