// Exact frame rates. Mirrors `voxface.face.frame_rate`.

import { VoxfaceError, type FrameRate } from "../types";
import type { FrameRateLike } from "./api";
import { NTSC_RATES } from "./contract";

const LARGEST_DENOMINATOR = 1_000_000n;
const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d+))?$/i;

/** Read a frame rate exactly: `29.97`, as a number or text, means 30000/1001. */
export function parseFrameRate(value: FrameRateLike): FrameRate {
  const [up, down] = typeof value === "object"
    ? [BigInt(value.numerator), BigInt(value.denominator)]
    : fraction(String(value).trim());
  if (down === 0n || up * LARGEST_DENOMINATOR < down || up > 1000n * down) {
    const shown = typeof value === "object" ? frameRateText(value) : value;
    throw new VoxfaceError(`a frame rate lies above 0 and up to 1000 per second, not ${shown}`);
  }
  const divisor = gcd(up, down);
  const exact = broadcastRate(up / divisor, down / divisor);
  return exact ?? limited(up / divisor, down / divisor);
}

/** `60`, or `30000/1001` where the rate is no whole number. */
export function frameRateText(rate: FrameRate): string {
  return rate.denominator === 1 ? `${rate.numerator}` : `${rate.numerator}/${rate.denominator}`;
}

/** Frames that cover a sound: the nearest whole number, halves to the even, and at least one. */
export function soundFrames(samples: number, sampleRate: number, fps: FrameRate): number {
  const up = samples * fps.numerator;
  const down = sampleRate * fps.denominator;
  const whole = Math.floor(up / down);
  const left = 2 * (up - whole * down) - down;
  return Math.max(1, left > 0 || (left === 0 && whole % 2 === 1) ? whole + 1 : whole);
}

/** Frames that a sound not yet over deserves: the nearest whole number, a half not yet counted. */
export function framesSoFar(samples: number, sampleRate: number, fps: FrameRate): number {
  const up = samples * fps.numerator;
  const down = sampleRate * fps.denominator;
  return Math.ceil((2 * up - down) / (2 * down)) + 0;
}

function fraction(text: string): [bigint, bigint] {
  const [above, below, ...more] = text.split("/").map((part) => decimal(part.trim(), text));
  if (more.length || !above) throw notARate(text);
  return below ? [above[0] * below[1], above[1] * below[0]] : above;
}

function decimal(part: string, text: string): [bigint, bigint] {
  const found = NUMBER.exec(part);
  const digits = found ? (found[2] ?? "") + (found[3] ?? "") : "";
  const places = (found?.[3]?.length ?? 0) - Number(found?.[4] ?? 0);
  if (!found || !digits || found[1] === "-" || Math.abs(places) > 300) throw notARate(text);
  const number = BigInt(digits);
  return places < 0 ? [number * 10n ** BigInt(-places), 1n] : [number, 10n ** BigInt(places)];
}

function notARate(text: string): VoxfaceError {
  return new VoxfaceError(
    `'${text}' is not a frame rate; give a number such as 60, 29.97 or 30000/1001`,
  );
}

/** The broadcast rate that people write rounded, if this is one of them. */
function broadcastRate(up: bigint, down: bigint): FrameRate | undefined {
  if (down === 1n) return undefined;
  for (const [numerator, denominator] of NTSC_RATES) {
    const distance = up * BigInt(denominator) - BigInt(numerator) * down;
    const size = distance < 0n ? -distance : distance;
    if (size * 200n < down * BigInt(denominator)) return { numerator, denominator };
  }
  return undefined;
}

/** The nearest fraction with a denominator up to a million (Python's `limit_denominator`). */
function limited(up: bigint, down: bigint): FrameRate {
  let [n, d] = [up, down];
  if (d > LARGEST_DENOMINATOR) {
    let [p0, q0, p1, q1] = [0n, 1n, 1n, 0n];
    for (;;) {
      const a = n / d;
      const q2 = q0 + a * q1;
      if (q2 > LARGEST_DENOMINATOR) break;
      [p0, q0, p1, q1] = [p1, q1, p0 + a * p1, q2];
      [n, d] = [d, n - a * d];
    }
    const k = (LARGEST_DENOMINATOR - q0) / q1;
    const nearer = 2n * d * (q0 + k * q1) <= down;
    [n, d] = nearer ? [p1, q1] : [p0 + k * p1, q0 + k * q1];
  }
  return { numerator: Number(n), denominator: Number(d) };
}

function gcd(a: bigint, b: bigint): bigint {
  while (b) [a, b] = [b, a % b];
  return a;
}
