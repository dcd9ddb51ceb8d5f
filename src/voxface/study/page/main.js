// The screens of a study, one after another: welcome, trials, thanks; and withdrawing.

import * as api from "./api.js";
import { element } from "./element.js";
import { player } from "./player.js";
import { questionForm } from "./questions.js";

const find = (id) => document.getElementById(id);
const say = (text) => {
  find("status").textContent = text;
};
let about;
let met = ""; // the part that was shown last

function show(kind, ...content) {
  const screen = find("screen");
  screen.className = kind;
  screen.replaceChildren(...content.flat());
  window.scrollTo(0, 0);
  const heading = screen.querySelector("h1");
  if (heading) {
    heading.tabIndex = -1;
    heading.focus();
  }
}

function trouble(error, again) {
  find("bar").hidden = true;
  const lost = error.status === 401;
  show(
    "message",
    element("h1", {}, lost ? "We do not know this code" : "Something went wrong"),
    element("p", { role: "alert" }, error.message),
    element(
      "button",
      {
        type: "button",
        class: "primary",
        onclick: () => {
          if (lost) api.code.set("");
          (lost ? start : again)();
        },
      },
      lost ? "Start again" : "Try again",
    ),
  );
}

// Runs a step; whatever fails is shown, and can be tried again.
async function attempt(work) {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof api.Trouble)) throw error;
    trouble(error, () => attempt(work));
  }
}

function welcome() {
  find("bar").hidden = true;
  const agree = element("input", { type: "checkbox", id: "agree" });
  const begin = element("button", { type: "submit", class: "primary", disabled: true }, "Begin");
  agree.addEventListener("change", () => {
    begin.disabled = !agree.checked;
  });
  const form = element(
    "form",
    {
      onsubmit: (event) => {
        event.preventDefault();
        if (!agree.checked) return;
        begin.disabled = true;
        attempt(async () => {
          api.code.set((await api.enrol()).code);
          await next();
        });
      },
    },
    element("label", { class: "agree", for: "agree" }, agree, about.confirmation),
    begin,
  );
  show(
    "welcome",
    element("h1", {}, about.title),
    element("p", { class: "lead" }, about.introduction),
    element(
      "p",
      { class: "facts" },
      `${about.trials} short tasks · about ${about.minutes} `,
      about.minutes === 1 ? "minute" : "minutes",
    ),
    element("h2", {}, "Before you begin"),
    element("ul", {}, about.consent.map((each) => element("li", {}, each))),
    about.contact ? element("p", {}, `Questions? ${about.contact}`) : [],
    form,
    codeForm(),
  );
}

function codeForm() {
  const field = element("input", {
    id: "code",
    autocomplete: "off",
    autocapitalize: "none",
    spellcheck: "false",
    maxlength: "40",
  });
  return element(
    "details",
    {},
    element("summary", {}, "I began on another device and have a code"),
    element(
      "form",
      {
        class: "row",
        onsubmit: (event) => {
          event.preventDefault();
          attempt(async () => {
            await api.step(field.value);
            api.code.set(field.value);
            await next();
          });
        },
      },
      element("label", { for: "code" }, "Code"),
      field,
      element("button", { type: "submit" }, "Continue"),
    ),
  );
}

async function next() {
  const here = await api.step();
  find("bar").hidden = false;
  find("progress").max = here.total;
  find("progress").value = here.done;
  find("progress-text").textContent = here.trial
    ? `${here.done + 1} of ${here.total}`
    : `${here.total} of ${here.total}`;
  if (here.trial) trial(here.trial);
  else thanks();
}

function trial({ token, part, clip }) {
  const pair = part === "pair";
  const questions = questionForm(about.questions[part], (answers) => {
    questions.busy(true);
    attempt(async () => {
      try {
        await api.answer(token, answers);
      } catch (error) {
        // Answered already, by a second click or in another tab: go on with what is next.
        if (error.status !== 409) throw error;
      }
      await next();
    });
  });
  const screen = player(
    clip,
    pair,
    () => {
      questions.open();
      say("The clip has ended. You can answer now.");
    },
    () => trouble(new api.Trouble(0, "This clip could not be loaded."), () => attempt(next)),
  );
  const title = pair ? "Watch both faces" : "Watch the clip";
  const change = met && met !== part ? element("p", { class: "note" }, "From here on, two faces.") : [];
  met = part;
  show(`trial ${part}`, element("h1", {}, title), change, screen.view, questions.view);
}

function thanks() {
  show(
    "message",
    element("h1", {}, "Thank you!"),
    element("p", {}, "All your answers have been saved. You may close this page."),
    element("p", {}, "To withdraw later, keep this code:"),
    element("p", { class: "code" }, element("code", {}, api.code.get())),
  );
}

find("withdraw").addEventListener("click", () => {
  find("my-code").textContent = api.code.get();
  find("sure").showModal();
});
find("stay").addEventListener("click", () => find("sure").close());
find("leave").addEventListener("click", () => {
  find("sure").close();
  attempt(async () => {
    await api.withdraw();
    api.code.set("");
    find("bar").hidden = true;
    show(
      "message",
      element("h1", {}, "You have withdrawn"),
      element("p", {}, "Your answers have been deleted. Thank you for your time."),
    );
  });
});

function start() {
  attempt(async () => {
    about = await api.study();
    document.title = about.title;
    if (api.code.get()) await next();
    else welcome();
  });
}

start();
