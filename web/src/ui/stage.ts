import { HeadView } from "../view/head_view";
import type { Actions } from "./actions";
import { busy } from "./banner";
import { fill, h } from "./dom";
import { icon, type IconName } from "./icons";
import { lineOf } from "./open_files";
import { watchAll } from "./signal";
import type { State } from "./state";

/** The head in its studio, and what lies over it. */
export class Stage {
  readonly element: HTMLElement;
  /** Null where the browser shows no 3D. */
  readonly view: HeadView | null;

  constructor(readonly state: State) {
    const canvas = h("canvas", {
      tabindex: 0,
      role: "img",
      "aria-label": "The head. Arrow keys turn it, plus and minus zoom",
    });
    this.element = h("main", { class: "stage", "aria-label": "Head" }, canvas);
    this.view = this.#start(canvas);
  }

  /** What needs the page's actions comes once they are there. */
  furnish(actions: Actions): void {
    const { state, view } = this;
    const divider = h("div", { class: "divider" });
    const main = h("p", { class: "caption main" });
    const other = h("p", { class: "caption other" });
    watchAll([state.take, state.other, state.layout], () => {
      const two = state.other.value !== null && state.layout.value !== "single";
      main.hidden = other.hidden = !two;
      divider.hidden = !two || state.layout.value !== "side";
      main.textContent = state.take.value?.name ?? "";
      other.textContent = state.other.value?.name ?? "";
    });
    const tool = (kind: string, label: string, name: IconName, act: () => void) =>
      h(
        "button",
        {
          type: "button",
          class: `button quiet icon ${kind}`,
          "aria-label": label,
          title: label,
          onclick: act,
        },
        icon(name),
      );
    const tools = view
      ? h(
          "div",
          { class: "view-tools" },
          tool("zoom", "Nearer", "nearer", () => view.zoom(0.85)),
          tool("zoom", "Farther", "farther", () => view.zoom(1 / 0.85)),
          tool("", "Face from the front", "front", () => view.resetCamera()),
        )
      : null;
    this.element.append(divider, main, other, busy(state), this.#welcome(actions));
    if (tools) this.element.append(tools);
    if (view) state.dark.watch((dark) => view.setDark(dark));
  }

  #start(canvas: HTMLCanvasElement): HeadView | null {
    try {
      const wanted = new URLSearchParams(location.search).get("quality") ?? "";
      return new HeadView(canvas, /^\d$/.test(wanted) ? Number(wanted) : null);
    } catch (error) {
      fill(this.element, h("div", { class: "no-view", role: "alert" }, h("p", {}, lineOf(error))));
      return null;
    }
  }

  #welcome(actions: Actions): HTMLElement {
    const { state } = this;
    const button = (label: string, kind: string, act: () => void, sign?: SVGSVGElement) =>
      h("button", { type: "button", class: `button ${kind}`, onclick: act }, sign ?? null, label);
    const welcome = h(
      "div",
      { class: "welcome" },
      h("h1", {}, "Drop a recording. The head says it."),
      h(
        "div",
        { class: "choices" },
        button("Choose a file", "primary", () => actions.pick("main"), icon("open")),
        button(
          "Use the microphone",
          "",
          () => void actions.toggleMicrophone(),
          icon("microphone"),
        ),
        button("Try the example", "", () => void actions.openExample(), icon("play")),
      ),
      h("p", {}, "The model runs in this browser. Nothing is uploaded."),
    );
    // The face stands above the words.
    const makeRoom = () => {
      const share = welcome.offsetHeight / Math.max(this.element.offsetHeight, 1);
      this.view?.setRoomBelow(welcome.hidden ? 0 : Math.min(share, 0.6) * 0.85);
    };
    watchAll([state.take, state.listening, state.work], () => {
      welcome.hidden =
        state.take.value !== null || state.listening.value || state.work.value !== null;
      this.element.classList.toggle("welcoming", !welcome.hidden);
      makeRoom();
    });
    new ResizeObserver(makeRoom).observe(this.element);
    return welcome;
  }
}
