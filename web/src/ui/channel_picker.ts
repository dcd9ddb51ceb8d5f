import contract from "../generated/contract.json";
import { fill, freshId, h } from "./dom";
import { icon } from "./icons";
import type { Signal } from "./signal";

const CHANNELS: readonly string[] = contract.channels;

/** A button that opens a searchable list of channels to switch on and off. */
export function channelPicker(label: string, chosen: Signal<readonly string[]>): HTMLElement {
  const listId = freshId();
  const list = h("ul", {
    id: listId,
    role: "listbox",
    "aria-multiselectable": "true",
    "aria-label": label,
  });
  const search = h("input", {
    type: "search",
    placeholder: "Search channels",
    role: "combobox",
    "aria-label": "Search channels",
    "aria-expanded": "true",
    "aria-controls": listId,
    autocomplete: "off",
  });
  const box = h("div", { class: "list", hidden: true }, search, list);
  const button = h(
    "button",
    {
      type: "button",
      class: "button",
      "aria-label": `Add: ${label.toLowerCase()}`,
      "aria-expanded": "false",
      onclick: () => open(box.hasAttribute("hidden")),
    },
    icon("plus"),
    h("span", { class: "word" }, label),
  );
  const element = h("div", { class: "picker" }, button, box);
  let active = 0;

  const shown = () => {
    const wanted = search.value.toLowerCase().replace(/\s/g, "");
    return CHANNELS.filter((name) => name.toLowerCase().includes(wanted));
  };
  const draw = () => {
    const names = shown();
    active = Math.min(active, Math.max(names.length - 1, 0));
    fill(
      list,
      ...names.map((name, index) =>
        h(
          "li",
          {
            id: `${listId}-${index}`,
            role: "option",
            class: index === active ? "active" : undefined,
            "aria-selected": String(chosen.value.includes(name)),
            onclick: () => toggle(name),
          },
          name,
          chosen.value.includes(name) ? "✓" : null,
        ),
      ),
      names.length ? null : h("li", { role: "option" }, "No such channel"),
    );
    search.setAttribute("aria-activedescendant", `${listId}-${active}`);
    list.children[active]?.scrollIntoView({ block: "nearest" });
  };
  const toggle = (name: string) => {
    const has = chosen.value.includes(name);
    open(false);
    chosen.value = has
      ? chosen.value.filter((other) => other !== name)
      : [...chosen.value, name];
  };
  const open = (wanted: boolean) => {
    box.hidden = !wanted;
    button.setAttribute("aria-expanded", String(wanted));
    if (!wanted) return;
    search.value = "";
    active = 0;
    draw();
    search.focus();
  };
  search.addEventListener("input", () => {
    active = 0;
    draw();
  });
  search.addEventListener("keydown", (event) => {
    const names = shown();
    if (event.key === "ArrowDown") active = Math.min(active + 1, names.length - 1);
    else if (event.key === "ArrowUp") active = Math.max(active - 1, 0);
    else if (event.key === "Enter" && names[active]) return toggle(names[active]);
    else if (event.key === "Escape") {
      open(false);
      return button.focus();
    } else return;
    event.preventDefault();
    draw();
  });
  element.addEventListener("focusout", (event) => {
    if (!element.contains(event.relatedTarget as Node | null)) open(false);
  });
  // A press on the list must not take the focus from the search field.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  return element;
}
