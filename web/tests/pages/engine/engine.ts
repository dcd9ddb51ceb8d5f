// Hands the engine to tests that drive a real browser: `await window.engineReady`.

import * as core from "../../../src/core";

declare global {
  interface Window {
    core: typeof core;
    engineReady: Promise<core.Engine>;
  }
}

window.core = core;
window.engineReady = core.Engine.load();
