/** Bytes, as they come, to lines: each with its number, from 1 on. What is kept is the line that has not ended, up to a limit. */

/** Bytes: a request of a million tokens is one or two. */
export const LONGEST_LINE: number = 64 * 2 ** 20;

const NEW_LINE = 10;

/** Every host has it, and no library of the language's own declares it. */
declare const TextDecoder: new (encoding: string, options: { fatal: boolean }) => { decode(bytes: Uint8Array): string };

export interface LineSink {
  /** A line without its end; `isCut` where the trace ends without one. */
  line(text: string, number: number, isCut: boolean): void;
  /** A line that is no text. */
  refuse(number: number, problem: string): void;
}

export class Lines {
  private readonly sink: LineSink;
  private readonly longest: number;
  private readonly decoder = new TextDecoder("utf-8", { fatal: true });
  /** Of the line that has not ended. */
  private readonly pieces: Uint8Array[] = [];
  private bytes = 0;
  private number = 0;

  constructor(sink: LineSink, longest: number = LONGEST_LINE) {
    this.sink = sink;
    this.longest = longest;
  }

  /** A piece is only read, and until its line has ended it must stay what it is. */
  add(piece: Uint8Array): void {
    let start = 0;
    for (let end = piece.indexOf(NEW_LINE); end >= 0; end = piece.indexOf(NEW_LINE, start)) {
      this.keep(piece.subarray(start, end));
      this.flush(false);
      start = end + 1;
    }
    if (start < piece.length) this.keep(piece.subarray(start));
  }

  end(): void {
    if (this.bytes > 0) this.flush(true);
  }

  private keep(piece: Uint8Array): void {
    this.bytes += piece.length;
    if (this.bytes > this.longest) this.pieces.length = 0;
    else if (piece.length > 0) this.pieces.push(piece);
  }

  private flush(isCut: boolean): void {
    const { bytes, pieces, longest } = this;
    this.number++;
    this.bytes = 0;
    if (bytes > longest) {
      this.sink.refuse(this.number, `longer than ${longest} bytes`);
      return;
    }
    const text = this.decode(pieces, bytes);
    pieces.length = 0;
    if (text === undefined) this.sink.refuse(this.number, "not UTF-8 text");
    else if (text.trim() !== "") this.sink.line(text.trim(), this.number, isCut);
  }

  private decode(pieces: readonly Uint8Array[], bytes: number): string | undefined {
    let line = pieces[0];
    if (pieces.length !== 1) {
      line = new Uint8Array(bytes);
      let at = 0;
      for (const piece of pieces) {
        line.set(piece, at);
        at += piece.length;
      }
    }
    try {
      return this.decoder.decode(line);
    } catch {
      return undefined;
    }
  }
}
