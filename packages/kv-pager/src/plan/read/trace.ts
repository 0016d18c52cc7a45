/** A trace's bytes to prompts: its format is found by its lines, and what is wrong with one is said with the line's number. */
import { formatOf, guess, MOST_UNSURE } from "./formats.ts";
import { LineError } from "./line-error.ts";
import { type LineSink, Lines } from "./lines.ts";
import { batchesOf, isMsgpack } from "./msgpack.ts";
import type { Format, Reader, Sink } from "./reader.ts";
import { VLLM } from "./vllm.ts";

/** Hears of a malformed line: nothing of it was taken. Of a trace in msgpack, of a malformed batch. */
export type Problems = (line: number, problem: string) => void;

interface Line {
  readonly text: string;
  readonly number: number;
  readonly isCut: boolean;
}

export class TraceReader implements LineSink {
  /** Undefined before the format is known. */
  reader: Reader | undefined;
  /** The line, or the batch, that is taken now. */
  at = 0;
  private readonly sink: Sink;
  private readonly problem: Problems;
  private readonly lines: Lines = new Lines(this);
  /** Lines that may be of several formats, which are kept until one is sure. */
  private unsure: Line[] = [];
  private chars = 0;

  constructor(sink: Sink, format: Format | undefined, problem: Problems) {
    this.sink = sink;
    this.problem = problem;
    this.reader = format?.create(sink);
  }

  /** Reads all of a trace: its first byte says whether it is text. What `pieces` throws, it throws. */
  async read(pieces: AsyncIterable<Uint8Array>): Promise<void> {
    const rest = pieces[Symbol.asyncIterator]();
    const first = await nextOf(rest);
    const mayBeBinary = this.reader === undefined || this.reader.value !== undefined;
    if (first !== undefined && mayBeBinary && isMsgpack(first[0])) {
      await this.readBatches(behind(first, rest));
      return;
    }
    for (let piece = first; piece !== undefined; piece = await nextOf(rest)) this.add(piece);
    this.end();
  }

  add(bytes: Uint8Array): void {
    this.lines.add(bytes);
  }

  end(): void {
    this.lines.end();
    if (this.unsure.length > 0) this.begin(guess(this.unsure.map(({ text }) => text)));
    this.reader?.end();
  }

  line(text: string, number: number, isCut: boolean): void {
    const line = { text, number, isCut };
    if (this.reader !== undefined) {
      this.take(line);
      return;
    }
    this.unsure.push(line);
    this.chars += text.length;
    const format = formatOf(text);
    if (format !== undefined) this.begin(format);
    else if (this.unsure.length === MOST_UNSURE.lines || this.chars > MOST_UNSURE.chars) {
      this.begin(guess(this.unsure.map(({ text }) => text)));
    }
  }

  refuse(number: number, problem: string): void {
    this.problem(number, problem);
  }

  private begin(format: Format): void {
    this.reader = format.create(this.sink);
    for (const line of this.unsure) this.take(line);
    this.unsure = [];
  }

  private take({ text, number, isCut }: Line): void {
    this.at = number;
    try {
      this.reader!.line(text);
    } catch (error) {
      if (!(error instanceof LineError)) throw error;
      this.problem(
        number,
        isCut && error.isSyntax ? `${error.message} (the trace ends within this line)` : error.message,
      );
    }
  }

  /** A batch in msgpack is what a line is elsewhere. */
  private async readBatches(pieces: AsyncIterable<Uint8Array>): Promise<void> {
    const reader = (this.reader ??= VLLM.create(this.sink));
    let number = 0;
    try {
      for await (const batch of batchesOf(pieces)) {
        this.at = ++number;
        try {
          reader.value!(batch);
        } catch (error) {
          if (!(error instanceof LineError)) throw error;
          this.problem(number, error.message);
        }
      }
    } catch (error) {
      // What comes behind can't be read: nobody knows where it begins.
      if (!(error instanceof LineError)) throw error;
      this.problem(number + 1, error.message);
    }
    reader.end();
  }
}

/** The next piece that is not empty. */
async function nextOf(pieces: AsyncIterator<Uint8Array>): Promise<Uint8Array | undefined> {
  for (;;) {
    const { done, value } = await pieces.next();
    if (done) return undefined;
    if (value.length > 0) return value;
  }
}

async function* behind(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (let piece: Uint8Array | undefined = first; piece !== undefined; piece = await nextOf(rest)) yield piece;
}
