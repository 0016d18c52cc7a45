/** A call through a proxy does what the call on the object does (docs/borders.md). */
import { reactive } from "@vue/reactivity";
import { describe, expect, test } from "vitest";
import { BlockPool, ChainKeys, POLICIES, VllmKeys } from "../src/index.ts";

const WRAPS: Record<string, <T extends object>(object: T) => T> = {
  "a plain proxy": (object) => new Proxy(object, {}),
  "Vue's reactive": (object) => reactive(object) as typeof object,
  "a frozen one": (object) => Object.freeze(object),
};

/** Every public verb, and what each answers. */
function use(pool: BlockPool): unknown[] {
  const key = Int32Array.of(1, 2, 3, 4, 5, 6, 7, 8);
  const out = new Int32Array(8);
  const said: unknown[] = [pool.take(), pool.tryAllocate(3, out), pool.allocate(1, out, 3), pool.allocateRun(2)];
  said.push(pool.register(1, key), pool.register(2, key), pool.find(key), pool.keyOf(1, out), [...out]);
  said.push(pool.touch(Int32Array.of(1)), pool.release(Int32Array.of(1, 2, 1)), pool.isCached(1), pool.pin(1));
  said.push(pool.refs(1), pool.pins(1), pool.setPriority(2, 1, 5), pool.priority(2), pool.unpin(1), pool.advance(7));
  said.push(pool.free, pool.empty, pool.cached, pool.used, pool.pinned, pool.epoch, pool.step, pool.dropped);
  said.push(pool.evict(1), pool.evict(2), pool.droppedAt(0), pool.reset(), pool.stats(), pool.verify());
  for (const wrong of [() => pool.release(Int32Array.of(1)), () => pool.pin(99), () => pool.allocate(99, out)]) {
    try {
      said.push(wrong());
    } catch (error) {
      said.push(`${error}`);
    }
  }
  return said;
}

describe.each(Object.entries(WRAPS))("through %s", (_, wrap) => {
  test.each(POLICIES)("a pool of policy $name", ({ name }) => {
    const options = { blocks: 8, priorities: 3, pinLimit: 1, policy: name };
    const [plain, other] = [new BlockPool(options), new BlockPool(options)];
    const wrapped = wrap(other);
    expect(use(wrapped)).toEqual(use(plain));
    expect(Buffer.from(wrapped.snapshot()).equals(plain.snapshot())).toBe(true);
    other.verify();
  });

  test("keys", () => {
    for (const maker of [new ChainKeys({ seed: "s" }), new VllmKeys({ seed: "0" })]) {
      const tokens = Int32Array.from({ length: 16 }, (_, i) => i);
      const options = { salt: "a", media: [{ id: "m", from: 1, length: 2 }] };
      const keys = [maker, wrap(maker)].map((one) => {
        const out = new Int32Array(8);
        one.next(one.context(options), 0, out, 0, tokens, 0, out, 0);
        return [...out];
      });
      expect(keys[1]).toEqual(keys[0]);
    }
  });
});
