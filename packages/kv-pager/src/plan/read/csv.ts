/**
 * Comma-separated values, a prompt a line: the hashes of its blocks, and nothing else. Or, where the first line names columns and one
 * of them is `hash_ids`: the hashes in that column, separated by spaces or semicolons, and `timestamp` (ms), `input_length` (tokens) and
 * `tenant` in others. Cells may be quoted (RFC 4180), but not over several lines.
 */
import type { BlockHash } from "../hashes.ts";
import { counted } from "../show/units.ts";
import { numberOf } from "./json.ts";
import { excerpt, LineError } from "./line-error.ts";
import type { Format, Reader, Sink } from "./reader.ts";

export const CSV: Format = {
  name: "csv",
  what: "a prompt's block hashes a line; or with a header: hash_ids, timestamp, input_length, tenant",
  create: (sink) => new CsvReader(sink),
};

const HASH_COLUMN = "hash_ids";
const COLUMNS: readonly string[] = [HASH_COLUMN, "timestamp", "input_length", "tenant"];
/** Decimal, hexadecimal, base64, and what people put between such. */
const HASH = /^[\w+/=:.@|~-]{1,256}$/;

class CsvReader implements Reader {
  readonly blockTokens = 16;
  private readonly sink: Sink;
  /** Undefined before the first line; null where that was a prompt. */
  private columns: readonly string[] | null | undefined;
  /** Is the header malformed? Nobody knows then what is in the lines behind it: so many are not read. */
  private isRefused = false;
  private unread = 0;

  constructor(sink: Sink) {
    this.sink = sink;
  }

  line(text: string): void {
    if (this.isRefused) {
      this.unread++;
      return;
    }
    if (text.startsWith("{") || text.startsWith("["))
      throw new LineError(`JSON, where the trace is CSV: ${excerpt(text)}`);
    const cells = cellsOf(text);
    if (this.columns === undefined && this.isNamed(namesOf(cells))) return;
    if (this.columns) {
      const prompt = this.named(cells, this.columns);
      if (prompt.at !== undefined) this.sink.time(prompt.at);
      this.sink.add(prompt);
      return;
    }
    // Spreadsheets make all rows as long as the longest.
    while (cells.length > 1 && cells[cells.length - 1] === "") cells.pop();
    this.sink.add({ hashes: cells.map((cell, i) => hashOf(cell, `cell ${i + 1}`)) });
    this.columns = null;
  }

  /** Is it a header? Throws `LineError` for one that is malformed. */
  private isNamed(names: readonly string[]): boolean {
    if (!names.some((name) => COLUMNS.includes(name))) return false;
    const refusal = refusalOf(names);
    this.isRefused = refusal !== undefined;
    if (refusal !== undefined) throw new LineError(refusal);
    this.columns = names;
    return true;
  }

  end(): void {}

  notes(): string[] {
    const others = (this.columns ?? []).filter((name) => name !== "" && !COLUMNS.includes(name));
    return [
      ...(this.unread > 0 ? [`${counted(this.unread, "line")} behind the malformed header not read`] : []),
      ...(others.length === 0 ? [] : [`columns that nobody looked at: ${others.map(excerpt).join(", ")}`]),
    ];
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

const namesOf = (cells: readonly string[]): string[] => cells.map((cell) => cell.toLowerCase());

/** Names a line columns, one of them the hashes? */
export function isHeader(line: string): boolean {
  try {
    return namesOf(cellsOf(line)).includes(HASH_COLUMN);
  } catch {
    return false;
  }
}

function refusalOf(names: readonly string[]): string | undefined {
  const twice = COLUMNS.find((name) => names.indexOf(name) !== names.lastIndexOf(name));
  if (twice !== undefined) return `the column ${twice} is there twice`;
  return names.includes(HASH_COLUMN) ? undefined : `a header without the column ${HASH_COLUMN}`;
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
