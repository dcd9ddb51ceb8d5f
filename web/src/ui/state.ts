import type { Controls, RawFrames, Sound } from "../core";
import { type FaceClip, frameCount, framesPerSecond } from "../types";
import type { Layout } from "../view/head_view";
import { Signal } from "./signal";

/** What is played: a face, most often with its sound. */
export interface Take {
  /** The file's name, or what the recording is called. */
  readonly name: string;
  readonly clip: FaceClip;
  readonly sound: Sound | null;
  /** What the model said, if the face comes from it: controls then shape it anew. */
  readonly raw: RawFrames | null;
}

export interface Message {
  readonly kind: "error" | "notice";
  readonly text: string;
}

export interface Work {
  readonly text: string;
  /** 0 to 1; null where nobody knows. */
  readonly share: number | null;
}

export interface Region {
  readonly from: number;
  readonly to: number;
}

const USUAL_CHANNELS = ["jawOpen", "mouthClose", "mouthPucker", "mouthSmileLeft", "eyeBlinkLeft"];

/** The curves shown at first: as many as fit in a line. */
function usualChannels(): readonly string[] {
  const narrow = window.matchMedia("(width <= 600px)").matches;
  return narrow ? USUAL_CHANNELS.slice(0, 2) : USUAL_CHANNELS;
}

/** All that the page knows; views watch it. */
export class State {
  readonly take = new Signal<Take | null>(null);
  readonly other = new Signal<Take | null>(null);
  readonly controls = new Signal<Controls>({});
  readonly fps = new Signal("60");
  readonly layout = new Signal<Layout>("single");
  readonly channels = new Signal<readonly string[]>(usualChannels());
  readonly message = new Signal<Message | null>(null);
  readonly work = new Signal<Work | null>(null);
  readonly listening = new Signal(false);
  /** Seconds that the head is behind the voice while the microphone is on. */
  readonly lag = new Signal(0);
  readonly dark = new Signal(false);
}

/** Where a clip ends on the sound's clock, in seconds. */
export function clipEnd(clip: FaceClip): number {
  return clip.start + frameCount(clip) / framesPerSecond(clip.fps);
}

/** How long a take plays, in seconds. */
export function takeSeconds(take: Take | null): number {
  if (!take) return 0;
  return take.sound ? take.sound.seconds : Math.max(clipEnd(take.clip), 0);
}

/** A file's name without folder and suffix. */
export function stem(name: string): string {
  return name.replace(/^.*[\\/]/, "").replace(/\.[^.]+$/, "") || "clip";
}
