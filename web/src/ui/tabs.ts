import { freshId, h } from "./dom";

export interface Tab {
  readonly title: string;
  readonly panel: HTMLElement;
}

/** Panels of which one is shown; arrows move between their tabs. */
export function tabs(
  label: string,
  all: readonly Tab[],
): { element: HTMLElement; show(index: number): void } {
  const buttons = all.map(({ title, panel }, index) => {
    panel.id ||= freshId();
    const button = h(
      "button",
      {
        type: "button",
        role: "tab",
        id: freshId(),
        "aria-controls": panel.id,
        onclick: () => show(index),
        onkeydown: (event) => {
          const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
          if (!step) return;
          event.preventDefault();
          const next = (index + step + all.length) % all.length;
          show(next);
          buttons[next].focus();
        },
      },
      title,
    );
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", button.id);
    return button;
  });
  const show = (chosen: number) => {
    all.forEach(({ panel }, index) => {
      panel.hidden = index !== chosen;
      buttons[index].setAttribute("aria-selected", String(index === chosen));
      buttons[index].tabIndex = index === chosen ? 0 : -1;
    });
  };
  show(0);
  return {
    element: h(
      "aside",
      { class: "side", "aria-label": label },
      h("div", { class: "tabs", role: "tablist", "aria-label": label }, ...buttons),
      h("div", { class: "panels" }, ...all.map(({ panel }) => panel)),
    ),
    show,
  };
}
