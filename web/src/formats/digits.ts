/** Numbers to decimal text; the counterpart of `voxface.formats.digits`, digit for digit. */
import { VoxfaceError } from "../types";

/** Numbers from here on have no place in a face file and are refused. */
export const LARGEST = 1e8;

/** The nearest whole number; halves go to the even one, as `numpy.rint` has it. */
export function rint(value: number): number {
  const below = Math.floor(value);
  const part = value - below;
  if (part !== 0.5) return part < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}

/**
 * A number with a fixed count of decimals.
 *
 * `Number.toFixed` rounds the exact binary value; Python's writer scales first and rounds then.
 * The two differ in the last digit now and then, so this does as Python does.
 */
export function decimalText(value: number, decimals: number): string {
  const size = 10 ** decimals;
  const scaled = rint(value * size);
  const magnitude = Math.abs(scaled);
  // The remainder is exact where a quotient would be rounded.
  const part = magnitude % size;
  const whole = (magnitude - part) / size;
  if (!(whole < LARGEST)) {
    throw new VoxfaceError(`cannot write numbers beyond ±${LARGEST}`);
  }
  return `${scaled < 0 ? "-" : ""}${whole}.${String(part).padStart(decimals, "0")}`;
}

/** Numbers side by side, separated by commas. */
export function decimalRow(values: ArrayLike<number>, decimals: number): string {
  const texts = new Array<string>(values.length);
  for (let i = 0; i < values.length; i += 1) texts[i] = decimalText(values[i], decimals);
  return texts.join(",");
}
