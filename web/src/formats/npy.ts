/** NumPy's `.npy` arrays, as `numpy.lib.format` has them, for the few types a clip needs. */
import { VoxfaceError } from "../types";
import type { Bytes } from "./format";

/** Numbers or text of an array, flat, and its shape. */
export interface NpyArray {
  readonly shape: readonly number[];
  readonly values: readonly string[] | Float64Array;
}

const MAGIC = "\x93NUMPY";

/** Little-endian bytes of an array with a header; `type` as NumPy names it, such as `<f4`. */
export function npyBytes(type: string, shape: readonly number[], data: Uint8Array): Bytes {
  const size = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const header = `{'descr': '${type}', 'fortran_order': False, 'shape': (${size}), }`;
  // The data begins at a multiple of 64 bytes; blanks and a line end fill the header up to it.
  const padded = 64 * Math.ceil((header.length + 11) / 64) - 10;
  const result = new Uint8Array(10 + padded + data.length);
  const text = MAGIC + "\x01\x00" + String.fromCharCode(padded & 255, padded >> 8);
  const beginning = text + header.padEnd(padded - 1) + "\n";
  for (let i = 0; i < beginning.length; i += 1) result[i] = beginning.charCodeAt(i);
  result.set(data, 10 + padded);
  return result;
}

/** Text as NumPy's `<U`: four bytes a character, each text filled up with zeros. */
export function npyText(texts: readonly string[], shape: readonly number[]): Bytes {
  const characters = texts.map((text) => [...text]);
  const longest = Math.max(1, ...characters.map((text) => text.length));
  const codes = new Uint32Array(texts.length * longest);
  characters.forEach((text, row) => {
    text.forEach((mark, i) => (codes[row * longest + i] = mark.codePointAt(0)!));
  });
  return npyBytes(`<U${longest}`, shape, new Uint8Array(codes.buffer));
}

/** Reads an array of numbers, booleans or text in any byte order. */
export function readNpy(bytes: Uint8Array): NpyArray {
  const beginning = String.fromCharCode(...bytes.subarray(0, 6));
  if (beginning !== MAGIC) throw new VoxfaceError("not a NumPy array");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const long = bytes[6] >= 2;
  const start = (long ? 12 : 10) + (long ? view.getUint32(8, true) : view.getUint16(8, true));
  const header = new TextDecoder("latin1").decode(bytes.subarray(long ? 12 : 10, start));
  const type = /'descr':\s*'([^']*)'/.exec(header)?.[1];
  const size = /'shape':\s*\(([^)]*)\)/.exec(header)?.[1];
  if (type === undefined || size === undefined) throw new VoxfaceError("its type is not plain");
  const shape = size.split(",").filter((part) => part.trim()).map(Number);
  if (/'fortran_order':\s*True/.test(header) && shape.length > 1) {
    throw new VoxfaceError("its arrays are stored by columns; save them by rows (order='C')");
  }
  const count = shape.reduce((product, part) => product * part, 1);
  const items = new DataView(bytes.buffer, bytes.byteOffset + start, bytes.byteLength - start);
  const values = type[1] === "U" ? readTexts(items, type, count) : readNumbers(items, type, count);
  return { shape, values };
}

function readNumbers(items: DataView, type: string, count: number): Float64Array {
  const little = type[0] !== ">";
  const readers: Record<string, (at: number) => number> = {
    b1: (at) => items.getUint8(at),
    i1: (at) => items.getInt8(at),
    u1: (at) => items.getUint8(at),
    i2: (at) => items.getInt16(at, little),
    u2: (at) => items.getUint16(at, little),
    i4: (at) => items.getInt32(at, little),
    u4: (at) => items.getUint32(at, little),
    i8: (at) => Number(items.getBigInt64(at, little)),
    u8: (at) => Number(items.getBigUint64(at, little)),
    f4: (at) => items.getFloat32(at, little),
    f8: (at) => items.getFloat64(at, little),
  };
  const read = readers[type.slice(1)];
  if (!read) throw new VoxfaceError(`its type ${type} is no plain number`);
  const width = Number(type.slice(2));
  if (items.byteLength < count * width) throw new VoxfaceError("an array is cut short");
  return Float64Array.from({ length: count }, (_, i) => read(i * width));
}

function readTexts(items: DataView, type: string, count: number): string[] {
  const length = Number(type.slice(2));
  if (items.byteLength < count * length * 4) throw new VoxfaceError("an array is cut short");
  return Array.from({ length: count }, (_, row) => {
    let text = "";
    for (let i = 0; i < length; i += 1) {
      const code = items.getUint32((row * length + i) * 4, type[0] !== ">");
      if (!code) break;
      text += String.fromCodePoint(code);
    }
    return text;
  });
}
