// WAV files, sample by sample as they are written: browsers convert, scale and cut them each in
// their own way. Mirrors `voxface.audio.pieces` for the sample formats of WAV.
//
// https://www.mmsp.ece.mcgill.ca/Documents/AudioFormats/WAVE/WAVE.html; RF64: EBU Tech 3306.

import { VoxfaceError } from "../types";

/** Mono sound at the file's own rate, and what is missing of it. */
export interface WavSound {
  readonly samples: Float32Array;
  readonly sampleRate: number;
  /** Length in seconds that the file announces, if it holds less. */
  readonly announced?: number;
}

interface Layout {
  readonly read: (at: number) => number;
  readonly bytes: number;
}

const PCM = 1;
const FLOAT = 3;
const EXTENSIBLE = 0xfffe;
const UNKNOWN_LENGTH = 0xffffffff;

export function isWav(file: DataView): boolean {
  return ["RIFF", "RF64"].includes(tag(file, 0)) && tag(file, 8) === "WAVE";
}

/** Read a WAV file; undefined if its samples are coded in a way that only a codec undoes. */
export function readWav(file: DataView, name: string): WavSound | undefined {
  let format: { code: number; channels: number; rate: number; block: number; bits: number };
  let described = false;
  for (let at = 12; at + 8 <= file.byteLength; ) {
    const length = file.getUint32(at + 4, true);
    const body = at + 8;
    if (tag(file, at) === "fmt " && body + 16 <= file.byteLength) {
      const code = file.getUint16(body, true);
      const subformat = code === EXTENSIBLE && body + 26 <= file.byteLength;
      format = {
        code: subformat ? file.getUint16(body + 24, true) : code,
        channels: file.getUint16(body + 2, true),
        rate: file.getUint32(body + 4, true),
        block: file.getUint16(body + 12, true),
        bits: file.getUint16(body + 14, true),
      };
      described = true;
    } else if (tag(file, at) === "data") {
      if (!described) break;
      return mono(file, body, announcedLength(file, length), format!);
    }
    at = body + length + (length % 2);
  }
  throw new VoxfaceError(`${name} is cut off or damaged: it begins as a WAV file without sound`);
}

function mono(
  file: DataView,
  from: number,
  announced: number,
  { code, channels, rate, block, bits }: {
    code: number; channels: number; rate: number; block: number; bits: number;
  },
): WavSound | undefined {
  const layout = layoutOf(file, code, bits);
  if (!layout || !channels || !rate || block !== layout.bytes * channels) return undefined;
  const present = Math.floor(Math.min(announced, file.byteLength - from) / block);
  const samples = new Float32Array(present);
  const { read, bytes } = layout;
  for (let index = 0; index < present; index++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) {
      sum += read(from + index * block + channel * bytes);
    }
    samples[index] = sum / channels;
  }
  const missing = Number.isFinite(announced) && present < Math.floor(announced / block);
  return { samples, sampleRate: rate, ...(missing && { announced: announced / block / rate }) };
}

/** How one sample is read, full scale ±1. */
function layoutOf(file: DataView, code: number, bits: number): Layout | undefined {
  const key = `${code} ${bits}`;
  switch (key) {
    case `${PCM} 8`:
      return { bytes: 1, read: (at) => (file.getUint8(at) - 2 ** 7) / 2 ** 7 };
    case `${PCM} 16`:
      return { bytes: 2, read: (at) => file.getInt16(at, true) / 2 ** 15 };
    case `${PCM} 24`:
      return {
        bytes: 3,
        read: (at) => (file.getInt8(at + 2) * 2 ** 16 + file.getUint16(at, true)) / 2 ** 23,
      };
    case `${PCM} 32`:
      return { bytes: 4, read: (at) => file.getInt32(at, true) / 2 ** 31 };
    case `${FLOAT} 32`:
      return { bytes: 4, read: (at) => file.getFloat32(at, true) };
    case `${FLOAT} 64`:
      return { bytes: 8, read: (at) => file.getFloat64(at, true) };
  }
  return undefined;
}

/** Bytes of sound: a stream that was never ended says nothing, RF64 says it elsewhere. */
function announcedLength(file: DataView, length: number): number {
  if (length !== UNKNOWN_LENGTH && length !== 0) return length;
  if (tag(file, 12) === "ds64") return Number(file.getBigUint64(28, true));
  return length === 0 && file.getUint32(4, true) > 0 && file.getUint32(4, true) < UNKNOWN_LENGTH
    ? 0
    : Infinity;
}

function tag(file: DataView, at: number): string {
  if (at + 4 > file.byteLength) return "";
  return String.fromCharCode(...new Uint8Array(file.buffer, file.byteOffset + at, 4));
}
