// Plays one clip, or two of the same sound in step from one button; only the first is heard.

import { element } from "./element.js";

const APART = 0.06; // seconds that two pictures may be apart before one is moved

export function player(addresses, onEnded, onTrouble) {
  const names = addresses.length > 1 ? ["Left", "Right"] : ["Clip"];
  const videos = addresses.map((address, number) => {
    const video = element("video", {
      src: address,
      preload: "auto",
      playsinline: true,
      disablepictureinpicture: true,
      disableremoteplayback: true,
      "aria-label": names[number],
    });
    video.muted = number > 0;
    return video;
  });
  const [first, ...others] = videos;
  const button = element("button", { type: "button", class: "play", disabled: true }, "Loading…");
  const line = element("span", { class: "line", "aria-hidden": "true" }, element("span"));
  let playing = false;
  let frame = 0;

  const ready = () => videos.every((video) => video.readyState >= 3);
  const offer = (text) => {
    button.disabled = false;
    button.textContent = text;
  };
  const follow = () => {
    line.firstChild.style.transform = `scaleX(${first.currentTime / (first.duration || 1)})`;
    for (const other of others) {
      if (first.ended || other.ended) continue;
      if (Math.abs(other.currentTime - first.currentTime) > APART) {
        other.currentTime = first.currentTime;
      }
    }
    if (playing) frame = requestAnimationFrame(follow);
  };
  const stop = (text) => {
    playing = false;
    cancelAnimationFrame(frame);
    for (const video of videos) video.pause();
    offer(text);
  };

  async function play() {
    button.disabled = true;
    button.textContent = "Playing…";
    for (const video of videos) video.currentTime = 0;
    playing = true;
    try {
      await Promise.all(videos.map((video) => video.play()));
      follow();
    } catch {
      stop("Play");
    }
  }

  for (const video of videos) {
    video.addEventListener("canplay", () => {
      if (!playing && ready() && button.disabled) offer("Play");
    });
    video.addEventListener("error", () => {
      playing = false;
      onTrouble();
    });
    // A call or another app may stop a clip; it then starts from the beginning.
    video.addEventListener("pause", () => {
      if (playing && !video.ended) stop("Play");
    });
  }
  first.addEventListener("ended", () => {
    for (const other of others) if (!other.ended) other.currentTime = other.duration;
    follow();
    stop("Play again");
    onEnded();
  });
  button.addEventListener("click", play);

  const frames = videos.map((video, number) =>
    element(
      "figure",
      {},
      video,
      others.length ? element("figcaption", {}, names[number]) : [],
    ),
  );
  const stage = element("div", { class: `stage of-${videos.length}` }, frames);
  return { view: element("div", { class: "player" }, stage, line, button), button };
}
