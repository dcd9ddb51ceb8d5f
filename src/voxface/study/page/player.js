// Plays a clip from its button, always to the end: there is nothing to seek or to hurry with.
// A pair is one film of two faces, so they cannot fall out of step.

import { element } from "./element.js";

export function player(address, pair, onEnded, onTrouble) {
  const video = element("video", {
    src: address,
    preload: "auto",
    playsinline: true,
    disablepictureinpicture: true,
    disableremoteplayback: true,
    "aria-label": pair ? "Two faces, left and right" : "A face",
  });
  const button = element("button", { type: "button", class: "play", disabled: true }, "Loading…");
  const line = element("span", { class: "line", "aria-hidden": "true" }, element("span"));
  let playing = false;

  const offer = (text) => {
    playing = false;
    button.disabled = false;
    button.textContent = text;
  };
  const draw = () => {
    const share = video.ended ? 1 : video.currentTime / (video.duration || 1);
    line.firstChild.style.transform = `scaleX(${share})`;
    if (playing) requestAnimationFrame(draw);
  };

  async function play() {
    button.disabled = true;
    button.textContent = "Playing…";
    playing = true;
    video.currentTime = 0;
    try {
      await video.play();
      draw();
    } catch {
      offer("Play");
    }
  }

  video.addEventListener("canplay", () => {
    if (!playing && button.disabled) offer("Play");
  });
  video.addEventListener("error", onTrouble);
  // A call or another app may stop a clip; it then starts from the beginning.
  video.addEventListener("pause", () => {
    if (playing && !video.ended) offer("Play");
  });
  video.addEventListener("ended", () => {
    button.classList.add("again");
    offer("Play again");
    draw();
    onEnded();
  });
  button.addEventListener("click", play);

  const sides = element("div", { class: "sides" }, element("span", {}, "Left"), element("span", {}, "Right"));
  const stage = element("div", { class: pair ? "stage pair" : "stage" }, video, pair ? sides : []);
  return { view: element("div", { class: "player" }, stage, line, button), button };
}
