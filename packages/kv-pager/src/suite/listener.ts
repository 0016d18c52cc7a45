/**
 * Who listens to a pager's events: they are numbered without a gap, each key is stored once and removed once, and has one meaning. So it
 * knows what is held, in each tier.
 */
import type { KvEvent } from "../pager/events.ts";
import { check, equal } from "./fail.ts";

export class Listener {
  /** The keys held, of each tier. */
  private readonly held: readonly Set<string>[];
  /** What a key stands for, and the other way round. */
  private readonly meanings: Map<string, number> = new Map();
  private readonly keys: Map<number, string> = new Map();
  private seq = 0;

  constructor(tiers: number) {
    this.held = Array.from({ length: tiers }, () => new Set());
  }

  /** Can a block with that meaning be found on the device? */
  isHeld(meaning: number): boolean {
    const key = this.keys.get(meaning);
    return key !== undefined && this.held[0].has(key);
  }

  /** `meaning`: of the last token of the event's block. */
  hear({ seq, type, tier, key, block }: KvEvent, meaning: number): void {
    equal("the number of an event", seq, this.seq++);
    const held = this.held[tier];
    if (type === "cleared") {
      for (const set of this.held) set.clear();
      // New weights: the same key stands for something else.
      this.meanings.clear();
      this.keys.clear();
      return;
    }
    if (type === "removed") {
      check(held.delete(key), () => `event ${seq}: ${key} is removed, and was not there`);
      return;
    }
    check(!held.has(key), () => `event ${seq}: ${key} is stored, and was there`);
    held.add(key);
    const known = this.meanings.get(key);
    check(known === undefined || known === meaning, () => `event ${seq}: key ${key} stands for two things`);
    const other = this.keys.get(meaning);
    check(other === undefined || other === key, () => `event ${seq}: block ${block} has key ${key}, and had ${other}`);
    this.meanings.set(key, meaning);
    this.keys.set(meaning, key);
  }
}
