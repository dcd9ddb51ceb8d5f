// Any recording as mono sound. Mirrors `voxface.audio.decode` with the browser's decoders.

import { VoxfaceError } from "../types";
import type { Sound } from "./api";
import { SOUND } from "./contract";
import { sniff, type Kind } from "./sniff";
import { isWav, readWav } from "./wav";

const USUAL_RATE = 48000;

/** Decode a recording; throws a `VoxfaceError` that says what is wrong with it. */
export async function readSound(file: Blob, name = nameOf(file)): Promise<Sound> {
  if (!file.size) throw new VoxfaceError(`${name} is empty (0 bytes)`);
  let bytes: ArrayBuffer;
  try {
    bytes = await file.arrayBuffer();
  } catch {
    throw new VoxfaceError(`${name} cannot be read; pick it again`);
  }
  const notices: string[] = [];
  const view = new DataView(bytes);
  const wav = isWav(view) ? readWav(view, name) : undefined;
  if (wav?.announced) {
    const present = (wav.samples.length / wav.sampleRate).toFixed(1);
    notices.push(`${name} is cut off: ${present} s of ${wav.announced.toFixed(1)} s are there`);
  }
  const { samples, sampleRate } = wav ?? (await decoded(bytes, name));
  if (!checkedPeak(samples, sampleRate, name)) {
    notices.push(`${name} is silent: nobody speaks in it`);
  }
  return { name, samples, sampleRate, seconds: samples.length / sampleRate, notices };
}

async function decoded(
  bytes: ArrayBuffer,
  name: string,
): Promise<{ samples: Float32Array; sampleRate: number }> {
  const kind = sniff(new Uint8Array(bytes));
  try {
    const buffer = await context(kind?.rate ?? USUAL_RATE).decodeAudioData(bytes);
    return { samples: mono(buffer), sampleRate: buffer.sampleRate };
  } catch (error) {
    if (error instanceof RangeError) {
      throw new VoxfaceError(`${name} is too long for this browser's memory; cut it in parts`);
    }
    throw new VoxfaceError(`${name} ${trouble(kind)}`);
  }
}

function trouble(kind: Kind | undefined): string {
  const advice = "try WAV, MP3, M4A, Ogg or FLAC";
  if (!kind) return `is not a sound or video file that this browser knows; ${advice}`;
  return (
    `is ${kind.name}, but this browser finds no sound in it that it can decode ` +
    `(damaged, without sound, or of a codec it lacks); ${advice}`
  );
}

/** A context of the file's own rate, or of the usual one where the browser refuses that. */
function context(rate: number): OfflineAudioContext {
  try {
    return new OfflineAudioContext(1, 1, rate);
  } catch {
    return new OfflineAudioContext(1, 1, USUAL_RATE);
  }
}

/** The mean of all channels. */
function mono(buffer: AudioBuffer): Float32Array {
  const samples = buffer.getChannelData(0).slice();
  const count = buffer.numberOfChannels;
  for (let channel = 1; channel < count; channel++) {
    const more = buffer.getChannelData(channel);
    for (let index = 0; index < samples.length; index++) samples[index] += more[index];
  }
  if (count > 1) for (let index = 0; index < samples.length; index++) samples[index] /= count;
  return samples;
}

/** The largest sample; refuses what is no sound. */
function checkedPeak(samples: Float32Array, sampleRate: number, name: string): number {
  if (!samples.length) {
    throw new VoxfaceError(`${name} holds no sound: it is zero seconds long`);
  }
  const [low, high] = SOUND.sampleRates;
  if (sampleRate < low! || sampleRate > high!) {
    throw new VoxfaceError(`${name} has ${sampleRate} samples per second, which is no sound`);
  }
  let peak = 0;
  for (let index = 0; index < samples.length; index++) {
    const size = Math.abs(samples[index]);
    if (!(size < Infinity)) {
      throw new VoxfaceError(`${name} holds values that are not finite numbers (NaN or infinite)`);
    }
    if (size > peak) peak = size;
  }
  return peak;
}

function nameOf(file: Blob): string {
  return file instanceof File && file.name ? file.name : "the recording";
}
