import type { Layout } from "../view/head_view";
import type { Actions } from "./actions";
import { fill, h } from "./dom";
import { segments } from "./fields";
import { likeness } from "./likeness";
import { watchAll } from "./signal";
import type { State } from "./state";

/** A second clip beside the first: captured truth against prediction, say. */
export function comparePanel(state: State, actions: Actions): HTMLElement {
  const body = h("div", { class: "panel-body" });
  const layout = segments<Layout>(
    "How the two are shown",
    [
      ["side", "Side by side"],
      ["ghost", "Ghost overlay"],
    ],
    "side",
    (value) => (state.layout.value = value),
  );
  state.layout.watch((value) => layout.set(value));
  const pick = h(
    "button",
    { type: "button", class: "button", onclick: () => actions.pick("other") },
    "Choose a clip or recording",
  );
  const model = h(
    "button",
    { type: "button", class: "button", onclick: () => void actions.compareWithModel() },
    "The model on this sound",
  );
  watchAll([state.take, state.other], () => {
    const [take, other] = [state.take.value, state.other.value];
    pick.disabled = !take;
    model.hidden = !take?.sound || take.raw !== null;
    if (!take || !other) {
      return fill(
        body,
        h(
          "p",
          { class: "soft" },
          take
            ? "Drop a second file on “Compare”, or choose one. Its curves are drawn dashed."
            : "Open a recording or clip first.",
        ),
      );
    }
    const like = likeness(take.clip, other.clip);
    fill(
      body,
      layout.element,
      h(
        "div",
        { class: "card" },
        h("header", {}, other.name),
        like
          ? h(
              "dl",
              { class: "facts" },
              h("dt", {}, "Mean difference, mouth and jaw"),
              h("dd", {}, like.mouth.toFixed(3)),
              h("dt", {}, "Correlation of jawOpen"),
              h("dd", {}, Number.isNaN(like.jaw) ? "–" : like.jaw.toFixed(2)),
              h("dt", {}, "Time they share"),
              h("dd", {}, `${like.seconds.toFixed(2)} s`),
            )
          : h("p", { class: "soft" }, "The two share no time or no channel."),
        h(
          "div",
          { class: "row" },
          h(
            "button",
            { type: "button", class: "button", onclick: () => actions.endComparison() },
            "End the comparison",
          ),
        ),
      ),
    );
  });
  return h(
    "section",
    { class: "panel" },
    h("h2", {}, "Compare"),
    h("div", { class: "row" }, pick, model),
    body,
  );
}
