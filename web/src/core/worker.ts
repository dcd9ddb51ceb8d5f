// The worker: the model and, for every recording or stream, its memory.

import { VoxfaceError } from "../types";
import type { ModelDescription } from "./api";
import { SAMPLE_RATE } from "./contract";
import { describeModel } from "./description";
import { joined } from "./frame_rate_stage";
import { Loudness } from "./life/loudness";
import { openNet } from "./net";
import type { Answers, Reply, Request } from "./protocol";
import { SoundResampler } from "./resampler";
import { ModelRunner, type Net, type Said } from "./runner";
import type { ModelFrames } from "./stages";

const hearings = new Map<number, Hearing>();
let model: { net: Net; about: ModelDescription } | undefined;
/** Calls are answered one after the other: a stream's pushes must not overtake each other. */
let queue: Promise<void> = Promise.resolve();

self.onmessage = ({ data }: MessageEvent<Request>): void => {
  queue = queue.then(async () => {
    try {
      const answer = await answerTo(data);
      send({ call: data.call, answer }, answer);
    } catch (error) {
      const personal = error instanceof VoxfaceError;
      send({ call: data.call, error: (error as Error).message ?? String(error), personal }, null);
    }
  });
};

async function answerTo(request: Request): Promise<Answers[keyof Answers]> {
  if (request.kind === "load") return load(request.modelUrl);
  if (request.kind === "close") {
    hearings.delete(request.sound);
    return null;
  }
  let hearing = hearings.get(request.sound);
  if (!hearing) hearings.set(request.sound, (hearing = new Hearing(request.sampleRate)));
  if (request.last) hearings.delete(request.sound);
  return hearing.push(request.pcm, request.last);
}

/** One recording or stream: sound of any rate in, frames of the model out. */
class Hearing {
  private readonly resampler: SoundResampler;
  private readonly loudness: Loudness;
  private readonly runner: ModelRunner;

  constructor(sampleRate: number) {
    if (!model) throw new Error("the model is not loaded");
    this.resampler = new SoundResampler(sampleRate, SAMPLE_RATE);
    this.loudness = new Loudness(model.about.delayFrames);
    this.runner = new ModelRunner(model.net, model.about.stateSize, model.about.delayFrames);
  }

  async push(pcm: Float32Array, last: boolean): Promise<ModelFrames> {
    let sound = this.resampler.push(pcm);
    if (last) sound = joined(sound, this.resampler.flush());
    this.loudness.push(sound);
    const said = await this.runner.push(sound);
    if (!last) return this.withLevel(said);
    const late = await this.runner.flush();
    return this.withLevel({
      frames: joined(said.frames, late.frames),
      speech: joined(said.speech, late.speech),
    });
  }

  private withLevel(said: Said): ModelFrames {
    return { ...said, level: this.loudness.take(said.speech.length) };
  }
}

async function load(modelUrl: string): Promise<ModelDescription> {
  const file = await fetched(modelUrl);
  const about = describeModel(file, "the model file");
  try {
    model = { net: await openNet(file), about };
  } catch (error) {
    // ONNX Runtime's own errors share no class; what it says is for the curious.
    console.error(error);
    throw new VoxfaceError(
      "the model cannot run here: WebAssembly could not be loaded; reload the page or use a " +
        "browser of the last years",
    );
  }
  return about;
}

async function fetched(url: string): Promise<Uint8Array> {
  try {
    const response = await fetch(url);
    if (response.ok) return new Uint8Array(await response.arrayBuffer());
  } catch {
    // No answer at all: the same to a person as a bad one.
  }
  throw new VoxfaceError("the model could not be loaded; check the connection and reload the page");
}

function send(reply: Reply, answer: Answers[keyof Answers]): void {
  const buffers: Transferable[] = [];
  if (answer && "frames" in answer) {
    buffers.push(answer.frames.buffer, answer.speech.buffer, answer.level.buffer);
  }
  self.postMessage(reply, { transfer: buffers });
}
