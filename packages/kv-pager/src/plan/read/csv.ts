/**
 * Comma-separated values, a prompt a line: the hashes of its blocks, and nothing else. Or, where the first line names columns and one
 * of them is `hash_ids`: the hashes in that column, separated by spaces or semicolons, and `timestamp` (ms), `input_length` (tokens) and
 * `tenant` in others. Cells may be quoted (RFC 4180), but not over several lines.
 */
import type { BlockHash } from "../hashes.ts";
import { numberOf } from "./json.ts";
import { excerpt, LineError } from "./line-error.ts";
import type { Format, Reader, Sink } from "./reader.ts";

export const CSV: Format = {
  name: "csv",
  what: "a prompt's block hashes a line; or with a header: hash_ids, timestamp, input_length, tenant",
  create: (sink) => new CsvReader(sink),
};

const HASH_COLUMN = "hash_ids";
/** Decimal, hexadecimal, base64, and what people put between such. */
const HASH = /^[\w+/=:.@|~-]{1,256}$/;

class CsvReader implements Reader {
  readonly blockTokens = 16;
  private readonly sink: Sink;
  /** Undefined before the first line; null where that was a prompt. */
  private columns: string[] | null | undefined;

  constructor(sink: Sink) {
    this.sink = sink;
  }

  line(text: string): void {
    const cells = cellsOf(text);
    if (this.columns === undefined) {
      const names = cells.map((cell) => cell.toLowerCase());
      this.columns = names.includes(HASH_COLUMN) ? names : null;
      if (this.columns !== null) return;
    }
    if (this.columns === null) {
      // Spreadsheets make all rows as long as the longest.
      while (cells.length > 1 && cells[cells.length - 1] === "") cells.pop();
      this.sink.add({ hashes: cells.map((cell, i) => hashOf(cell, `cell ${i + 1}`)) });
    } else this.sink.add(this.named(cells, this.columns));
  }

  end(): void {}

  notes(): string[] {
    return [];
  }

  private named(cells: string[], columns: readonly string[]) {
    if (cells.length !== columns.length) {
      throw new LineError(`${cells.length} cells where the header has ${columns.length}`);
    }
    const cell = (name: string): string | undefined => cells[columns.indexOf(name)] || undefined;
    const number = (name: string, isWhole: boolean) => {
      const text = cell(name);
      const value = text === undefined ? undefined : Number(text);
      return numberOf(name, value === undefined || Number.isFinite(value) ? value : text, isWhole);
    };
    const hashes = (cell(HASH_COLUMN) ?? "").split(/[\s;]+/).filter((one) => one !== "");
    return {
      hashes: hashes.map((one, i) => hashOf(one, `${HASH_COLUMN}[${i}]`)),
      at: number("timestamp", false),
      tokens: number("input_length", true),
      tenant: cell("tenant"),
    };
  }
}

function hashOf(text: string, where: string): BlockHash {
  if (!HASH.test(text)) throw new LineError(`${where} is ${text === "" ? "empty" : `no hash: ${excerpt(text)}`}`);
  return text;
}

/** The cells of a line, without the blanks around them. Throws `LineError` for a misplaced quote. */
function cellsOf(line: string): string[] {
  if (!line.includes('"')) return line.split(",").map((cell) => cell.trim());
  const cells: string[] = [];
  const CELL = /\s*(?:"((?:[^"]|"")*)"|([^",]*))\s*(,|$)/y;
  for (let end = false; !end; ) {
    const match = CELL.exec(line);
    if (match === null) throw new LineError(`cell ${cells.length + 1}: a misplaced quote`);
    cells.push((match[1]?.replaceAll('""', '"') ?? match[2] ?? "").trim());
    end = match[3] === "";
  }
  return cells;
}
