import { fill, h } from "./dom";
import { icon } from "./icons";
import type { State } from "./state";

/** What went wrong or is worth knowing, said once, in sight and to screen readers. */
export function banner(state: State): HTMLElement {
  const region = h("div", { "aria-live": "assertive", "aria-atomic": "true" });
  state.message.watch((message) => {
    if (!message) return fill(region);
    const close = h(
      "button",
      {
        type: "button",
        class: "button quiet icon",
        "aria-label": "Close the message",
        onclick: () => (state.message.value = null),
      },
      icon("close"),
    );
    const role = message.kind === "error" ? "alert" : "status";
    fill(
      region,
      h("div", { class: `banner ${message.kind}`, role }, h("p", {}, message.text), close),
    );
  });
  return region;
}

/** What is being worked on, with how far it is. */
export function busy(state: State): HTMLElement {
  const text = h("span", {});
  const bar = h("progress", { max: 1, "aria-label": "Progress" });
  const element = h("div", { class: "busy", role: "status", hidden: true }, text, bar);
  state.work.watch((work) => {
    element.hidden = !work;
    if (!work) return;
    text.textContent = work.text;
    if (work.share === null) bar.removeAttribute("value");
    else bar.value = work.share;
  });
  return element;
}
