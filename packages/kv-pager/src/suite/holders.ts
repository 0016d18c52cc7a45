/** Who has which block, who has it longest first: that one's tenant is charged for it. */
import type { Job } from "./job.ts";

export class Holders {
  private readonly lists: Map<number, readonly Job[]> = new Map();

  /** What each sequence has now; between two calls each lets go of blocks and takes others. */
  update(now: ReadonlyMap<Job, ReadonlySet<number>>): void {
    for (const [id, list] of this.lists) {
      const left = list.filter((job) => now.get(job)?.has(id));
      if (left.length === 0) this.lists.delete(id);
      else this.lists.set(id, left);
    }
    for (const [job, ids] of now) {
      for (const id of ids) {
        const list = this.lists.get(id) ?? [];
        if (id !== 0 && !list.includes(job)) this.lists.set(id, [...list, job]);
      }
    }
  }

  /** How many blocks each tenant is to be charged for. */
  charges(): Map<string, number> {
    const charges = new Map<string, number>();
    for (const [{ tenant }] of this.lists.values()) charges.set(tenant, (charges.get(tenant) ?? 0) + 1);
    return charges;
  }
}
