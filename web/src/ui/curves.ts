import { movesMesh } from "../rig/mesh_motion";
import { type FaceClip, frameCount, framesPerSecond } from "../types";
import { sampleClip } from "../view/sample";
import { Sheet, token } from "./canvas";
import { channelPicker } from "./channel_picker";
import { fill, h } from "./dom";
import { icon } from "./icons";
import { LIVE_SECONDS, type Live } from "./live";
import type { Player } from "./player";
import { makeScrubbable } from "./scrub";
import { watchAll } from "./signal";
import type { State } from "./state";
import { drawLoop, drawPlayhead } from "./timeline";

const COLORS = 8;

/** The chosen channels over time, with their values now; a second clip is dashed. */
export class Curves {
  readonly element: HTMLElement;
  readonly #strip = h("div", { class: "curves" });
  readonly #legend = h("div", { class: "legend", role: "group", "aria-label": "Curves shown" });
  readonly #sheet: Sheet;
  readonly #picture = document.createElement("canvas");
  #values: HTMLElement[] = [];

  constructor(
    readonly state: State,
    readonly player: Player,
    readonly live: Live,
  ) {
    this.element = h("div", {}, this.#legend, this.#strip);
    this.#sheet = new Sheet(this.#strip, () => this.#paint());
    makeScrubbable(this.#strip, {
      seek: (share) => player.seek(share * player.seconds),
      select: (from, to) => {
        player.setRegion({ from: from * player.seconds, to: to * player.seconds });
        player.setLooping(true);
      },
    });
    state.channels.watch(() => this.#list());
    watchAll([state.take, state.other, state.channels, state.dark], () => this.#paint());
    // The parts of a mesh's motion have no names that say anything.
    state.take.watch((take) => (this.element.hidden = take !== null && movesMesh(take.clip)));
  }

  #list(): void {
    const { channels } = this.state;
    this.#values = channels.value.map(() => h("span", { class: "number" }, "–"));
    fill(
      this.#legend,
      ...channels.value.map((name, index) =>
        h(
          "span",
          { class: "chip", style: `--color: ${colorOf(index)}` },
          name,
          this.#values[index],
          h(
            "button",
            {
              type: "button",
              "aria-label": `Hide ${name}`,
              onclick: () => (channels.value = channels.value.filter((other) => other !== name)),
            },
            icon("close"),
          ),
        ),
      ),
      channelPicker("Curve", channels),
    );
  }

  #paint(): void {
    const { width, height, ratio } = this.#sheet;
    if (!width) return;
    this.#picture.width = Math.max(Math.round(width * ratio), 1);
    this.#picture.height = Math.max(Math.round(height * ratio), 1);
    const context = this.#picture.getContext("2d")!;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.fillStyle = token("--line");
    for (const level of [0, 0.5, 1]) context.fillRect(0, Math.round(yOf(level, height)), width, 1);
    const [take, other] = [this.state.take.value, this.state.other.value];
    this.state.channels.value.forEach((name, index) => {
      context.strokeStyle = token(colorOf(index).slice(4, -1));
      context.lineWidth = 1.7;
      context.lineJoin = "round";
      if (other) {
        context.setLineDash([4, 4]);
        trace(context, other.clip, name, this.player.seconds, width, height);
        context.setLineDash([]);
      }
      if (take) trace(context, take.clip, name, this.player.seconds, width, height);
    });
    this.draw();
  }

  draw(): void {
    const { width, height, canvas } = this.#sheet;
    const context = this.#sheet.begin();
    if (this.state.listening.value) return this.#drawLive(context, width, height);
    context.save();
    context.setTransform(1, 0, 0, 1, 0, 0);
    const { width: columns } = this.#picture;
    if (columns > 1) context.drawImage(this.#picture, 0, 0, canvas.width, canvas.height);
    context.restore();
    const { seconds, time } = this.player;
    const take = this.state.take.value;
    if (!take || !seconds) return;
    drawLoop(context, this.player, width, height);
    drawPlayhead(context, (time / seconds) * width, height);
    const now = sampleClip(take.clip, time).weights;
    this.state.channels.value.forEach((name, index) => {
      const column = take.clip.channels.indexOf(name);
      this.#values[index].textContent = column < 0 ? "–" : now[column].toFixed(2);
    });
  }

  #drawLive(context: CanvasRenderingContext2D, width: number, height: number): void {
    const rows = this.live.rowsInSight();
    const step = width / (LIVE_SECONDS * this.live.rate);
    this.state.channels.value.forEach((name, index) => {
      const column = this.live.channels.indexOf(name);
      if (column < 0 || !rows.length) return;
      context.strokeStyle = token(colorOf(index).slice(4, -1));
      context.lineWidth = 1.7;
      context.beginPath();
      rows.forEach((row, frame) => {
        context.lineTo(width - (rows.length - 1 - frame) * step, yOf(row[column], height));
      });
      context.stroke();
      this.#values[index].textContent = rows[rows.length - 1][column].toFixed(2);
    });
  }
}

function colorOf(index: number): string {
  return `var(--curve-${(index % COLORS) + 1})`;
}

function yOf(value: number, height: number): number {
  return height - 6 - value * (height - 12);
}

function trace(
  context: CanvasRenderingContext2D,
  clip: FaceClip,
  name: string,
  seconds: number,
  width: number,
  height: number,
): void {
  const column = clip.channels.indexOf(name);
  const frames = frameCount(clip);
  if (column < 0 || !frames || !seconds) return;
  const rate = framesPerSecond(clip.fps);
  // More than two points a pixel cannot be seen; of those that are left out, the highest counts.
  const step = Math.max(1, Math.floor(frames / (width * 2)));
  context.beginPath();
  for (let first = 0; first < frames; first += step) {
    let value = 0;
    for (let frame = first; frame < Math.min(first + step, frames); frame++) {
      value = Math.max(value, clip.weights[frame * clip.channels.length + column]);
    }
    context.lineTo(((clip.start + first / rate) / seconds) * width, yOf(value, height));
  }
  context.stroke();
}
