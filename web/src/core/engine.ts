// The engine: the model in a worker, and the stages after it on the page. Mirrors
// `voxface.engine.animate`.

import modelUrl from "../../../src/voxface/weights/voice_to_action.onnx?url";

import { parseFrameRate } from "../face/frame_rate";
import { VoxfaceError, type FaceClip } from "../types";
import type {
  AnimateOptions,
  Controls,
  EngineApi,
  FaceStream,
  FrameRateLike,
  ModelDescription,
  RawFrames,
  Sound,
  StreamOptions,
} from "./api";
import { SAMPLE_RATE } from "./contract";
import { checkedControls } from "./controls";
import { Stream } from "./face_stream";
import { FrameStore } from "./frame_store";
import { Stages } from "./stages";
import { WorkerModel } from "./worker_model";

const USUAL_FPS = 60;
/** Seconds of sound in one push of a recording: long enough for full speed, short to cancel. */
const PUSH_SECONDS = 4;

export class Engine implements EngineApi {
  private constructor(
    private readonly model: WorkerModel,
    readonly description: ModelDescription,
  ) {}

  /** Start the worker and load the model into it; `url` names another model file. */
  static async load(url: string = modelUrl): Promise<Engine> {
    const model = new WorkerModel();
    try {
      return new Engine(model, await model.load(new URL(url, document.baseURI).href));
    } catch (error) {
      model.dispose();
      throw error;
    }
  }

  async animate(
    sound: Sound,
    options: AnimateOptions = {},
  ): Promise<{ clip: FaceClip; raw: RawFrames }> {
    // Options are checked before any work.
    const fps = parseFrameRate(options.fps ?? USUAL_FPS);
    const controls = checkedControls(options.controls);
    const raw = await this.listen(sound, options);
    return { clip: this.shape(raw, controls, fps), raw };
  }

  shape(raw: RawFrames, controls: Controls = {}, fps: FrameRateLike = USUAL_FPS): FaceClip {
    const stages = new Stages(this.description, parseFrameRate(fps), controls, raw.source);
    return stages.flush(raw, raw);
  }

  stream(options: StreamOptions = {}): FaceStream {
    const { fps = USUAL_FPS, controls, sampleRate = SAMPLE_RATE, source = "microphone" } = options;
    const exact = parseFrameRate(fps);
    return new Stream(this.model, this.description, exact, controls, sampleRate, source);
  }

  dispose(): void {
    this.model.dispose();
  }

  private async listen(
    { samples, sampleRate, name }: Sound,
    { onProgress, signal }: AnimateOptions,
  ): Promise<RawFrames> {
    if (!samples.length) throw new VoxfaceError(`${name} holds no sound: it is zero seconds long`);
    const ear = this.model.listen(sampleRate);
    const store = new FrameStore();
    const step = Math.round(PUSH_SECONDS * sampleRate);
    try {
      for (let begin = 0; begin < samples.length; begin += step) {
        signal?.throwIfAborted();
        const end = Math.min(begin + step, samples.length);
        store.add(await ear.push(samples.slice(begin, end), end === samples.length));
        onProgress?.(end / samples.length);
      }
      signal?.throwIfAborted();
    } finally {
      ear.close();
    }
    return {
      channels: this.description.channels,
      ...store.all(),
      samples: samples.length,
      sampleRate,
      source: name,
    };
  }
}
