import { checkInteger } from "@ariax/allocator/implement";
import { checkWork, type WorkloadOptions } from "../workloads/options.ts";
import { beginScenario } from "./begin.ts";
import { shuffle, Weighted, zipf } from "./chances.ts";
import { Component } from "./component.ts";
import type { Scenario } from "./scenario.ts";
import { SmallSizes } from "./sizes.ts";

export interface ComponentsOptions extends WorkloadOptions {
  /** Up to 65,535. */
  components?: number | undefined;
  /** At most as many as there are components. */
  vms?: number | undefined;
  /** Before scaling. */
  steps?: number | undefined;
  /** What all components together do in a step: allocates, frees and reallocates. */
  operations?: number | undefined;
  /** Every so many steps, one begins with the death of a VM. */
  stepsPerDeath?: number | undefined;
}

/** The frees of all blocks of a VM, in a row: the events from `from` to `to` − 1. Who has contexts disposes of one. */
export interface VmDeath {
  readonly vm: number;
  readonly from: number;
  readonly to: number;
}

export interface ComponentsScenario extends Scenario {
  readonly components: number;
  /** By event: the component that it is an event of, below `components`. */
  readonly component: Uint16Array;
  /** In the order of their events. */
  readonly deaths: readonly VmDeath[];
}

/** Bytes of a record. */
const LEAST = 8;
const MOST = 512;

/**
 * Components that share mini-VMs: 713 in 32, each VM with 22 or 23. A component has records of three sizes of its own,
 * 40 to 400 of them on average, and a buffer that is reallocated until it has 256 to 16,384 bytes, and then begun
 * anew. The load is skewed by Zipf's law: the busiest component does 14 % of all work, the next half of that. Owners
 * are the VMs. In the first step all are born, with a record and a buffer for each component. Every tenth step begins
 * with the death of a random VM: all of its blocks are freed, and it is born anew. Steps are no time.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 * @throws `TraceError` for what no trace can have.
 * @throws `UnsupportedError` where the host lacks what it needs.
 * @throws `HostMemoryError` where the host has no memory for it.
 */
export function components(options: ComponentsOptions = {}): ComponentsScenario {
  const whole = { steps: 1000, operations: 1000, stepsPerDeath: 10 };
  const beginning = beginScenario(options, whole, { components: 713, vms: 32 });
  const { builder, random, times, steps, operations, stepsPerDeath, components: count, vms } = beginning;
  checkInteger("components", count, 1, 0xffff);
  checkInteger("vms", vms, 1, count);
  const scaled = times(steps);
  checkWork(scaled * operations);

  const sizes = new SmallSizes(LEAST, MOST);
  const load = new Weighted(shuffle(random, zipf(count)));
  const all = Array.from({ length: count }, (_, c) => new Component(random, c % vms, sizes));
  /** By component: the events that it had, as a row of numbers that each event is added to. */
  const component: number[] = [];
  const note = (c: number): void => {
    while (component.length < builder.events) component.push(c);
  };
  const birth = (c: number): void => {
    all[c].birth(builder, random);
    note(c);
  };

  for (let c = 0; c < count; c++) birth(c);
  builder.endStep();
  const deaths: VmDeath[] = [];
  for (let step = 1; step <= scaled; step++) {
    if (step % stepsPerDeath === 0) {
      const vm = random.below(vms);
      const from = builder.events;
      for (let c = vm; c < count; c += vms) {
        all[c].death(builder);
        note(c);
      }
      deaths.push({ vm, from, to: builder.events });
      for (let c = vm; c < count; c += vms) birth(c);
    }
    for (let n = operations; n > 0; n--) {
      const c = load.draw(random);
      all[c].work(builder, random);
      note(c);
    }
    builder.endStep();
  }
  const owners = Array.from({ length: vms }, (_, vm) => `vm-${vm}`);
  const scenario = builder.build("components", 0, owners);
  return { ...scenario, components: count, component: Uint16Array.from(component), deaths };
}
