/**
 * An engine that works with the pager under test, and watches it. It has memory for each block of each tier, and writes there what it would compute: of each
 * token a number that stands for it and for all before it, its salt, its adapter, and the weights. So whatever a pager does wrong, sooner or later
 * a sequence reads a number that is not its own:
 *
 *     a block handed out twice, written while shared, found by a wrong key, moved before it was copied, known before it was certain
 *
 * Which block is evicted is the pager's own affair: nothing here depends on it, but on what the pager says became known, and was forgotten.
 */
import { digest } from "./digest.ts";
import { check, equal } from "./fail.ts";
import { Holders } from "./holders.ts";
import type { Copy, Job, Transfer } from "./job.ts";
import { Listener } from "./listener.ts";
import { labelsOf, Meanings, rootOf } from "./meanings.ts";
import { has, type Subject, type SubjectOpen, type SubjectOptions } from "./subject.ts";

export class Engine {
  readonly pager: Subject;
  readonly options: SubjectOptions;
  readonly jobs: Job[] = [];
  readonly transfers: Map<number, Transfer> = new Map();
  epoch = 1;
  /** Calls that were refused. */
  refusals = 0;
  /** Of each tier and block: a number a token. */
  private readonly memory: number[][][];
  private readonly meanings: Meanings = new Meanings();
  private readonly listener: Listener;
  private readonly holders: Holders = new Holders();

  constructor(pager: Subject, options: SubjectOptions) {
    this.pager = pager;
    this.options = options;
    const tiers = [options.blocks, ...(options.tiers ?? []).map(({ blocks }) => blocks)];
    this.memory = tiers.map((blocks) => Array.from({ length: blocks + 1 }, () => []));
    this.listener = new Listener(tiers.length);
  }

  open(options: SubjectOpen): Job {
    const { tenant = "", keys } = options;
    const labels = labelsOf(options, this.options.blockTokens);
    const sequence = this.pager.open(options);
    const job: Job = {
      ...{ sequence, tenant, labels, root: rootOf(options), given: keys !== undefined, committed: labels.length },
      ...{ scheduled: 0, runs: false, epoch: 0, numbers: [], of: 0 },
    };
    this.jobs.push(job);
    this.look();
    return job;
  }

  /** What the pager says is cached: it must be what its events say. */
  computed(job: Job): number {
    const said = this.pager.computed(job.sequence);
    if (job.runs) equal(`computed of ${job.sequence}, which runs`, said, job.scheduled);
    else if (this.knowsKeys()) equal(`computed of ${job.sequence}`, said, this.expected(job));
    const most = Math.max(job.labels.length - 1, 0);
    if (!job.runs)
      check(
        said <= most && said % this.options.blockTokens === 0,
        () => `computed ${said} of ${job.labels.length} tokens`,
      );
    return said;
  }

  private knowsKeys(): boolean {
    return has(this.pager, "events") && this.options.events === true && this.options.window === undefined;
  }

  /** The longest prefix, in whole blocks, whose keys are held. */
  private expected(job: Job): number {
    const { blockTokens } = this.options;
    const meanings = this.meanings.of(job, job.labels.length, this.epoch);
    let n = 0;
    while ((n + 1) * blockTokens < job.labels.length && this.listener.isHeld(meanings[(n + 1) * blockTokens - 1])) n++;
    return n * blockTokens;
  }

  /** As `allocateSlots`; where it is true the tokens are computed. */
  allocate(job: Job, newTokens: number, lookahead = 0): boolean {
    const { blockTokens, watermark = 0, window } = this.options;
    const before = job.runs ? job.scheduled : this.computed(job);
    const free = this.pager.free;
    const others = this.jobs.some((one) => one.runs);
    const have = job.runs ? this.pager.table(job.sequence).length : before / blockTokens;
    const needed = Math.max(Math.ceil((before + newTokens + lookahead) / blockTokens) - have, 0);
    // Hits may lie in line, and blocks that are written may be shared.
    const [least, most] = [needed, needed + (job.runs ? have - Math.floor(before / blockTokens) : have)];
    const kept = !job.runs && others ? Math.round(watermark * this.options.blocks) : 0;
    const mayRefuse = most + kept > free || job.tenant !== "";
    const ok = this.unlessRefused("allocateSlots", mayRefuse, () =>
      this.pager.allocateSlots(job.sequence, newTokens, lookahead),
    );
    if (!ok) check(mayRefuse, () => `allocateSlots: false, for at most ${most} blocks + ${kept} of ${free} free`);
    if (!ok) return false;
    if (window === undefined)
      check(least + kept <= free, () => `allocateSlots: true, for ${least} blocks + ${kept} of ${free} free`);
    this.run(job, before, before + newTokens);
    return true;
  }

