import { type FaceClip, frameCount } from "../types";
import type { Head } from "../view/head";
import type { App } from "./app";

/** What stands on the canvas. */
export interface Shown {
  /** Weights of the morph targets by name, read back from the meshes. */
  readonly weights: Record<string, number>;
  /** The head joint's turn from rest, w, x, y, z. */
  readonly turn: readonly number[];
}

/** `window.voxface`: what tests and the curious may read and do. docs/page.md describes it. */
export interface Hook {
  readonly status: "starting" | "ready" | "working" | "listening";
  readonly message: string | null;
  /** Seconds of the take that are heard now. */
  readonly time: number;
  /** Seconds of the take for which the head was last posed. */
  readonly shownTime: number;
  readonly seconds: number;
  readonly playing: boolean;
  readonly clip: FaceClip | null;
  readonly other: FaceClip | null;
  readonly frames: number;
  readonly picturesDrawn: number;
  shown(slot?: "main" | "other"): Shown | null;
  seek(seconds: number): void;
  play(): Promise<void>;
  pause(): void;
}

declare global {
  interface Window {
    voxface?: Hook;
  }
}

export function installHook(app: App): void {
  const { state, player, view } = app;
  const read = (head: Head | null): Shown | null =>
    head && { weights: head.weightsByName(), turn: head.turn() };
  window.voxface = {
    get status() {
      if (!app.started) return "starting";
      if (state.listening.value) return "listening";
      return state.work.value ? "working" : "ready";
    },
    get message() {
      return state.message.value?.text ?? null;
    },
    get time() {
      return player.time;
    },
    get shownTime() {
      return app.shownTime;
    },
    get seconds() {
      return player.seconds;
    },
    get playing() {
      return player.playing.value;
    },
    get clip() {
      return state.take.value?.clip ?? null;
    },
    get other() {
      return state.other.value?.clip ?? null;
    },
    get frames() {
      return state.take.value ? frameCount(state.take.value.clip) : 0;
    },
    get picturesDrawn() {
      return view?.drawn ?? 0;
    },
    shown: (slot = "main") => read(view?.head(slot) ?? null),
    seek: (seconds) => {
      player.seek(seconds);
      app.show();
    },
    play: () => player.play(),
    pause: () => player.pause(),
  };
}
