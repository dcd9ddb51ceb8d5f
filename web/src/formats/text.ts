/** Text and JSON as the formats need it; the port of `voxface.formats.json_text`. */
import { VoxfaceError, type FrameRate } from "../types";
import type { Bytes } from "./format";

/** A plain JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** UTF-8 text, with or without a byte order mark. */
export function decodeText(bytes: Uint8Array, fileName: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new VoxfaceError(`${fileName} is not a text file; is it the right one?`);
  }
}

export function encodeText(text: string): Bytes {
  return new TextEncoder().encode(text) as Bytes;
}

/** The object in a JSON file. */
export function readJson(bytes: Uint8Array, fileName: string): JsonObject {
  let document: unknown;
  try {
    document = JSON.parse(decodeText(bytes, fileName));
  } catch (error) {
    if (error instanceof VoxfaceError) throw error;
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new VoxfaceError(`${fileName} is damaged or not JSON: ${reason}`);
  }
  if (!isObject(document)) throw new VoxfaceError(`${fileName} holds no JSON object, not a face`);
  return document;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A rate as a plain number: whole if it is. */
export function plainNumber({ numerator, denominator }: FrameRate): number {
  return numerator / denominator;
}

/**
 * JSON text as Python's `json.dumps` writes it: blanks after commas and colons, ASCII only.
 *
 * JavaScript has one kind of number, so a whole float of Python's, 1.0, comes out as 1.
 */
export function pythonJson(value: unknown): string {
  if (value === null) return "null";
  if (typeof value === "boolean") return String(value);
  if (typeof value === "number") return pythonNumber(value);
  if (typeof value === "string") return pythonString(value);
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(", ")}]`;
  if (isObject(value)) {
    const parts = Object.entries(value)
      .filter(([, part]) => part !== undefined)
      .map(([key, part]) => `${pythonString(key)}: ${pythonJson(part)}`);
    return `{${parts.join(", ")}}`;
  }
  throw new VoxfaceError(
    `a clip's metadata must be plain JSON values: ${typeof value} is not JSON serializable`,
  );
}

/** The shortest decimal that reads back as this double, as Python's `repr` writes it. */
export function pythonNumber(value: number): string {
  if (!Number.isFinite(value)) {
    throw new VoxfaceError("a clip's metadata must be plain JSON values: a number is not finite");
  }
  if (Number.isInteger(value) && Math.abs(value) < 1e16) return value.toFixed(0);
  const [digits, exponentText] = value.toExponential().split("e");
  const exponent = Number(exponentText);
  if (exponent >= -4 && exponent < 16) {
    return exponent < 0 ? value.toFixed(fractionDigits(digits) - exponent) : String(value);
  }
  const size = String(Math.abs(exponent)).padStart(2, "0");
  return `${digits}e${exponent < 0 ? "-" : "+"}${size}`;
}

function fractionDigits(digits: string): number {
  return digits.includes(".") ? digits.length - digits.indexOf(".") - 1 : 0;
}

function pythonString(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
