import { runInNewContext } from "node:vm";
import { afterEach, describe, expect, test, vi } from "vitest";
import { isBuffer, isShared, readOptions, tagOf } from "../src/implement.ts";
import { InvalidArgumentError } from "../src/index.ts";

afterEach(() => void vi.unstubAllGlobals());

describe("buffers", () => {
  test("of this window and of another are told", () => {
    const here = [new ArrayBuffer(8), new SharedArrayBuffer(8)];
    const there = runInNewContext("[new ArrayBuffer(8), new SharedArrayBuffer(8)]");
    for (const [plain, shared] of [here, there]) {
      expect([isBuffer(plain), isShared(plain)]).toEqual([true, false]);
      expect([isBuffer(shared), isShared(shared)]).toEqual([true, true]);
    }
  });

  test("are told where the page hides SharedArrayBuffer", () => {
    const { buffer } = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    vi.stubGlobal("SharedArrayBuffer", undefined);
    expect([isBuffer(buffer), isShared(buffer)]).toEqual([true, true]);
  });

  test.each([new Uint8Array(8), new DataView(new ArrayBuffer(8)), { byteLength: 8 }, null, undefined, 8])(
    "%o is none",
    (value) => expect([isBuffer(value), isShared(value)]).toEqual([false, false]),
  );
});

test.each([
  new Proxy(new ArrayBuffer(8), {}),
  new Proxy(new SharedArrayBuffer(8), {}),
  { [Symbol.toStringTag]: "ArrayBuffer", byteLength: 8 },
  { __proto__: null, [Symbol.toStringTag]: "SharedArrayBuffer" },
])("what only has the tag of a buffer is none: %#", (value) => expect(isBuffer(value)).toBe(false));

test("tagOf names the kind", () => {
  expect([new Int32Array(1), 1n, null].map(tagOf)).toEqual(["Int32Array", "BigInt", "Null"]);
});

test("of a proxy that was revoked nothing can be asked, and it has no options", () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  expect([tagOf(proxy), isBuffer(proxy)]).toEqual(["revoked Proxy", false]);
  expect(() => readOptions(proxy, [])).toThrow(new InvalidArgumentError("invalid options: a revoked Proxy has none"));
});