  /** As `append`; where it is true the token is computed. */
  append(job: Job, token: number): boolean {
    const { free } = this.pager;
    const mayRefuse = free === 0 || job.tenant !== "";
    const ok = this.unlessRefused("append", mayRefuse, () => this.pager.append(job.sequence, token));
    if (!ok) check(mayRefuse, () => `append: false, and ${free} blocks are free`);
    if (!ok) return false;
    job.labels.push(job.given ? `s${job.sequence} ${token}` : String(token));
    this.run(job, job.labels.length - 1, job.labels.length);
    return true;
  }

  commit(job: Job, n: number): void {
    this.pager.commit(job.sequence, n);
    job.committed += n;
    this.look();
  }

  rewind(job: Job, n: number): void {
    this.pager.rewind!(job.sequence, n);
    this.cut(job, job.labels.length - n);
    job.scheduled = Math.min(job.scheduled, job.labels.length);
    this.look();
  }

  private cut(job: Job, length: number): void {
    job.labels.length = length;
    if (job.numbers.length > length) job.numbers.length = length;
  }

  fork(job: Job): Job {
    const copy: Job = {
      ...job,
      labels: [...job.labels],
      numbers: [...job.numbers],
      sequence: this.pager.fork!(job.sequence),
    };
    this.jobs.push(copy);
    this.look();
    return copy;
  }

  close(job: Job): void {
    this.pager.close(job.sequence);
    this.jobs.splice(this.jobs.indexOf(job), 1);
    this.look();
  }

  preempt(job: Job): void {
    const { free } = this.pager;
    const cost = this.pager.cost!(job.sequence);
    const done = this.pager.preempt!(job.sequence);
    equal("what preempt cost, and cost had said", done, cost);
    equal("blocks that preempt freed", this.pager.free - free, cost.freed);
    const was = job.scheduled;
    check(cost.recompute >= 0 && cost.recompute <= was, () => `preempt: recomputes ${cost.recompute} of ${was} tokens`);
    job.runs = false;
    job.scheduled = 0;
    this.cut(job, job.committed);
    this.look();
  }

  offload(ids: readonly number[], to: number): number {
    return this.transfer(() => this.pager.offload!(ids, to), false);
  }

  load(job: Job): number {
    return this.transfer(() => this.pager.load!(job.sequence), true);
  }

  private transfer(begin: () => number, isLoad: boolean): number {
    const before = this.state();
    const ticket = begin();
    if (ticket === 0) this.checkUnchanged("a transfer that was not begun", before);
    else {
      this.transfers.set(ticket, { copies: [], isLoad });
      this.copy();
    }
    this.look();
    return ticket;
  }

  /** The end of a transfer. `arrived`: how many of its copies are there; the others' targets are as wrong as can be. */
  end(ticket: number, how: "done" | "failed" | "expire", arrived?: number): void {
    const { copies } = this.transfers.get(ticket)!;
    const good = how === "done" ? (arrived ?? copies.length) : 0;
    copies.forEach(({ fromTier, from, toTier, to }, i) => {
      this.memory[toTier][to] = i < good ? [...this.memory[fromTier][from]] : [-1];
    });
    if (how === "done") this.pager.done!(ticket, arrived);
    else this.pager[how]!(ticket);
    this.transfers.delete(ticket);
    this.look();
  }

  reset(): void {
    this.pager.reset!();
    this.epoch++;
    this.look();
  }

  /** A call that may refuse: then nothing has changed. */
  private unlessRefused(what: string, mayRefuse: boolean, call: () => boolean): boolean {
    const before = mayRefuse ? this.state() : "";
    if (call()) return true;
    this.refusals++;
    if (mayRefuse) this.checkUnchanged(`${what} that was refused`, before);
    return false;
  }

  private state(): string {
    const { pager } = this;
    if (pager.snapshot !== undefined) return digest(pager.snapshot());
    return JSON.stringify([
      pager.free,
      this.jobs.map(({ sequence }) => [pager.computed(sequence), ...Array.from(pager.table(sequence))]),
    ]);
  }

  checkUnchanged(what: string, before: string): void {
    check(this.state() === before, () => `${what} has changed something`);
  }

  /** It has slots for its tokens up to `to`: those from `from` on are computed, those before are there. */
  private run(job: Job, from: number, to: number): void {
    const { blockTokens } = this.options;
    if (!job.runs) job.epoch = this.epoch;
    const table = this.pager.table(job.sequence);
    job.runs ||= table.length > 0;
    job.scheduled = to;
    this.copy();
    const meanings = this.meanings.of(job, to, job.epoch);
    for (let i = from; i < to; i++) {
      const id = table[Math.floor(i / blockTokens)];
      check(id >= 1 && id <= this.options.blocks, () => `sequence ${job.sequence} has no block for token ${i}: ${id}`);
      this.memory[0][id][i % blockTokens] = meanings[i];
    }
    this.look();
  }

