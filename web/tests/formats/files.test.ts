import { describe, expect, test } from "vitest";
import { ARKIT_CHANNELS } from "../../src/face/channels";
import { FORMATS, readClip, writeClip } from "../../src/formats";
import { cheapestSequence } from "../../src/formats/cheapest_sequence";
import { npyBytes, npyText, readNpy } from "../../src/formats/npy";
import { colorAt } from "../../src/formats/picture";
import { onGrid } from "../../src/formats/rows";
import { findColumn, readTable } from "../../src/formats/table";
import { floatText, freeName, joined, prim } from "../../src/formats/usda_text";
import type { FaceClip } from "../../src/types";

const bytes = (text: string) => new TextEncoder().encode(text);

function clipOf(frames: number, channels = ARKIT_CHANNELS): FaceClip {
  const head = new Float32Array(frames * 7);
  for (let frame = 0; frame < frames; frame += 1) head[frame * 7 + 3] = 1;
  return {
    channels,
    fps: { numerator: 30000, denominator: 1001 },
    weights: Float32Array.from({ length: frames * channels.length }, (_, i) => (i % 97) / 96),
    head,
    tracked: Uint8Array.from({ length: frames * channels.length }, (_, i) => (i % 5 ? 1 : 0)),
    start: 0.25,
    metadata: { source: "ä.wav", list: [1, { two: 2 }] },
  };
}

describe("the list of formats", () => {
  test("has no name twice and a suffix for each", () => {
    expect(new Set(FORMATS.map(({ name }) => name)).size).toBe(FORMATS.length);
    for (const { suffix, mediaType } of FORMATS) {
      expect(suffix).toMatch(/^\.[a-z]+$/);
      expect(mediaType).toContain("/");
    }
  });

  test("every format without a head writes a clip without frames missing", async () => {
    for (const { name, needsRig } of FORMATS) {
      if (needsRig) await expect(writeClip(clipOf(3), name)).rejects.toThrow("give one as GLB");
      else expect((await writeClip(clipOf(3), name)).length).toBeGreaterThan(20);
    }
  });

  test("a name that does not exist says which do", async () => {
    await expect(writeClip(clipOf(1), "fbx")).rejects.toThrow(/unknown format 'fbx'; known: live/);
  });
});

test("an archive gives back the very clip", async () => {
  for (const clip of [clipOf(7), clipOf(1, ["jawOpen", "ownShape"]), clipOf(0)]) {
    const again = await readClip(await writeClip(clip, "npz"), "clip.npz");
    expect(again).toEqual(clip);
  }
});

test("a file is known by its content, not by its name", async () => {
  const csv = await writeClip(clipOf(70), "livelink");
  expect((await readClip(csv, "clip.json")).metadata.format).toBe("livelink");
  await expect(readClip(bytes("#usda 1.0"), "a.csv")).rejects.toThrow(/OpenUSD/);
  await expect(readClip(bytes("MohoSwitch1\n1 X\n"), "a.dat")).rejects.toThrow(/mouth cues/);
  await expect(readClip(bytes("hello"), "a.csv")).rejects.toThrow(/not a face clip/);
});

describe("tables", () => {
  test("quotes, gaps, other separators and line ends", () => {
    const text = '\ufeffname;"a ""b""";c\r\nx;1,5;\r\n\r\ny;"2";3\r\n';
    expect(() => readTable(bytes(text), "t.csv", "name")).toThrow("t.csv, line 2: '1,5'");
    const table = readTable(bytes(text.replace("1,5", "1.5")), "t.csv", "name");
    expect(table.columns).toEqual(["name", 'a "b"', "c"]);
    expect(table.texts).toEqual(["x", "y"]);
    expect(table.rows.map((row) => [...row])).toEqual([[NaN, 1.5, NaN], [NaN, 2, 3]]);
    expect(findColumn(table.columns, "C")).toBe(2);
  });

  test("a row cut short is named", () => {
    expect(() => readTable(bytes("a,b,c,d\n1,2,3\n"), "t.csv", "")).toThrow(/line 2: 3 values/);
  });
});

test("rows at uneven times are put onto frames, and what was lost is untracked", () => {
  const rows = {
    count: 4,
    channels: 1,
    weights: Float32Array.of(0, 0.5, 1, 0),
    head: Float32Array.from({ length: 28 }, (_, i) => (i % 7 === 3 ? 1 : 0)),
    tracked: new Uint8Array(4).fill(1),
  };
  const even = onGrid(rows, [0, 0.8, 2, 5])!;
  expect(even.count).toBe(6);
  expect([...even.weights].map((value) => Math.round(value * 1e6) / 1e6)).toEqual([
    0, 0.583333, 1, 0, 0, 0,
  ]);
  expect([...even.tracked]).toEqual([1, 1, 1, 0, 0, 1]);
  expect(onGrid(rows, [0, 3, 1, 2])).toBeNull();
});

describe("arrays", () => {
  test("text and numbers come back", () => {
    expect(readNpy(npyText(["ab", "", "😀c"], [3])).values).toEqual(["ab", "", "😀c"]);
    const numbers = npyBytes("<i8", [2], new Uint8Array(BigInt64Array.of(-5n, 7n).buffer));
    expect(readNpy(numbers)).toEqual({ shape: [2], values: Float64Array.of(-5, 7) });
    expect(numbers.length % 64).toBe(16);
  });

  test("what is cut off or pickled is refused", () => {
    const whole = npyBytes("<f4", [4], new Uint8Array(16));
    expect(() => readNpy(whole.subarray(0, whole.length - 1))).toThrow(/cut short/);
    expect(() => readNpy(npyBytes("|O8", [1], new Uint8Array(8)))).toThrow(/no plain number/);
  });
});

test("the cheapest sequence holds each choice for its least time", () => {
  const glimpse = [0, 0, 0, 0, 1, 0, 0, 0, 0];
  const costs = [Float64Array.from(glimpse), Float64Array.from(glimpse, (value) => 1 - value)];
  expect([...cheapestSequence(costs, [1, 1])]).toEqual(glimpse);
  expect(new Set(cheapestSequence(costs, [1, 3]))).toEqual(new Set([0]));
});

describe("OpenUSD text", () => {
  test("floats read back in few digits", () => {
    for (const value of [0.1, 1 / 3, -1e-7, 123456.789, 16777217, 0, 3.4e38].map(Math.fround)) {
      expect(Math.fround(Number(floatText(value)))).toBe(value);
    }
    expect([0.1, -0, 2].map((value) => floatText(Math.fround(value)))).toEqual(["0.1", "0", "2"]);
  });

  test("names are allowed and differ", () => {
    const taken = new Set<string>();
    const names = ["jawOpen", "jawOpen", "4 eyes", "ü", ""].map((name) => freeName(name, taken));
    expect(names).toEqual(["jawOpen", "jawOpen_2", "__eyes", "__", "_"]);
  });

  test("blocks are indented", () => {
    expect(joined(prim("Mesh", "A", ["note"], ["x = 1", ...prim("Scope", "B", [], [])]))).toBe(
      'def Mesh "A" (\n    note\n)\n{\n    x = 1\n    def Scope "B"\n    {\n    }\n}\n',
    );
  });
});

test("colours of a picture are linear and wrap around", () => {
  const data = Uint8ClampedArray.of(255, 0, 0, 255, 0, 188, 0, 255);
  const picture = { width: 2, height: 1, data };
  expect(colorAt(picture, 0.2, 0.5)).toEqual([1, 0, 0]);
  expect(colorAt(picture, -0.2, 7)[1]).toBeCloseTo(0.5, 2);
});
