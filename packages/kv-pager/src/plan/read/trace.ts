/** A trace's bytes to prompts: its format is found by its first line, and what is wrong with a line is said with the line's number. */
import { formatOf } from "./formats.ts";
import { LineError } from "./line-error.ts";
import { type LineSink, Lines } from "./lines.ts";
import type { Format, Reader, Sink } from "./reader.ts";

/** Hears of a malformed line: nothing of it was taken. */
export type Problems = (line: number, problem: string) => void;

export class TraceReader implements LineSink {
  /** Undefined before the first line. */
  reader: Reader | undefined;
  private readonly sink: Sink;
  private readonly format: Format | undefined;
  private readonly problem: Problems;
  private readonly lines: Lines = new Lines(this);

  constructor(sink: Sink, format: Format | undefined, problem: Problems) {
    this.sink = sink;
    this.format = format;
    this.problem = problem;
  }

  add(bytes: Uint8Array): void {
    this.lines.add(bytes);
  }

  end(): void {
    this.lines.end();
    this.reader?.end();
  }

  line(text: string, number: number, isCut: boolean): void {
    this.reader ??= (this.format ?? formatOf(text)).create(this.sink);
    try {
      this.reader.line(text);
    } catch (error) {
      if (!(error instanceof LineError)) throw error;
      this.problem(
        number,
        isCut && error.isSyntax ? `${error.message} (the trace ends within this line)` : error.message,
      );
    }
  }

  refuse(number: number, problem: string): void {
    this.problem(number, problem);
  }
}
