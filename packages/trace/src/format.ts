import { InvalidArgumentError } from "@ariax/allocator";
import { checkOptions, show } from "@ariax/allocator/implement";
import { checkArray } from "./check.ts";
import type { TraceDescription } from "./describe.ts";
import type { Spread } from "./spread.ts";

/**
 * A description as lines of text, for a terminal.
 *
 * @throws `InvalidArgumentError` where it is none.
 */
export function formatDescription(description: TraceDescription): string {
  const d = checkOptions(description, "description");
  for (const name of ["peakBytes", "peakBlocks", "sizes", "lifetimeEvents", "lifetimeBytes"] as const) {
    checkOptions(d[name], `description.${name}`);
  }
  checkArray("description.histogram", d.histogram, "Array");
  const lines = [
    `events        ${whole(d.events)}: ${whole(d.allocations)} allocations, ${whole(d.reallocations)} reallocations, ` +
      `${whole(d.frees)} frees`,
    `peak          ${size(d.peakBytes.bytes)} at event ${whole(d.peakBytes.event)}, ` +
      `${whole(d.peakBlocks.blocks)} blocks at event ${whole(d.peakBlocks.event)}`,
    `live at end   ${size(d.bytesAtEnd)} in ${whole(d.blocksAtEnd)} blocks`,
    `sizes         ${percent(d.shareToKiB)} up to 1 KiB, ${whole(d.above16KiB)} blocks above 16 KiB`,
    "",
    row("", ["mean", "p10", "p50", "p90", "p99", "max"]),
    spread("size, bytes", d.sizes),
    spread("life, events", d.lifetimeEvents),
    spread("life, bytes", d.lifetimeBytes),
    "",
    row("size up to", ["allocations", "%", "bytes %"]),
  ];
  for (const bar of d.histogram) checkOptions(bar, "description.histogram");
  const bytes = d.histogram.reduce((sum, bar) => sum + number(bar.bytes), 0);
  for (const bar of d.histogram) {
    const part = Math.min(1, number(bar.allocations) / d.allocations);
    lines.push(
      `${row(whole(bar.atMost), [whole(bar.allocations), percent(part), percent(bytes === 0 ? 0 : bar.bytes / bytes)])}  ${"#".repeat(Math.max(0, Math.round(40 * part)))}`.trimEnd(),
    );
  }
  return lines.join("\n");
}

function spread(label: string, { mean, p10, p50, p90, p99, max }: Spread): string {
  return row(label, [mean, p10, p50, p90, p99, max].map(whole));
}

function row(label: string, cells: readonly string[]): string {
  return label.padEnd(13) + cells.map((cell) => cell.padStart(14)).join("");
}

/** A number rounded to a whole one, with its thousands parted by commas. */
function whole(value: number): string {
  return Math.round(number(value)).toLocaleString("en-US");
}

function percent(part: number): string {
  return `${(100 * number(part)).toFixed(1)} %`;
}

/** In the largest of these units of which there is one, by the number as it is shown. */
function size(bytes: number): string {
  if (number(bytes) < 1000) return `${whole(bytes)} B`;
  return bytes < 999_950 ? `${(bytes / 1e3).toFixed(1)} KB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

function number(value: number): number {
  if (typeof value === "number") return value;
  throw new InvalidArgumentError(`invalid description: ${show(value)} is no number`);
}
