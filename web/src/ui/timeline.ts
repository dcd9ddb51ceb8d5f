import type { Sound } from "../core";
import { Sheet, token } from "./canvas";
import { h } from "./dom";
import { LIVE_SECONDS, type Live } from "./live";
import type { Player } from "./player";
import { makeScrubbable } from "./scrub";
import { spectrogram } from "./spectrogram";
import { watchAll } from "./signal";
import type { State } from "./state";

const WAVE_SHARE = 0.42;

/** Waveform over spectrogram, with playhead and loop: drawn once, then copied. */
export class Timeline {
  readonly element: HTMLElement;
  readonly #sheet: Sheet;
  readonly #empty = h("p", { class: "empty" }, "Waveform and spectrogram appear here");
  #picture: HTMLCanvasElement | null = null;
  #sound: Sound | null = null;
  #listening = false;

  constructor(
    state: State,
    readonly player: Player,
    readonly live: Live,
  ) {
    this.element = h(
      "div",
      {
        class: "timeline",
        role: "slider",
        tabindex: 0,
        "aria-label": "Position in the recording",
        "aria-valuemin": 0,
        "aria-valuemax": 0,
        "aria-valuenow": 0,
      },
      this.#empty,
    );
    this.#sheet = new Sheet(this.element, () => this.#paint());
    makeScrubbable(this.element, {
      seek: (share) => player.seek(share * player.seconds),
      select: (from, to) => {
        player.setRegion({ from: from * player.seconds, to: to * player.seconds });
        player.setLooping(true);
      },
    });
    watchAll([state.take, state.listening], () => {
      const sound = state.take.value?.sound ?? null;
      this.#empty.hidden = state.take.value !== null || state.listening.value;
      this.#listening = state.listening.value;
      if (sound === this.#sound) return;
      this.#sound = sound;
      this.#paint();
    });
    state.dark.watch(() => this.#paint());
  }

  /** Draw the picture of the sound anew: another sound, size or theme. */
  #paint(): void {
    const { width, height, ratio } = this.#sheet;
    if (!width) return;
    this.#picture = null;
    if (this.#sound) {
      const picture = document.createElement("canvas");
      picture.width = Math.max(Math.round(width * ratio), 1);
      picture.height = Math.max(Math.round(height * ratio), 1);
      const top = Math.round(picture.height * WAVE_SHARE);
      paintSpectrum(picture, this.#sound, top);
      paintWave(picture, this.#sound.samples, top);
      this.#picture = picture;
    }
    this.draw();
  }

  /** Playhead and loop over the picture. */
  draw(): void {
    const { width, height, canvas } = this.#sheet;
    const context = this.#sheet.begin();
    if (this.#listening) return drawPeaks(context, this.live, width, height);
    const { seconds, time } = this.player;
    if (this.#picture) {
      context.save();
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.drawImage(this.#picture, 0, 0, canvas.width, canvas.height);
      context.restore();
    }
    this.element.setAttribute("aria-valuemax", seconds.toFixed(2));
    this.element.setAttribute("aria-valuenow", time.toFixed(2));
    const spoken = `${time.toFixed(1)} of ${seconds.toFixed(1)} seconds`;
    this.element.setAttribute("aria-valuetext", spoken);
    if (!seconds) return;
    drawLoop(context, this.player, width, height);
    drawPlayhead(context, (time / seconds) * width, height);
  }
}

/** The line at the moment that is heard. */
export function drawPlayhead(context: CanvasRenderingContext2D, x: number, height: number): void {
  context.fillStyle = token("--ink");
  context.fillRect(Math.max(x - 0.75, 0), 0, 1.5, height);
}

/** What is looped stays clear, the rest is veiled. */
export function drawLoop(
  context: CanvasRenderingContext2D,
  player: Player,
  width: number,
  height: number,
): void {
  const region = player.region.value;
  if (!region) return;
  const from = (region.from / player.seconds) * width;
  const to = (region.to / player.seconds) * width;
  context.globalAlpha = player.looping.value ? 0.62 : 0.35;
  context.fillStyle = token("--ground");
  context.fillRect(0, 0, from, height);
  context.fillRect(to, 0, width - to, height);
  context.globalAlpha = 1;
  context.fillStyle = token("--accent");
  context.fillRect(from - 1, 0, 2, height);
  context.fillRect(to - 1, 0, 2, height);
  context.fillRect(from, 0, to - from, 3);
}

/** The last seconds of the microphone, running in from the right. */
function drawPeaks(
  context: CanvasRenderingContext2D,
  live: Live,
  width: number,
  height: number,
): void {
  const peaks = live.peaksInSight();
  const step = width / (LIVE_SECONDS * 50);
  context.fillStyle = token("--accent");
  peaks.forEach((peak, index) => {
    const reach = Math.max(Math.min(peak * 1.6, 1) * (height / 2 - 6), 0.75);
    const x = width - (peaks.length - index) * step;
    context.fillRect(x, height / 2 - reach, Math.max(step * 0.7, 1), 2 * reach);
  });
}

function paintWave(picture: HTMLCanvasElement, samples: Float32Array, height: number): void {
  const context = picture.getContext("2d")!;
  context.fillStyle = token("--wave");
  let loudest = 0.05;
  for (let i = 0; i < samples.length; i++) loudest = Math.max(loudest, Math.abs(samples[i]));
  const middle = height / 2;
  const reach = (middle - 4) / loudest;
  for (let x = 0; x < picture.width; x++) {
    const first = Math.floor((x / picture.width) * samples.length);
    const last = Math.max(Math.floor(((x + 1) / picture.width) * samples.length), first + 1);
    let low = 0;
    let high = 0;
    for (let i = first; i < last; i++) {
      low = Math.min(low, samples[i] ?? 0);
      high = Math.max(high, samples[i] ?? 0);
    }
    const up = Math.max(high * reach, 0.5);
    context.fillRect(x, middle - up, 1, up + Math.max(-low * reach, 0.5));
  }
}

function paintSpectrum(picture: HTMLCanvasElement, sound: Sound, top: number): void {
  const columns = Math.min(picture.width, 1600);
  const { levels, bands } = spectrogram(sound.samples, sound.sampleRate, columns);
  const shades = ["--spectrum-low", "--spectrum-middle", "--spectrum-high"].map((name) =>
    token(name).split(/\s+/).map(Number),
  );
  const small = document.createElement("canvas");
  small.width = columns;
  small.height = bands;
  const context = small.getContext("2d")!;
  const image = context.createImageData(columns, bands);
  for (let column = 0; column < columns; column++) {
    for (let band = 0; band < bands; band++) {
      const level = levels[column * bands + band] * 2;
      const step = Math.min(Math.floor(level), 1);
      const at = 4 * ((bands - 1 - band) * columns + column);
      for (let part = 0; part < 3; part++) {
        const from = shades[step][part];
        image.data[at + part] = from + (shades[step + 1][part] - from) * (level - step);
      }
      image.data[at + 3] = 255;
    }
  }
  context.putImageData(image, 0, 0);
  const target = picture.getContext("2d")!;
  target.imageSmoothingQuality = "high";
  target.drawImage(small, 0, top, picture.width, picture.height - top);
}
