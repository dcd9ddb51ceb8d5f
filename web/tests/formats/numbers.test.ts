import { describe, expect, test } from "vitest";
import {
  fraction,
  fractionOfNumber,
  fractionOfText,
  limitDenominator,
  roundHalfEven,
  toNumber,
} from "../../src/face/fraction";
import { frameRateText, parseFrameRate } from "../../src/face/frame_rate";
import { percentile } from "../../src/formats/arrays";
import { decimalText, rint } from "../../src/formats/digits";
import { likelyRate, rateFromTimes, timingFromTimecodes } from "../../src/formats/rates";
import { pythonJson } from "../../src/formats/text";
import { countingRate, parseTimecode, timecodeText } from "../../src/formats/timecode";

describe("decimals", () => {
  test.each([
    [0, 6, "0.000000"],
    [-0, 6, "0.000000"],
    [1, 10, "1.0000000000"],
    [0.5 + 2 ** -24, 10, "0.5000000596"],
    [-0.0000004, 6, "0.000000"],
    [-12.25, 2, "-12.25"],
    [0.125, 2, "0.12"],
    [0.375, 2, "0.38"],
    [99999999.5, 6, "99999999.500000"],
    [720.9999999999, 10, "720.9999999999"],
  ])("%d with %d decimals is %s", (value, decimals, text) => {
    expect(decimalText(value, decimals)).toBe(text);
  });

  test("what has no place in a face file is refused", () => {
    for (const value of [1e8, -2e9, Infinity, NaN]) {
      expect(() => decimalText(value, 6)).toThrow("cannot write numbers beyond");
    }
  });

  test("halves go to the even number", () => {
    expect([-1.5, -0.5, 0.5, 1.5, 2.5, 3.49].map((value) => rint(value) + 0)).toEqual([
      -2, 0, 0, 2, 2, 3,
    ]);
  });
});

describe("fractions", () => {
  test("a double is read exactly", () => {
    expect(fractionOfNumber(0.1)).toEqual(fraction(3602879701896397n, 36028797018963968n));
    expect(fractionOfNumber(-3)).toEqual(fraction(-3));
  });

  test.each([
    ["29.97", 2997n, 100n],
    [" 1e3 ", 1000n, 1n],
    ["30000/1001", 30000n, 1001n],
    [".5", 1n, 2n],
    ["-2.50", -5n, 2n],
  ])("%s", (text, numerator, denominator) => {
    expect(fractionOfText(text)).toEqual({ numerator, denominator });
  });

  test("what is no number is none", () => {
    for (const text of ["", ".", "fast", "1/0", "1e", "0x10", "NaN"]) {
      expect(fractionOfText(text)).toBeNull();
    }
  });

  test("rounding and limiting", () => {
    expect([fraction(5, 2), fraction(-5, 2), fraction(7, 2)].map(roundHalfEven)).toEqual([
      2n, -2n, 4n,
    ]);
    expect(toNumber(limitDenominator(fractionOfNumber(Math.PI), 1000n))).toBe(355 / 113);
  });
});

describe("frame rates", () => {
  test.each([
    [29.97, "30000/1001"],
    ["59.94", "60000/1001"],
    [23.976, "24000/1001"],
    [30, "30"],
    ["30000/1001", "30000/1001"],
    ["12.5", "25/2"],
  ])("%s is %s", (given, text) => {
    expect(frameRateText(parseFrameRate(given))).toBe(text);
  });

  test.each([0, -1, 1001, "fast", ""])("%s is none", (given) => {
    expect(() => parseFrameRate(given)).toThrow(/frame rate/);
  });

  test("a measured rate means the nearest likely one", () => {
    expect(frameRateText(likelyRate(29.9701))).toBe("30000/1001");
    expect(frameRateText(likelyRate(17.0002))).toBe("17");
    const lost = [0, 1, 2, 5, 6, 7].map((frame) => 3 + frame / 25);
    expect(frameRateText(rateFromTimes(lost)!)).toBe("25");
    expect(rateFromTimes([1, 1, 1])).toBeNull();
    expect(rateFromTimes([1, NaN])).toBeNull();
  });
});

describe("timecode", () => {
  test("counts frames, wraps at midnight and keeps parts of frames", () => {
    const rate = countingRate({ numerator: 30000, denominator: 1001 });
    expect(rate).toBe(30);
    const first = parseTimecode("23:59:59:28.250", rate);
    const milli = Number(roundHalfEven({ ...first, numerator: first.numerator * 1000n }));
    expect([0, 1, 2].map((frame) => timecodeText(milli, frame, rate))).toEqual([
      "23:59:59:28.250",
      "23:59:59:29.250",
      "00:00:00:00.250",
    ]);
  });

  test.each(["24:00:00:00", "00:61:00:00", "00:00:00:30", "noon"])("%s is none", (text) => {
    expect(() => parseTimecode(text, 30)).toThrow(/timecode/);
  });

  test("shows the rate where a second begins", () => {
    const codes = ["10:00:00:47.000", "10:00:00:48.000", "10:00:00:49.000", "10:00:01:00.000"];
    expect(timingFromTimecodes(codes)).toMatchObject({
      fps: { numerator: 50, denominator: 1 },
      positions: [0, 1, 2, 3],
    });
  });
});

test("percentiles lie between values as NumPy's do", () => {
  expect(percentile(Float64Array.of(4, 1, 3, 2), 50)).toBe(2.5);
  expect(percentile(Float64Array.of(10), 97)).toBe(10);
});

test("JSON is written as Python writes it", () => {
  const value = { a: [1, 0.5, 1e-7, 1.5e22, -0.00012], "ü\n": null, on: true, no: undefined };
  expect(pythonJson(value)).toBe(
    '{"a": [1, 0.5, 1e-07, 1.5e+22, -0.00012], "\\u00fc\\n": null, "on": true}',
  );
  expect(() => pythonJson({ a: NaN })).toThrow(/metadata/);
});
