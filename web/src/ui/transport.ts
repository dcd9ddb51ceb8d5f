import { fill, h } from "./dom";
import { icon } from "./icons";
import type { Live } from "./live";
import type { Player } from "./player";
import type { State } from "./state";

export const RATES = [0.25, 0.5, 0.75, 1];

/** Play, pause, loop, speed and the time. */
export class Transport {
  readonly element: HTMLElement;
  readonly #now = h("b", { class: "number" }, "0:00.00");
  readonly #all = h("span", { class: "number soft" }, " / 0:00.00");

  constructor(
    readonly state: State,
    readonly player: Player,
    readonly live: Live,
  ) {
    const play = h("button", {
      type: "button",
      class: "button primary icon play",
      onclick: () => void player.toggle(),
    });
    player.playing.watch((playing) => {
      play.setAttribute("aria-label", playing ? "Pause" : "Play");
      fill(play, icon(playing ? "pause" : "play"));
    });
    const start = h(
      "button",
      {
        type: "button",
        class: "button quiet icon",
        "aria-label": "To the start",
        onclick: () => player.seek(0),
      },
      icon("start"),
    );
    const loop = h(
      "button",
      {
        type: "button",
        class: "button quiet icon",
        "aria-label": "Loop",
        title: "Loop (L). Shift and drag over the waveform to loop a part",
        onclick: () => player.setLooping(!player.looping.value),
      },
      icon("loop"),
    );
    player.looping.watch((looping) => loop.setAttribute("aria-pressed", String(looping)));
    const whole = h(
      "button",
      { type: "button", class: "button quiet", onclick: () => player.setRegion(null) },
      "Whole take",
    );
    player.region.watch((region) => (whole.hidden = !region));
    const speed = h(
      "select",
      {
        "aria-label": "Speed",
        onchange: () => player.setRate(Number(speed.value)),
      },
      ...[...RATES].reverse().map((rate) => h("option", { value: rate }, `${rate} ×`)),
    );
    player.rate.watch((rate) => (speed.value = String(rate)));
    this.element = h(
      "div",
      { class: "transport", role: "group", "aria-label": "Playback" },
      play,
      start,
      h("span", { class: "clock" }, this.#now, this.#all),
      h("span", { class: "space" }),
      whole,
      loop,
      speed,
    );
    state.take.watch((take) => {
      for (const button of [play, start, loop]) button.disabled = !take;
      this.draw();
    });
  }

  draw(): void {
    const listening = this.state.listening.value;
    this.#now.textContent = clockText(listening ? this.live.seconds : this.player.time);
    this.#all.textContent = listening ? "" : ` / ${clockText(this.player.seconds)}`;
  }
}

/** Minutes, seconds and hundredths. */
export function clockText(seconds: number): string {
  const hundredths = Math.floor(seconds * 100 + 1e-6);
  const rest = String((hundredths / 100) % 60 | 0).padStart(2, "0");
  return `${Math.floor(hundredths / 6000)}:${rest}.${String(hundredths % 100).padStart(2, "0")}`;
}
