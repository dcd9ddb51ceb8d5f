import type { Actions } from "./actions";
import type { Player } from "./player";
import type { State } from "./state";
import { RATES } from "./transport";
import type { HeadView, Layout } from "../view/head_view";

/** What every key does, as the help dialog lists it. */
export const KEYS: readonly (readonly [string, string])[] = [
  ["Space", "Play or pause"],
  ["← →", "Back or on by a quarter of a second; with Shift by one frame"],
  ["Home End", "To the start or the end"],
  ["L", "Loop on or off"],
  ["[ ]", "Loop from here; loop up to here"],
  ["− +", "Slower or faster"],
  ["O", "Open a recording or a clip"],
  ["M", "Microphone on or off"],
  ["C", "Compare: side by side, ghost"],
  ["F", "Face from the front"],
  ["T", "Light or dark"],
  ["?", "This help"],
  ["Arrows on the head", "Turn it; + and − come nearer or go farther"],
];

const STEP = 0.25;

/** One listener for the whole page; fields and buttons keep the keys they need. */
export function listenToKeys(
  state: State,
  player: Player,
  actions: Actions,
  view: HeadView | null,
): void {
  const frame = () => {
    const fps = state.take.value?.clip.fps;
    return fps ? fps.denominator / fps.numerator : 1 / 60;
  };
  const pace = (direction: number) => {
    const at = RATES.indexOf(player.rate.value) + direction;
    if (RATES[at]) player.setRate(RATES[at]);
  };
  const act: Record<string, (event: KeyboardEvent) => void> = {
    " ": () => void player.toggle(),
    ArrowLeft: (event) => player.seek(player.time - (event.shiftKey ? frame() : STEP)),
    ArrowRight: (event) => player.seek(player.time + (event.shiftKey ? frame() : STEP)),
    Home: () => player.seek(0),
    End: () => player.seek(player.seconds),
    l: () => player.setLooping(!player.looping.value),
    "[": () => mark(player, "from"),
    "]": () => mark(player, "to"),
    "-": () => pace(-1),
    "+": () => pace(1),
    "=": () => pace(1),
    o: () => actions.pick("main"),
    m: () => void actions.toggleMicrophone(),
    c: () => (state.layout.value = following(state)),
    f: () => view?.resetCamera(),
    t: () => actions.switchTheme(),
    "?": () => actions.help(),
    Escape: () => (state.message.value = null),
  };
  window.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const target = event.target as HTMLElement;
    if (document.querySelector("dialog[open]")) return;
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName)) return;
    const presses = /^(BUTTON|SUMMARY|A)$/.test(target.tagName) || target.role === "tab";
    if (presses && (event.key === " " || event.key.startsWith("Arrow"))) return;
    const wanted = act[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!wanted) return;
    event.preventDefault();
    wanted(event);
  });
  view?.canvas.addEventListener("keydown", (event) => {
    const turns: Record<string, () => void> = {
      ArrowLeft: () => view.turn(-0.12, 0),
      ArrowRight: () => view.turn(0.12, 0),
      ArrowUp: () => view.turn(0, 0.1),
      ArrowDown: () => view.turn(0, -0.1),
      "+": () => view.zoom(0.88),
      "=": () => view.zoom(0.88),
      "-": () => view.zoom(1 / 0.88),
    };
    const turn = turns[event.key];
    if (!turn || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    turn();
  });
}

function mark(player: Player, side: "from" | "to"): void {
  const { from, to } = player.region.value ?? { from: 0, to: player.seconds };
  const now = player.time;
  player.setRegion(
    side === "from"
      ? { from: now, to: to > now ? to : player.seconds }
      : { from: from < now ? from : 0, to: now },
  );
  player.setLooping(true);
}

function following(state: State): Layout {
  if (!state.other.value) return "single";
  return state.layout.value === "side" ? "ghost" : "side";
}
