import { InvalidArgumentError } from "@ariax/allocator";
import { checkCallback, checkInteger, readOptions } from "@ariax/allocator/implement";
import { CASES } from "./cases.ts";
import { PagerConformanceError } from "./fail.ts";
import { model } from "./model.ts";
import { has, type Subject, type SubjectOptions } from "./subject.ts";

export interface PagerConformanceOptions {
  /** Any runner's `test(name, fn)`, or your own: a failure is an error thrown by `fn`. */
  readonly test: (name: string, fn: () => void) => unknown;
  /** A fresh pager with these options, independent of all others. */
  readonly create: (options: SubjectOptions) => Subject;
  /** Where random programs begin: the same seed, the same programs. Default 1. */
  readonly seed?: number | undefined;
  /** Random programs on each shape of a pager. Default 20. */
  readonly runs?: number | undefined;
  /** Whether the pager, asked for the policy `vllm`, evicts in vLLM's order exactly: then that is tested too. Default false. */
  readonly vllmOrder?: boolean | undefined;
}

/**
 * Registers the tests with `test`: a test for each case, `case 8: … (its origin)`, and one for the model. Calls `create` once, to see which
 * verbs are there: what is not is not tested.
 *
 * @throws `InvalidArgumentError` where an option is none.
 * @throws `PagerConformanceError` from the tests that it makes, naming the rule that is broken.
 */
export function pagerConformance(options: PagerConformanceOptions): void {
  const given = readOptions(options, ["test", "create", "seed", "runs", "vllmOrder"]);
  const { test, create, seed = 1, runs = 20, vllmOrder = false } = given;
  for (const [name, value] of Object.entries({ test, create })) {
    checkCallback(name, value);
    if (value === undefined) throw new InvalidArgumentError(`invalid ${name}: it is no function`);
  }
  checkInteger("seed", seed, 0, 2 ** 31);
  checkInteger("runs", runs, 1, 2 ** 31);
  const subject = create({ blocks: 8, blockTokens: 4, tiers: [{ name: "host", blocks: 8 }], tenants: 2, events: true });
  for (const { number, name, origin, needs = [], order = false, run } of CASES) {
    if ((order && !vllmOrder) || !needs.every((feature) => has(subject, feature))) continue;
    void test(
      `case ${number}: ${name} (${origin})`,
      explained(() => run(create)),
    );
  }
  void test(
    "model: random programs of all verbs",
    explained(() => model(create, seed, runs, 80)),
  );
}

/** Whatever is thrown, as an error of the suite. */
function explained(fn: () => void): () => void {
  return () => {
    try {
      fn();
    } catch (error) {
      if (error instanceof PagerConformanceError) throw error;
      throw new PagerConformanceError(`the pager threw ${String(error)}`, error);
    }
  };
}
