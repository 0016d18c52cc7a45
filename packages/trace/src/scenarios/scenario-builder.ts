import { grown, newArray, resized } from "../arrays.ts";
import type { TraceBuilder } from "../builder.ts";
import type { Scenario } from "./scenario.ts";

/** Makes a scenario event by event: a `TraceBuilder` that also knows owners and steps. Each call is O(1) amortised. */
export class ScenarioBuilder {
  private readonly trace: TraceBuilder;
  /** By event, and by block id. */
  private owner: Uint16Array = newArray(Uint16Array, 1024);
  private ownerOf: Uint16Array = newArray(Uint16Array, 1024);
  private readonly steps: number[] = [];

  constructor(trace: TraceBuilder) {
    this.trace = trace;
  }

  /** How many events there are: also the number of the next one. */
  get events(): number {
    return this.trace.events;
  }

  /** A new block of `size` bytes, of the owner of that number; its id. */
  allocate(size: number, owner: number): number {
    const id = this.trace.allocate(size);
    if (id === this.ownerOf.length) this.ownerOf = grown(this.ownerOf);
    this.ownerOf[id] = owner;
    this.note(owner);
    return id;
  }

  free(id: number): void {
    this.trace.free(id);
    this.note(this.ownerOf[id]);
  }

  reallocate(id: number, size: number): void {
    this.trace.reallocate(id, size);
    this.note(this.ownerOf[id]);
  }

  /** The events since the last call, none included, are a step. */
  endStep(): void {
    this.steps.push(this.trace.events);
  }

  build(name: string, period: number, owners: readonly string[]): Scenario {
    const trace = this.trace.build();
    const steps = Uint32Array.from(this.steps);
    return { name, trace, steps, period, owner: resized(this.owner, trace.events), owners };
  }

  private note(owner: number): void {
    const event = this.trace.events - 1;
    if (event === this.owner.length) this.owner = grown(this.owner);
    this.owner[event] = owner;
  }
}
