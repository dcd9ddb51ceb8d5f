// Talks to the server, and remembers the participant's code on this device.

const KEY = "voxface-study-code";

export class Trouble extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export const code = {
  // Browsers may forbid storage; then a reload asks for the code.
  get: () => {
    try {
      return localStorage.getItem(KEY) ?? code.held;
    } catch {
      return code.held;
    }
  },
  set: (value) => {
    code.held = value;
    try {
      if (value) localStorage.setItem(KEY, value);
      else localStorage.removeItem(KEY);
    } catch {
      /* held in memory only */
    }
  },
  held: "",
};

async function ask(path, body, participant = code.get()) {
  const options = { headers: {}, cache: "no-store" };
  if (participant) options.headers.participant = participant;
  if (body) {
    options.method = "POST";
    options.headers["content-type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw new Trouble(0, "The study cannot be reached. Is this device connected?");
  }
  if (answer.status === 204) return null;
  const content = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Trouble(answer.status, content.detail ?? "Something went wrong.");
  return content;
}

export const study = () => ask("api/study");
export const enrol = () => ask("api/participants", { agreed: true });
export const step = (participant) => ask("api/step", undefined, participant);
export const answer = (token, answers) => ask("api/answers", { token, answers });
export const withdraw = () => ask("api/withdraw", {});
