import { type Controls, EXPRESSION_NAMES, type Life } from "../core";
import { h } from "./dom";
import { choice, type Field, slider } from "./fields";
import { percent } from "./panel_controls";
import type { State } from "./state";

const PARTS: readonly (readonly [key: keyof Life, label: string])[] = [
  ["blinks", "Blinks"],
  ["gaze", "Gaze"],
  ["head", "Head motion"],
  ["breathing", "Breathing"],
  ["brows", "Brows"],
];

type Change = (part: Partial<Controls>) => void;
type Resettable = <T>(made: Field<T>, usual: T) => HTMLElement;

/** Blinks, gaze, small head motion, breath: how much of each, and by which chance. */
export function lifeFields(state: State, change: Change, field: Resettable): HTMLElement {
  const alter = (part: Partial<Life>) => {
    const { life } = state.controls.value;
    change({ life: { ...(typeof life === "object" ? life : {}), ...part } });
  };
  const seed = seedField((value) => alter({ seed: value }));
  return h(
    "details",
    { open: true },
    h("summary", {}, "Life"),
    ...PARTS.map(([key, label]) =>
      field(
        slider({
          label,
          name: `Life: ${label.toLowerCase()}`,
          min: 0,
          max: 2,
          step: 0.05,
          value: 1,
          format: percent,
          onInput: (value) => alter({ [key]: value }),
        }),
        1,
      ),
    ),
    field(seed, 0),
  );
}

function seedField(onInput: (seed: number) => void): Field<number> {
  const input = h("input", {
    type: "number",
    min: 0,
    max: 2 ** 32 - 1,
    step: 1,
    value: 0,
    "aria-label": "Seed of chance",
    onchange: () => {
      const wanted = Math.min(Math.max(Math.round(Number(input.value) || 0), 0), 2 ** 32 - 1);
      input.value = String(wanted);
      onInput(wanted);
    },
  });
  const another = h(
    "button",
    {
      type: "button",
      class: "button",
      onclick: () => {
        input.value = String(Math.floor(Math.random() * 10000));
        onInput(Number(input.value));
      },
    },
    "Another",
  );
  const name = h("span", { class: "name" }, "Seed");
  return {
    element: h("div", { class: "field seed" }, name, input, another),
    set: (seed) => (input.value = String(seed)),
  };
}

/** A named expression that mixes with speech, and how strong it is. */
export function expressionFields(state: State, change: Change, field: Resettable): HTMLElement {
  const names = EXPRESSION_NAMES.filter((name) => name !== "neutral");
  let name = "";
  let intensity = 0.6;
  const apply = () => change({ expression: name ? { [name]: intensity } : {} });
  const chosen = choice(
    "Expression",
    [["", "None"], ...names.map((one) => [one, one[0].toUpperCase() + one.slice(1)] as const)],
    "",
    (value) => {
      name = value;
      apply();
    },
  );
  const strength = slider({
    label: "Intensity",
    min: 0,
    max: 1,
    step: 0.05,
    value: intensity,
    format: percent,
    onInput: (value) => {
      intensity = value;
      if (name) apply();
    },
  });
  state.controls.watch(({ expression }) => {
    if (!Object.keys(expression ?? {}).length) name = "";
  });
  return h(
    "details",
    { open: true },
    h("summary", {}, "Expression"),
    field(chosen, ""),
    field(strength, 0.6),
  );
}
