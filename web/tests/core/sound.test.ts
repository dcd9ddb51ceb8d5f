// Sample rates, WAV files and frame rates against Python and against their definitions.

import { expect, test } from "vitest";

import { framesSoFar, soundFrames } from "../../src/core/frame_count";
import { resampled, SoundResampler } from "../../src/core/resampler";
import { sniff } from "../../src/core/sniff";
import { isWav, readWav } from "../../src/core/wav";
import { frameRateText, parseFrameRate } from "../../src/face/frame_rate";
import { concatenated, expectClose, golden, pieces, wave } from "./golden";

test.each(golden.resampling)("resampling from $rate Hz", ({ rate, sound }) => {
  expectClose(resampled(wave(1001, 0.01), rate, 16000), sound);
  const resampler = new SoundResampler(rate, 16000);
  const parts = pieces(wave(1001, 0.01)).map((part) => resampler.push(part));
  expectClose(concatenated([...parts, resampler.flush()]), sound);
});

test("equal rates pass sound on as it is", () => {
  const sound = wave(50, 0.1);
  expect(resampled(sound, 16000, 16000)).toBe(sound);
});

test.each(golden.frameRates)("frame rate %s", (text, ...wanted) => {
  if (typeof wanted[0] === "number") {
    const rate = parseFrameRate(text as string);
    expect([rate.numerator, rate.denominator]).toEqual(wanted);
  } else {
    expect(() => parseFrameRate(text as string)).toThrow(wanted[0]);
  }
});

test("frames are counted to the nearest, halves to the even at the end and not before", () => {
  const fps = { numerator: 50, denominator: 1 };
  expect(soundFrames(480, 16000, fps)).toBe(2); // 1.5
  expect(soundFrames(800, 16000, fps)).toBe(2); // 2.5
  expect(soundFrames(1, 16000, fps)).toBe(1);
  expect(framesSoFar(480, 16000, fps)).toBe(1);
  expect(framesSoFar(481, 16000, fps)).toBe(2);
  expect(framesSoFar(0, 16000, fps)).toBe(0);
  expect(frameRateText(parseFrameRate(29.97))).toBe("30000/1001");
});

/** A WAV file with an odd chunk before its sound. */
function wavFile(code: number, bits: number, channels: number, rate: number, data: ArrayBuffer) {
  const view = new DataView(new ArrayBuffer(54 + data.byteLength));
  const text = (at: number, letters: string): void =>
    [...letters].forEach((letter, i) => view.setUint8(at + i, letter.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, 46 + data.byteLength, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, code, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, rate, true);
  view.setUint16(32, (bits / 8) * channels, true);
  view.setUint16(34, bits, true);
  text(36, "odd ");
  view.setUint32(40, 1, true);
  text(46, "data");
  view.setUint32(50, data.byteLength, true);
  new Uint8Array(view.buffer).set(new Uint8Array(data), 54);
  return view;
}

test.each([
  [1, 8, Uint8Array.from([0, 128, 255]), [-1, 0, 127 / 128]],
  [1, 16, Int16Array.from([-32768, 1, 32767]), [-1, 1 / 32768, 32767 / 32768]],
  [1, 24, Uint8Array.from([0, 0, 0x80, 1, 0, 0]), [-1, 2 ** -23]],
  [1, 32, Int32Array.from([-(2 ** 31), 2 ** 30]), [-1, 0.5]],
  [3, 32, Float32Array.from([-2, 0.25]), [-2, 0.25]],
  [3, 64, Float64Array.from([-2, 0.25]), [-2, 0.25]],
])("WAV of format %i with %i bits", (code, bits, data, wanted) => {
  const file = wavFile(code, bits, 1, 22050, data.buffer as ArrayBuffer);
  expect(isWav(file)).toBe(true);
  const sound = readWav(file, "a.wav")!;
  expect(sound.sampleRate).toBe(22050);
  expect(sound.announced).toBeUndefined();
  expectClose(sound.samples, wanted, 1e-9);
});

test("WAV: the mean of the channels", () => {
  const data = Int16Array.from([16384, 0, -16384, -16384]);
  expectClose(readWav(wavFile(1, 16, 2, 8000, data.buffer), "a.wav")!.samples, [0.25, -0.5], 0);
});

test("WAV: a file cut off says what was there", () => {
  const file = wavFile(1, 16, 1, 8000, new Int16Array(8000).buffer);
  const cut = new DataView(file.buffer.slice(0, 54 + 4001));
  const sound = readWav(cut, "a.wav")!;
  expect(sound.samples.length).toBe(2000);
  expect(sound.announced).toBe(1);
  const head = new DataView(file.buffer.slice(0, 44));
  expect(() => readWav(head, "a.wav")).toThrow("a.wav is cut off");
});

test("WAV: other codecs are left to the browser", () => {
  expect(readWav(wavFile(7, 8, 1, 8000, new ArrayBuffer(9)), "a.wav")).toBeUndefined();
});

test("what is no sound is not taken for one", () => {
  const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
  expect(sniff(bytes(0, 0, 1, 0xba, 0x44))).toBeUndefined();
  expect(sniff(new TextEncoder().encode("hello, this is text"))).toBeUndefined();
  expect(sniff(bytes(0xff))).toBeUndefined();
  expect(sniff(bytes(0xff, 0xfb, 0x90, 0))).toEqual({ name: "MP3", rate: 44100 });
  expect(sniff(bytes(0xff, 0xf3, 0x48, 0))).toEqual({ name: "MP3", rate: 16000 });
  expect(sniff(bytes(0xff, 0xf1, 0x50, 0))).toEqual({ name: "AAC", rate: 44100 });
});
