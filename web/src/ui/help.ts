import { h } from "./dom";
import { icon } from "./icons";
import { KEYS } from "./keys";

/** The help dialog, with every key. */
export function helpDialog(): HTMLDialogElement {
  const dialog = h(
    "dialog",
    { "aria-label": "Help and keyboard" },
    h(
      "header",
      {},
      h("h2", {}, "Help and keyboard"),
      h(
        "button",
        {
          type: "button",
          class: "button quiet icon",
          "aria-label": "Close",
          onclick: () => dialog.close(),
        },
        icon("close"),
      ),
    ),
    h(
      "dl",
      {},
      ...KEYS.flatMap(([key, meaning]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, meaning)]),
    ),
    h(
      "p",
      { class: "soft" },
      "Drop a recording or video, a face clip (Live Link CSV, Audio2Face, Voice-to-Action JSON, " +
        "npz, VRM animation), or a head of your own (GLB, VRM), animated or not. A clip and its sound may be dropped together. " +
        "Shift and drag over the waveform to loop a part.",
    ),
    h(
      "p",
      { class: "soft" },
      "The model runs in this browser. Nothing you open or say leaves this computer.",
    ),
  );
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  return dialog;
}
