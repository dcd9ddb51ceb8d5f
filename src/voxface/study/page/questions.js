// Questions as groups of radio buttons: arrows, touch and screen readers work as everywhere.

import { element } from "./element.js";

const SIDES = [
  ["left", "Left"],
  ["same", "No difference"],
  ["right", "Right"],
];

function choices(question) {
  if (!question.labels.length) return SIDES.map(([value, words]) => ({ value, big: "", words }));
  return question.labels.map((words, index) => {
    const value = String(index + 1);
    return { value, big: value, words };
  });
}

export function questionForm(questions, onSubmit) {
  const groups = questions.map((question) => {
    const options = choices(question).map(({ value, big, words }) =>
      element(
        "label",
        { class: "choice" },
        element("input", { type: "radio", name: question.name, value, required: true }),
        element(
          "span",
          {},
          big ? [element("b", {}, big), " "] : [],
          element("small", {}, words),
        ),
      ),
    );
    const kind = question.labels.length ? "scale" : "sides";
    return element(
      "fieldset",
      {},
      element("legend", {}, question.text),
      element("div", { class: `choices ${kind}` }, options),
    );
  });
  const all = element("fieldset", { class: "all", disabled: true }, groups);
  const next = element("button", { type: "submit", class: "primary", disabled: true }, "Next");
  const hint = element("p", { class: "hint", id: "hint" }, "Play to the end, then answer.");
  const form = element("form", { novalidate: true, "aria-describedby": "hint" }, hint, all, next);
  const refresh = () => {
    const open = !all.disabled;
    next.disabled = !open || !form.checkValidity();
    hint.textContent = open ? "" : "Play to the end, then answer.";
    hint.hidden = open;
  };
  form.addEventListener("change", refresh);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!next.disabled) onSubmit(Object.fromEntries(new FormData(form)));
  });
  return {
    view: form,
    open: () => {
      all.disabled = false;
      refresh();
    },
    busy: (busy) => {
      next.disabled = busy;
      next.textContent = busy ? "Saving…" : "Next";
    },
  };
}
