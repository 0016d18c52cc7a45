/** Threads of one process on one heap: started, warmed up, measured in windows, and ended. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Turns } from "../../worker/turns.ts";
import { type Control, makeControl, openWindow, type TimeBy } from "./control.ts";
import type { WindowOptions, Windows } from "./protocol.ts";

/** A number of threads that work at once, from thread `first` on. */
export interface Mode {
  readonly name: string;
  readonly first: number;
  readonly count: number;
}

export class Team {
  declare readonly control: Control;
  declare private readonly workers: Worker[];

  private constructor(control: Control, workers: Worker[]) {
    this.control = control;
    this.workers = workers;
  }

  /** `data` of each thread, but for what is the same for all. */
  static async start(threads: number, data: (thread: number) => object): Promise<Team> {
    const control = makeControl(threads);
    const workers = Array.from(
      { length: threads },
      (_, thread) =>
        new Worker(new URL("thread.ts", import.meta.url), { workerData: { ...data(thread), thread, control } }),
    );
    // Rejects where one throws.
    await Promise.all(workers.map((worker) => once(worker, "message")));
    return new Team(control, workers);
  }

  /** The first turn warms up; in each further one there are some windows of each mode, in turns. */
  async measure(
    modes: readonly Mode[],
    by: TimeBy,
    { window, warm, repeats }: WindowOptions,
    turns: Turns,
  ): Promise<Windows> {
    const open = ({ first, count }: Mode, ms: number): number[] =>
      openWindow(this.control, first, first + count, ms, by);
    const found: Windows = Object.fromEntries(modes.map(({ name }) => [name, []]));
    await turns();
    for (let part = 0; part < 4; part++) for (const mode of modes) open(mode, warm / 4 / modes.length);
    while (await turns()) {
      for (let i = 0; i < repeats; i++) {
        for (const mode of modes) {
          // Of more threads than cores each has to get one: that takes longer, and is done once.
          if (mode.count <= 2) found[mode.name]!.push(open(mode, window));
          else if (i === 0) found[mode.name]!.push(open(mode, (window * mode.count) / 2));
        }
      }
    }
    return found;
  }

  async end(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }
}
