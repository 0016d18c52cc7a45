/**
 * Sebastian Aaltonen's OffsetAllocator, written from its description: free runs in 256 bins by an 8-bit floating point number of
 * their length (5 bits of exponent, 3 of mantissa), two levels of bits that find the next bin with a run, nodes in a table with
 * neighbours in both directions. What is taken is of a bin whose every run is long enough, and what is left over goes back.
 */
import { GRANULE, Later, type Suballocator } from "./suballocator.ts";

const NONE = -1;
const MANTISSA = 3;
/** Words of a node. */
const [OFFSET, SIZE, PREV_IN_BIN, NEXT_IN_BIN, BEFORE, AFTER, USED, NODE] = [0, 1, 2, 3, 4, 5, 6, 7];

/** The bin of a length: the last whose shortest run is not longer, or, rounded up, the first whose shortest is not shorter. */
function binOf(length: number, up: boolean): number {
  if (length < 1 << MANTISSA) return length;
  const exponent = 31 - Math.clz32(length) - MANTISSA;
  const bin = ((exponent + 1) << MANTISSA) | ((length >>> exponent) & ((1 << MANTISSA) - 1));
  return up && (length & ((1 << exponent) - 1)) !== 0 ? bin + 1 : bin;
}

const lowestBitFrom = (bits: number, from: number): number => {
  const rest = from > 31 ? 0 : bits & (-1 << from);
  return rest === 0 ? NONE : 31 - Math.clz32(rest & -rest);
};

export class OffsetAllocator implements Suballocator<number> {
  readonly moved = 0;
  private readonly nodes: Int32Array;
  private readonly unused: Int32Array;
  private unusedTop: number;
  private readonly heads = new Int32Array(256).fill(NONE);
  private readonly bins = new Int32Array(32);
  private summary = 0;
  private free_: number;
  private readonly later = new Later<number>();

  constructor(bytes: number, blocks: number = 128 * 1024) {
    this.nodes = new Int32Array(blocks * NODE);
    this.unused = Int32Array.from({ length: blocks }, (_, i) => (blocks - 1 - i) * NODE);
    this.unusedTop = blocks;
    this.free_ = 0;
    this.insert(0, bytes / GRANULE);
  }

  allocate(bytes: number): number | undefined {
    const { nodes } = this;
    const size = Math.ceil(bytes / GRANULE);
    const least = binOf(size, true);
    let top = least >>> 3;
    let leaf = lowestBitFrom((this.summary >>> top) & 1 ? this.bins[top]! : 0, least & 7);
    if (leaf === NONE) {
      top = lowestBitFrom(this.summary, top + 1);
      if (top === NONE) return undefined;
      leaf = lowestBitFrom(this.bins[top]!, 0);
    }
    const bin = (top << 3) | leaf;
    const node = this.heads[bin]!;
    this.unlink(node, bin);
    nodes[node + USED] = 1;
    const rest = nodes[node + SIZE]! - size;
    if (rest > 0) {
      nodes[node + SIZE] = size;
      const other = this.insert(nodes[node + OFFSET]! + size, rest);
      const after = nodes[node + AFTER]!;
      if (after !== NONE) nodes[after + BEFORE] = other;
      nodes[other + BEFORE] = node;
      nodes[other + AFTER] = after;
      nodes[node + AFTER] = other;
    }
    return node + 1;
  }

  free(handle: number): void {
    this.later.add(handle);
  }

  frame(): void {
    this.later.frame((handle) => this.release(handle - 1));
  }

  offsetOf(handle: number): number {
    return this.nodes[handle - 1 + OFFSET]! * GRANULE;
  }

  room(): { free: number; largest: number } {
    let longest = 0;
    for (const head of this.heads) {
      for (let node = head; node !== NONE; node = this.nodes[node + NEXT_IN_BIN]!) {
        longest = Math.max(longest, this.nodes[node + SIZE]!);
      }
    }
    return { free: this.free_ * GRANULE, largest: longest * GRANULE };
  }

  private release(node: number): void {
    const { nodes } = this;
    let offset = nodes[node + OFFSET]!;
    let size = nodes[node + SIZE]!;
    let before = nodes[node + BEFORE]!;
    let after = nodes[node + AFTER]!;
    if (before !== NONE && nodes[before + USED] === 0) {
      offset = nodes[before + OFFSET]!;
      size += nodes[before + SIZE]!;
      const next = nodes[before + BEFORE]!;
      this.remove(before);
      before = next;
    }
    if (after !== NONE && nodes[after + USED] === 0) {
      size += nodes[after + SIZE]!;
      const next = nodes[after + AFTER]!;
      this.remove(after);
      after = next;
    }
    this.unused[this.unusedTop++] = node;
    const run = this.insert(offset, size);
    nodes[run + BEFORE] = before;
    nodes[run + AFTER] = after;
    if (before !== NONE) nodes[before + AFTER] = run;
    if (after !== NONE) nodes[after + BEFORE] = run;
  }

  /** A node for a free run, at the front of its bin. */
  private insert(offset: number, size: number): number {
    const { nodes } = this;
    const bin = binOf(size, false);
    const node = this.unused[--this.unusedTop]!;
    const head = this.heads[bin]!;
    if (head === NONE) {
      this.bins[bin >>> 3]! |= 1 << (bin & 7);
      this.summary |= 1 << (bin >>> 3);
    } else nodes[head + PREV_IN_BIN] = node;
    nodes[node + OFFSET] = offset;
    nodes[node + SIZE] = size;
    nodes[node + PREV_IN_BIN] = NONE;
    nodes[node + NEXT_IN_BIN] = head;
    nodes[node + BEFORE] = NONE;
    nodes[node + AFTER] = NONE;
    nodes[node + USED] = 0;
    this.heads[bin] = node;
    this.free_ += size;
    return node;
  }

  private remove(node: number): void {
    this.unlink(node, binOf(this.nodes[node + SIZE]!, false));
    this.unused[this.unusedTop++] = node;
  }

  private unlink(node: number, bin: number): void {
    const { nodes } = this;
    const before = nodes[node + PREV_IN_BIN]!;
    const after = nodes[node + NEXT_IN_BIN]!;
    if (after !== NONE) nodes[after + PREV_IN_BIN] = before;
    if (before !== NONE) nodes[before + NEXT_IN_BIN] = after;
    else {
      this.heads[bin] = after;
      if (after === NONE) {
        this.bins[bin >>> 3]! &= ~(1 << (bin & 7));
        if (this.bins[bin >>> 3] === 0) this.summary &= ~(1 << (bin >>> 3));
      }
    }
    this.free_ -= nodes[node + SIZE]!;
  }
}
