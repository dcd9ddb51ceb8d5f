/** Exact frame rates; the counterpart of `voxface.face.frame_rate`. */
import contract from "../generated/contract.json";
import { VoxfaceError, type FrameRate } from "../types";
import {
  compare,
  distance,
  fraction,
  fractionOfText,
  limitDenominator,
  type Fraction,
} from "./fraction";

/** Broadcast rates that people write rounded: 23.976, 29.97, 47.95, 59.94, 119.88. */
export const NTSC_RATES: readonly FrameRate[] = contract.frameRates.ntsc.map(
  ([numerator, denominator]) => ({ numerator, denominator }),
);

const LOWEST = fraction(1, 1_000_000);
const HIGHEST = fraction(1000);
const NEAR = fraction(1, 200);

/** An exact, positive frame rate: `29.97`, as a number or text, means 30000/1001. */
export function parseFrameRate(value: FrameRate | number | string): FrameRate {
  const rate = typeof value === "object" ? exactRate(value) : fractionOfText(String(value));
  if (!rate) {
    throw new VoxfaceError(
      `'${String(value)}' is not a frame rate; give a number such as 60, 29.97 or 30000/1001`,
    );
  }
  if (compare(rate, LOWEST) < 0 || compare(rate, HIGHEST) > 0) {
    throw new VoxfaceError(
      `a frame rate lies above 0 and up to 1000 per second, not ${fractionText(rate)}`,
    );
  }
  for (const exact of NTSC_RATES) {
    const off = distance(rate, exactRate(exact));
    if (rate.denominator > 1n && off.numerator !== 0n && compare(off, NEAR) < 0) return exact;
  }
  return frameRate(limitDenominator(rate, 1_000_000n));
}

export function exactRate(rate: FrameRate): Fraction {
  return fraction(rate.numerator, rate.denominator);
}

export function frameRate(rate: Fraction): FrameRate {
  return { numerator: Number(rate.numerator), denominator: Number(rate.denominator) };
}

/** A rate as Python writes a Fraction: `60` or `30000/1001`. */
export function frameRateText(rate: FrameRate): string {
  return fractionText(exactRate(rate));
}

function fractionText({ numerator, denominator }: Fraction): string {
  return denominator === 1n ? `${numerator}` : `${numerator}/${denominator}`;
}
