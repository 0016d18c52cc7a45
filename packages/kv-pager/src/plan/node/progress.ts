/** How far it has come, on a terminal's one line; where there is no terminal, a line every half minute, for a log. */
import { bytes, counted, percent } from "../show/units.ts";

export interface Output {
  readonly isTTY?: boolean | undefined;
  /** `done` is called when there is room for more. */
  write(text: string, done?: () => void): unknown;
}

/** ms between two lines. */
const ON_TERMINAL = 100;
const IN_LOG = 30_000;

export class Progress {
  private readonly out: Output;
  private readonly now: () => number;
  private readonly total: number | undefined;
  private readonly every: number;
  private readonly began: number;
  private shown: number;
  private bytes = 0;
  private isThere = false;

  /** `total` bytes are to come, if that is known; `now` is a clock in ms. */
  constructor(out: Output, total: number | undefined, now: () => number) {
    this.out = out;
    this.now = now;
    this.total = total;
    this.every = out.isTTY ? ON_TERMINAL : IN_LOG;
    this.shown = this.began = now();
  }

  read(bytes: number): void {
    this.bytes += bytes;
  }

  /** So many requests were taken. */
  at(requests: number): void {
    const now = this.now();
    if (now - this.shown < this.every) return;
    this.shown = now;
    const part = this.total ? `${percent(Math.min(1, this.bytes / this.total))} of ` : "";
    const text = `${part}${bytes(this.total ?? this.bytes)} read, ${counted(requests, "request")}, ${((now - this.began) / 1000).toFixed(1)} s`;
    this.out.write(this.out.isTTY ? `\r${text}\u001b[K` : `kv-pager: ${text}\n`);
    this.isThere = true;
  }

  /** Takes the line away, before another is written. */
  clear(): void {
    if (this.isThere && this.out.isTTY) this.out.write("\r\u001b[K");
    this.isThere = false;
  }
}
