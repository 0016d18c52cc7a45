/** Every invariant of a context, walked. */
import { CorruptionError } from "@ariax/allocator";
import type { Core } from "./core.ts";
import { quoted } from "./options.ts";
import { MOST_SMALL } from "./room.ts";

/** Throws `CorruptionError` naming the first that is broken. O(pages + children). */
export function verifyCore(core: Core): void {
  core.check();
  core.slab.verify();
  const { name, used, quota, soft, slab, inside, children, inner, granted } = core;
  const sums = { inner: 0, granted: core.aside, inside: 0 };
  for (const [key, child] of children) {
    const { place, base, parent } = child;
    expect(key === child.name && parent === core, () => `${quoted(name)} has a child ${quoted(key)} that is not its`);
    sums.granted += child.quota;
    if (place.separate) continue;
    const bytes = inside.get(base) === child ? slab.sizeOf(base) : 0;
    expect(bytes === place.bytes, () => `the child ${quoted(key)} of ${quoted(name)} has ${bytes} bytes in it`);
    sums.inner += bytes;
    sums.inside++;
  }
  expect(inside.size === sums.inside, () => `${inside.size} children lie in ${quoted(name)}, ${sums.inside} are its`);
  expect(inner === sums.inner, () => `children have ${sums.inner} bytes in ${quoted(name)}, ${inner} are counted`);
  expect(
    granted === sums.granted,
    () => `children of ${quoted(name)} have ${sums.granted} bytes, ${granted} are counted`,
  );
  const held = slab.stats().live - inner + granted;
  expect(used === held, () => `${quoted(name)} is charged ${used} bytes, and holds ${held}`);
  const ordered = used <= quota && soft <= quota && quota <= core.place.bytes;
  expect(ordered, () => `${quoted(name)} has ${used} bytes used, a soft limit of ${soft}, a quota of ${quota}`);
  const calm = used <= soft;
  const { limit, easy, open } = core;
  const right = limit === (calm ? soft : quota) && easy === limit - MOST_SMALL && open === (calm ? core.pages : 0);
  expect(right, () => `${quoted(name)} compares with ${limit} and ${open}`);
}

function expect(holds: boolean, what: () => string): void {
  if (!holds) throw new CorruptionError(what());
}
