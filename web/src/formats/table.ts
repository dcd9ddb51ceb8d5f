/** Comma-separated tables of other people's making; the port of `voxface.formats.table`. */
import { VoxfaceError } from "../types";
import { nameKey } from "./names";
import { decodeText } from "./text";

/** A table of numbers, and one column of text beside it. */
export interface Table {
  /** Names of all columns as they stand in the file. */
  readonly columns: readonly string[];
  /** One row each; NaN where the file has an empty cell, and in the column of text. */
  readonly rows: readonly Float64Array[];
  /** The text column, one entry a row; empty if there is none. */
  readonly texts: readonly string[];
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const NO_NUMBER = /^[+-]?nan$/i;
const INFINITE = /^([+-]?)inf(inity)?$/i;

/** The first column whose `nameKey` is one of `keys`; -1 if there is none. */
export function findColumn(columns: readonly string[], ...keys: readonly string[]): number {
  const wanted = keys.map(nameKey);
  return columns.findIndex((name) => wanted.includes(nameKey(name)));
}

/** The column names of a header line and the character that separates them. */
export function splitHeader(line: string): { names: string[]; separator: string } {
  let separator = ",";
  for (const mark of ";\t") if (count(line, mark) > count(line, separator)) separator = mark;
  return { names: splitLine(line, separator), separator };
}

/** Reads a table; `textColumn` names the column that holds text, if there is one. */
export function readTable(bytes: Uint8Array, fileName: string, textColumn: string): Table {
  const lines = decodeText(bytes, fileName).split(/\r\n|\r|\n/);
  const { names, separator } = splitHeader(lines[0]);
  const key = nameKey(textColumn);
  const textAt = names.findIndex((name) => nameKey(name) === key);
  const rows: Float64Array[] = [];
  const texts: string[] = [];
  for (let index = 1; index < lines.length; index += 1) {
    const cells = splitLine(lines[index].replaceAll("\0", ""), separator);
    if (!cells.some((cell) => cell.trim())) continue;
    rows.push(readRow(cells, names.length, textAt, texts, `${fileName}, line ${index + 1}`));
  }
  return { columns: names, rows, texts };
}

function readRow(
  cells: readonly string[],
  columns: number,
  textAt: number,
  texts: string[],
  place: string,
): Float64Array {
  // Exporters end rows with a spare separator, and write rows without a face short.
  const spare = cells.slice(columns).some((cell) => cell.trim());
  const faceless = cells.length <= 2 || cells[1].trim() === "0";
  if (spare || (cells.length < columns && !faceless)) {
    throw new VoxfaceError(
      `${place}: ${cells.length} values where the header names ${columns}; ` +
        "the file is cut short or damaged",
    );
  }
  const row = new Float64Array(columns);
  for (let column = 0; column < columns; column += 1) {
    const cell = (cells[column] ?? "").trim();
    if (column === textAt) texts.push(cell);
    row[column] = column === textAt || !cell ? NaN : readNumber(cell, place);
  }
  return row;
}

function readNumber(cell: string, place: string): number {
  if (NUMBER.test(cell)) return Number(cell);
  if (NO_NUMBER.test(cell)) return NaN;
  const infinite = INFINITE.exec(cell);
  if (infinite) return infinite[1] === "-" ? -Infinity : Infinity;
  throw new VoxfaceError(`${place}: '${cell.slice(0, 30)}' is not a number`);
}

function splitLine(line: string, separator: string): string[] {
  if (!line) return [];
  if (!line.includes('"')) return line.split(separator);
  const cells: string[] = [];
  let at = 0;
  while (at <= line.length) {
    let cell = "";
    if (line[at] === '"') {
      const quoted = /^"((?:[^"]|"")*)"?/.exec(line.slice(at))!;
      cell = quoted[1].replaceAll('""', '"');
      at += quoted[0].length;
    }
    const end = line.indexOf(separator, at);
    const stop = end < 0 ? line.length : end;
    cells.push(cell + line.slice(at, stop));
    at = stop + 1;
  }
  return cells;
}

function count(line: string, mark: string): number {
  return line.split(mark).length - 1;
}
