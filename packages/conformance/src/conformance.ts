import type { Allocator } from "@ariax/allocator";
import { checkAllocator, checkCallback, checkInteger, readOptions } from "@ariax/allocator/implement";
import { checkFunction } from "./fail.ts";
import { bulk } from "./sections/bulk.ts";
import { contract } from "./sections/contract.ts";
import { failure } from "./sections/failure.ts";
import { growth } from "./sections/growth.ts";
import { leak } from "./sections/leak.ts";
import { misuse } from "./sections/misuse.ts";
import { model } from "./sections/model.ts";
import { stats } from "./sections/stats.ts";
import { traits } from "./sections/traits.ts";
import { explained, type Section } from "./suite.ts";

export interface ConformanceOptions {
  /** Any runner's `test(name, fn)`, or your own: a failure is an error thrown by `fn`. */
  readonly test: (name: string, fn: () => void) => unknown;
  /**
   * A fresh allocator, independent of all others, of about `capacity` bytes, metadata included. The suite asks for 256 KiB
   * and up, and expects that blocks can have at least half of it. Where `traits.grows`, capacity is the most it grows to.
   */
  readonly create: (capacity: number) => Allocator;
  /**
   * An allocator that continues the heap in `buffer`, for `traits.attachable`. By default the static method `attach` of
   * the class that `create` returns.
   */
  readonly attach?: ((buffer: ArrayBufferLike) => Allocator) | undefined;
  /** Where random runs begin: the same seed, the same runs. Default 1. */
  readonly seed?: number | undefined;
  /** How many command sequences the model tries, and, in hundreds, the steps of the long run. Default 100. */
  readonly runs?: number | undefined;
}

/** In reading order: a person meets the examples first. */
const SECTIONS: Readonly<Record<string, Section>> = {
  contract,
  misuse,
  bulk,
  stats,
  traits,
  failure,
  leak,
  growth,
  model,
};

/**
 * Registers the tests of every section with `test`, each named `section: rule`. Calls `create` at once, to read the traits: what is not
 * promised is not tested.
 *
 * @throws `InvalidArgumentError` where an option is none.
 * @throws `ConformanceError` from the tests that it makes, naming the rule that is broken.
 */
export function conformance(options: ConformanceOptions): void {
  const known = ["test", "create", "attach", "seed", "runs"];
  const { test, create, attach, seed = 1, runs = 100 } = readOptions(options, known);
  checkFunction("test", test);
  checkFunction("create", create);
  checkCallback("attach", attach);
  checkInteger("seed", seed, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  checkInteger("runs", runs, 1, 0x7fffffff);
  const claims = checkAllocator(create(1 << 20)).traits;
  for (const [name, section] of Object.entries(SECTIONS)) {
    section({
      create,
      attach,
      traits: claims,
      seed,
      runs,
      test: (rule, fn) => void test(`${name}: ${rule}`, explained(name, rule, fn)),
    });
  }
}
