/** Exact fractions, as far as frame rates and timecode need them; Python's `fractions.Fraction`. */

export interface Fraction {
  readonly numerator: bigint;
  /** Above zero, without a common factor with the numerator. */
  readonly denominator: bigint;
}

const DECIMAL = /^\s*([+-]?)(?=\d|\.\d)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?\s*$/;
const QUOTIENT = /^\s*([+-]?\d+)\/(\d+)\s*$/;

export function fraction(numerator: bigint | number, denominator: bigint | number = 1): Fraction {
  let [n, d] = [BigInt(numerator), BigInt(denominator)];
  if (d < 0n) [n, d] = [-n, -d];
  const common = greatestCommonDivisor(n < 0n ? -n : n, d) || 1n;
  return { numerator: n / common, denominator: d / common };
}

/** The exact value of a finite double. */
export function fractionOfNumber(value: number): Fraction {
  let scale = 0;
  let whole = value;
  // Doubling is exact; a double has a whole value after at most 1074 of them.
  while (!Number.isInteger(whole)) {
    whole *= 2;
    scale += 1;
  }
  return fraction(BigInt(whole), 1n << BigInt(scale));
}

/** `29.97`, `1e3` or `30000/1001` as it is written; null if it is no number. */
export function fractionOfText(text: string): Fraction | null {
  const quotient = QUOTIENT.exec(text);
  if (quotient) {
    const divisor = BigInt(quotient[2]);
    return divisor === 0n ? null : fraction(BigInt(quotient[1].replace("+", "")), divisor);
  }
  const found = DECIMAL.exec(text);
  if (!found) return null;
  const [, sign, whole, part = "", exponent = "0"] = found;
  const digits = BigInt(`${whole}${part}` || "0") * (sign === "-" ? -1n : 1n);
  const shift = Number(exponent) - part.length;
  const power = 10n ** BigInt(Math.abs(shift));
  return shift < 0 ? fraction(digits, power) : fraction(digits * power);
}

export function add(a: Fraction, b: Fraction): Fraction {
  return fraction(
    a.numerator * b.denominator + b.numerator * a.denominator,
    a.denominator * b.denominator,
  );
}

export function multiply(a: Fraction, b: Fraction): Fraction {
  return fraction(a.numerator * b.numerator, a.denominator * b.denominator);
}

export function compare(a: Fraction, b: Fraction): number {
  const difference = a.numerator * b.denominator - b.numerator * a.denominator;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** The nearest whole number; halves go to the even one, as Python's `round` has it. */
export function roundHalfEven({ numerator, denominator }: Fraction): bigint {
  let below = numerator / denominator;
  if (numerator % denominator < 0n) below -= 1n;
  const twice = 2n * (numerator - below * denominator);
  const up = twice > denominator || (twice === denominator && below % 2n !== 0n);
  return up ? below + 1n : below;
}

/** The nearest fraction whose denominator is at most `limit`. */
export function limitDenominator(value: Fraction, limit: bigint): Fraction {
  if (value.denominator <= limit) return value;
  let [p0, q0, p1, q1] = [0n, 1n, 1n, 0n];
  let [n, d] = [value.numerator, value.denominator];
  for (;;) {
    const a = n / d - (n % d < 0n ? 1n : 0n);
    const q2 = q0 + a * q1;
    if (q2 > limit) break;
    [p0, q0, p1, q1] = [p1, q1, p0 + a * p1, q2];
    [n, d] = [d, n - a * d];
  }
  const k = (limit - q0) / q1;
  const first = fraction(p0 + k * p1, q0 + k * q1);
  const second = fraction(p1, q1);
  return compare(distance(second, value), distance(first, value)) <= 0 ? second : first;
}

export function distance(a: Fraction, b: Fraction): Fraction {
  const apart = add(a, { numerator: -b.numerator, denominator: b.denominator });
  return apart.numerator < 0n ? { ...apart, numerator: -apart.numerator } : apart;
}

/** The double nearest to a fraction of moderate size. */
export function toNumber({ numerator, denominator }: Fraction): number {
  return Number(numerator) / Number(denominator);
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  while (b) [a, b] = [b, a % b];
  return a;
}