  /** Does the moves; those of transfers are noted. */
  private copy(): void {
    this.pager.moves?.((operation, fromTier, from, toTier, to, ticket, tokens) => {
      if (operation === "copy") {
        equal("a copy on write", [fromTier, toTier, ticket], [0, 0, 0]);
        this.memory[0][to] = this.memory[0][from].slice(0, tokens);
      } else {
        const transfer = this.transfers.get(ticket);
        check(transfer !== undefined, () => `a move of ticket ${ticket}, which is none`);
        this.note(transfer, { fromTier, from, toTier, to });
      }
    });
  }

  /** A copy of a transfer: none is made twice. */
  private note({ copies }: Transfer, copy: Copy): void {
    const { fromTier, from } = copy;
    const isTwice = copies.some((other) => other.fromTier === fromTier && other.from === from);
    check(!isTwice, () => `block ${from} of tier ${fromTier} is copied twice by one transfer`);
    copies.push(copy);
  }

  /** All that must hold between two calls. */
  look(): void {
    const { pager } = this;
    this.copy();
    this.hear();
    for (const job of this.jobs) this.readBack(job);
    this.checkCharges();
    this.checkFree();
    this.checkTargets();
    pager.verify?.();
  }

  /** Blocks that neither a sequence nor a transfer has are free. */
  private checkFree(): void {
    const { pager, options, jobs } = this;
    const used = new Set(jobs.flatMap(({ sequence }) => Array.from(pager.table(sequence))).filter((id) => id !== 0));
    let loads = false;
    for (const { copies, isLoad } of this.transfers.values()) {
      loads ||= isLoad;
      for (const { fromTier, from, toTier, to } of copies) {
        if (toTier === 0) check(!used.has(to), () => `block ${to} is loaded, and a sequence has it`);
        if (fromTier === 0) used.add(from);
        if (toTier === 0) used.add(to);
      }
    }
    // A load may keep the hits before it.
    const free = options.blocks - used.size;
    if (loads) check(pager.free <= free, () => `${pager.free} blocks are free, of ${free} that nobody has`);
    else equal("free blocks", pager.free, free);
  }

  /** Two transfers must not write the same block. */
  private checkTargets(): void {
    const targets = new Set<string>();
    for (const { copies } of this.transfers.values()) {
      for (const { toTier, to } of copies) {
        check(!targets.has(`${toTier} ${to}`), () => `block ${to} of tier ${toTier} is the target of two copies`);
        targets.add(`${toTier} ${to}`);
      }
    }
  }

  /** Is each token of a sequence where its table says? */
  private readBack(job: Job): void {
    const { blockTokens, window, blocks } = this.options;
    const table = this.pager.table(job.sequence);
    if (!job.runs) {
      equal(`blocks of sequence ${job.sequence}, which waits`, table.length, 0);
      return;
    }
    check(
      table.length * blockTokens >= job.scheduled,
      () => `sequence ${job.sequence}: ${table.length} blocks for ${job.scheduled} tokens`,
    );
    const meanings = this.meanings.of(job, job.scheduled, job.epoch);
    // Of a window: what the next token sees.
    const from = window === undefined ? 0 : Math.max(job.scheduled - window + 1, 0);
    for (let i = from; i < job.scheduled; i++) {
      const id = table[Math.floor(i / blockTokens)];
      check(id >= 1 && id <= blocks, () => `sequence ${job.sequence}: entry ${Math.floor(i / blockTokens)} is ${id}`);
      const is = this.memory[0][id][i % blockTokens];
      check(is === meanings[i], () => `sequence ${job.sequence} reads another token at ${i}, in block ${id}`);
    }
    const seen = new Set<number>();
    for (let e = 0; e < table.length; e++) {
      const id = table[e];
      check(id === 0 || !seen.has(id) || job.given, () => `sequence ${job.sequence} has block ${id} twice`);
      if (id !== 0) seen.add(id);
    }
  }

  /** Who is charged for what: who has a block longest. */
  private checkCharges(): void {
    const { pager, holders, jobs } = this;
    if (!has(pager, "tenants") || (this.options.tenants ?? 0) === 0) return;
    holders.update(new Map(jobs.map((job) => [job, new Set(Array.from(pager.table(job.sequence)))])));
    const charges = holders.charges();
    for (const tenant of new Set(["a", "b", "c", ...charges.keys()])) {
      if (tenant !== "")
        equal(`blocks that tenant ${tenant} is charged for`, pager.charged!(tenant), charges.get(tenant) ?? 0);
    }
  }

  private hear(): void {
    if (!has(this.pager, "events") || this.options.events !== true) return;
    for (const event of this.pager.events!.drain()) {
      const { tier, block } = event;
      this.listener.hear(event, this.memory[tier][block][this.options.blockTokens - 1] ?? 0);
    }
  }
}
