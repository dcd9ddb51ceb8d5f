import type { Engine, RawFrames } from "../core";
import type { FaceClip } from "../types";
import type { HeadView } from "../view/head_view";
import { type Moment, sampleClip } from "../view/sample";
import { watchAll } from "./signal";
import { clipEnd, type State } from "./state";

const SECONDS = 90;
const FRAMES_PER_SECOND = 100;
/** Blinks and breath need no more pictures than a film. */
const PICTURE_MILLISECONDS = 40;
/** Steps of quality beyond this are for machines that have better to do. */
const COARSEST_STEP = 2;

/** A head that waits blinks, looks about and breathes: the life of ninety silent seconds. */
export class Idle {
  #clip: FaceClip | null = null;
  #moment: Moment | undefined;
  #asked = 0;
  #shown = 0;

  constructor(
    readonly state: State,
    readonly view: HeadView,
  ) {
    watchAll([state.take, state.listening, state.work], () => this.#soon());
  }

  /** Begin, once the engine is there. */
  start(engine: Engine): void {
    if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    this.#clip = engine.shape(silence(engine.description.channels), {}, 30);
    this.#soon();
  }

  #soon(): void {
    if (!this.#asked && this.#clip && this.#waits()) {
      this.#asked = requestAnimationFrame((now) => this.#show(now));
    }
  }

  #waits(): boolean {
    const { take, listening, work } = this.state;
    return (
      !take.value && !listening.value && !work.value && this.view.step <= COARSEST_STEP
    );
  }

  #show(now: number): void {
    this.#asked = 0;
    const clip = this.#clip!;
    if (this.#waits() && now - this.#shown >= PICTURE_MILLISECONDS) {
      this.#shown = now;
      this.#moment = sampleClip(clip, (now / 1000) % clipEnd(clip), this.#moment);
      this.view.pose("main", this.#moment, clip.channels);
    }
    this.#soon();
  }
}

/** What the model says of nothing at all. */
function silence(channels: readonly string[]): RawFrames {
  const frames = SECONDS * FRAMES_PER_SECOND;
  return {
    channels,
    frames: new Float32Array(frames * (channels.length + 6)),
    speech: new Float32Array(frames),
    level: new Float32Array(frames).fill(-100),
    samples: SECONDS * 16000,
    sampleRate: 16000,
    source: "",
  };
}
