import type { Actions } from "./actions";
import { fill, h } from "./dom";
import { brandSign, icon } from "./icons";
import { watchAll } from "./signal";
import type { State } from "./state";

/** The sign, what is played, and what can be opened. */
export function topBar(state: State, actions: Actions): HTMLElement {
  const source = h("p", { class: "source" });
  watchAll([state.take, state.listening, state.lag], () => {
    const lag = `Listening · ${Math.round(state.lag.value * 1000)} ms behind your voice`;
    source.textContent = state.listening.value ? lag : (state.take.value?.name ?? "");
  });
  const microphone = h("button", {
    type: "button",
    class: "button quiet",
    onclick: () => void actions.toggleMicrophone(),
  });
  state.listening.watch((listening) => {
    microphone.classList.toggle("live", listening);
    microphone.classList.toggle("quiet", !listening);
    microphone.setAttribute("aria-label", listening ? "Stop listening" : "Microphone");
    fill(
      microphone,
      icon(listening ? "stop" : "microphone"),
      h("span", { class: "word" }, listening ? "Stop" : "Microphone"),
    );
  });
  const theme = h("button", {
    type: "button",
    class: "button quiet icon",
    onclick: () => actions.switchTheme(),
  });
  state.dark.watch((dark) => {
    theme.setAttribute("aria-label", dark ? "Light theme" : "Dark theme");
    fill(theme, icon(dark ? "sun" : "moon"));
  });
  return h(
    "header",
    { class: "top" },
    h("p", { class: "brand" }, brandSign(), "voxface"),
    source,
    h(
      "button",
      {
        type: "button",
        class: "button quiet",
        "aria-label": "Open a recording or a clip",
        onclick: () => actions.pick("main"),
      },
      icon("open"),
      h("span", { class: "word" }, "Open"),
    ),
    microphone,
    theme,
    h(
      "button",
      {
        type: "button",
        class: "button quiet icon",
        "aria-label": "Help and keyboard",
        onclick: () => actions.help(),
      },
      icon("help"),
    ),
  );
}
