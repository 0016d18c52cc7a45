/**
 * Huge pages as Linux has them: memory is *advised*, the kernel makes huge pages of what is touched when it can, or later. So there are two
 * questions. Does it take the advice at all? Told by a setting. How much is in huge pages now? Told by
 * /proc/self/smaps: for each mapping a header line, then fields in kB.
 */
import { readFileSync } from "node:fs";

/** Whether the kernel makes huge pages of advised memory. */
export function takesAdvice(): boolean {
  try {
    return chosen(readFileSync("/sys/kernel/mm/transparent_hugepage/enabled", "latin1")) !== "never";
  } catch {
    return false;
  }
}

/** The chosen word of a setting like `always [madvise] never`. */
export function chosen(setting: string): string | undefined {
  return /\[(\w+)\]/.exec(setting)?.[1];
}

/** The bytes in huge pages of the mappings that lie within [start, end). O(length of the text). */
export function hugeBytes(smaps: string, start: bigint, end: bigint): number {
  let inside = false;
  let sum = 0;
  for (const line of smaps.split("\n")) {
    const header = /^([0-9a-f]+)-([0-9a-f]+) /.exec(line);
    if (header !== null) inside = BigInt(`0x${header[1]}`) >= start && BigInt(`0x${header[2]}`) <= end;
    const field = inside ? /^(?:AnonHugePages|ShmemPmdMapped|FilePmdMapped): +(\d+) kB$/.exec(line) : null;
    if (field !== null) sum += Number(field[1]) * 1024;
  }
  return sum;
}
