// What a model file says of itself, read from the file: ONNX Runtime for the web does not hand its
// metadata out. Mirrors `voxface.engine.description`.
//
// An ONNX file is a Protocol Buffers message; its field 14 holds pairs of key (1) and value (2).
// https://github.com/onnx/onnx/blob/main/onnx/onnx.proto

import { VoxfaceError } from "../types";
import type { ModelDescription } from "./api";
import { HOP, MODEL, SAMPLE_RATE } from "./contract";

const METADATA_FIELD = 14;

/** Read the description; throws a `VoxfaceError` if the file is no model of ours. */
export function describeModel(file: Uint8Array, name: string): ModelDescription {
  let about: Record<string, unknown> | undefined;
  try {
    about = JSON.parse(metadata(file).get(MODEL.metadataKey) ?? "");
  } catch {
    throw new VoxfaceError(`${name} is not a voxface model; build the page again`);
  }
  if (about?.["format_version"] !== MODEL.formatVersion) {
    throw new VoxfaceError(
      `${name} has model format ${about?.["format_version"]}; this page runs format ` +
        `${MODEL.formatVersion}, so export the model again or update voxface`,
    );
  }
  const wanted = { sample_rate: SAMPLE_RATE, hop: HOP, pose: MODEL.pose };
  for (const [key, value] of Object.entries(wanted)) {
    if (String(about[key]) !== String(value)) {
      throw new VoxfaceError(`${name} describes itself wrongly: ${key} is ${about[key]}`);
    }
  }
  return {
    name: String(about["name"]),
    version: String(about["version"]),
    lookAhead: Number(about["look_ahead"]),
    delayFrames: Number(about["delay_frames"]),
    stateSize: Number(about["state_size"]),
    channels: about["channels"] as string[],
    untrainedChannels: (about["untrained_channels"] ?? []) as string[],
    licence: String(about["licence"] ?? ""),
  };
}

function metadata(file: Uint8Array): Map<string, string> {
  const found = new Map<string, string>();
  for (const [field, bytes] of byteFields(file)) {
    if (field !== METADATA_FIELD) continue;
    const pair = new Map(byteFields(bytes));
    const text = (part: number): string => new TextDecoder().decode(pair.get(part));
    found.set(text(1), text(2));
  }
  return found;
}

/** Yield the fields of a message that hold bytes. */
function* byteFields(message: Uint8Array): Generator<[number, Uint8Array]> {
  let at = 0;
  const number = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = message[at++];
      if (byte === undefined) throw new RangeError("the message ends in the midst of a number");
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const key = number();
    const kind = key % 8;
    if (kind === 0) number();
    else if (kind === 1) at += 8;
    else if (kind === 5) at += 4;
    else if (kind === 2) {
      const length = number();
      yield [Math.floor(key / 8), message.subarray(at, at + length)];
      at += length;
    } else throw new RangeError(`field type ${kind} is not known`);
  }
}
