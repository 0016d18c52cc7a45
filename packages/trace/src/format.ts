import type { TraceDescription } from "./describe.ts";
import type { Spread } from "./spread.ts";

/** A description as lines of text, for a terminal. */
export function formatDescription(description: TraceDescription): string {
  const d = description;
  const lines = [
    `events        ${whole(d.events)}: ${whole(d.allocations)} allocations, ${whole(d.reallocations)} reallocations, ` +
      `${whole(d.frees)} frees`,
    `peak          ${megabytes(d.peakBytes.bytes)} at event ${whole(d.peakBytes.event)}, ` +
      `${whole(d.peakBlocks.blocks)} blocks at event ${whole(d.peakBlocks.event)}`,
    `live at end   ${megabytes(d.bytesAtEnd)} in ${whole(d.blocksAtEnd)} blocks`,
    `sizes         ${percent(d.shareToKiB)} up to 1 KiB, ${whole(d.above16KiB)} blocks above 16 KiB`,
    "",
    row("", ["mean", "p10", "p50", "p90", "p99", "max"]),
    spread("size, bytes", d.sizes),
    spread("life, events", d.lifetimeEvents),
    spread("life, bytes", d.lifetimeBytes),
    "",
    row("size up to", ["allocations", "%", "bytes %"]),
  ];
  const bytes = d.histogram.reduce((sum, bar) => sum + bar.bytes, 0);
  for (const bar of d.histogram) {
    const part = bar.allocations / d.allocations;
    lines.push(
      `${row(whole(bar.atMost), [whole(bar.allocations), percent(part), percent(bytes === 0 ? 0 : bar.bytes / bytes)])}  ${"#".repeat(Math.round(40 * part))}`.trimEnd(),
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
  return Math.round(value).toLocaleString("en-US");
}

function percent(part: number): string {
  return `${(100 * part).toFixed(1)} %`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
