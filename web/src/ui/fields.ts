import { freshId, h } from "./dom";

export interface SliderOptions {
  readonly label: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly value: number;
  /** How the value reads beside the slider. */
  readonly format?: (value: number) => string;
  /** Said to screen readers where the label alone is not enough. */
  readonly name?: string;
  readonly onInput: (value: number) => void;
}

export interface Field<T> {
  readonly element: HTMLElement;
  set(value: T): void;
}

/** A labelled slider with its value; a double click puts it back. */
export function slider(options: SliderOptions): Field<number> {
  const { label, min, max, step, value, onInput } = options;
  const format = options.format ?? ((number) => number.toFixed(2));
  const id = freshId();
  const output = h("output", { for: id }, format(value));
  const input = h("input", {
    type: "range",
    id,
    min,
    max,
    step,
    value,
    "aria-label": options.name,
    oninput: () => {
      output.textContent = format(Number(input.value));
      onInput(Number(input.value));
    },
    ondblclick: () => {
      set(value);
      onInput(value);
    },
  });
  const set = (wanted: number) => {
    input.value = String(wanted);
    output.textContent = format(wanted);
  };
  set(value);
  return {
    element: h("div", { class: "field" }, h("label", { for: id }, label), input, output),
    set,
  };
}

/** A labelled box to tick. */
export function checkbox(
  label: string,
  value: boolean,
  onInput: (value: boolean) => void,
): Field<boolean> {
  const input = h("input", { type: "checkbox", onchange: () => onInput(input.checked) });
  input.checked = value;
  return {
    element: h("label", { class: "check" }, input, label),
    set: (wanted) => (input.checked = wanted),
  };
}

/** A labelled choice of one of several. */
export function choice(
  label: string,
  options: readonly (readonly [value: string, text: string])[],
  value: string,
  onInput: (value: string) => void,
): Field<string> {
  const id = freshId();
  const select = h(
    "select",
    { id, onchange: () => onInput(select.value) },
    ...options.map(([key, text]) => h("option", { value: key }, text)),
  );
  select.value = value;
  return {
    element: h("div", { class: "field wide" }, h("label", { for: id }, label), select),
    set: (wanted) => (select.value = wanted),
  };
}

/** Two or three ways side by side, one of them chosen. */
export function segments<T extends string>(
  label: string,
  options: readonly (readonly [value: T, text: string])[],
  value: T,
  onInput: (value: T) => void,
): Field<T> {
  const name = freshId();
  const inputs = options.map(([key]) =>
    h("input", {
      type: "radio",
      class: "visually-hidden",
      name,
      value: key,
      onchange: () => onInput(key),
    }),
  );
  const set = (wanted: T) => {
    inputs.forEach((input) => (input.checked = input.value === wanted));
  };
  set(value);
  return {
    element: h(
      "div",
      { class: "segments", role: "radiogroup", "aria-label": label },
      ...options.map(([, text], index) => h("label", {}, inputs[index], h("span", {}, text))),
    ),
    set,
  };
}
