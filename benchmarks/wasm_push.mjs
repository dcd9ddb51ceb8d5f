// How model files run in onnxruntime-web (wasm, one thread), as the page runs them.
//
// Run: node benchmarks/wasm_push.mjs SOUND.f32 MODEL.onnx [MODEL.onnx ...]
//
// SOUND.f32 is float32 at 16 kHz, without a header. It is pushed 10 ms at a time. Prints a line of
// JSON for each model: milliseconds of loading and of a push, and the largest difference of a
// weight or pose number from the first model. `npm ci` in web/ first.

import { readFileSync } from "node:fs";
import { InferenceSession, Tensor, env } from "../web/node_modules/onnxruntime-web/dist/ort.wasm.bundle.min.mjs";

env.wasm.numThreads = 1;
env.logLevel = "error";
const [soundFile, ...models] = process.argv.slice(2);
const bytes = readFileSync(soundFile);
const sound = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);

/** Push all sound through a model; return its frames and how long each push took. */
async function run(file) {
  const begun = performance.now();
  const session = await InferenceSession.create(new Uint8Array(readFileSync(file)));
  const load = performance.now() - begun;
  const size = session.inputMetadata.find((input) => input.name === "state").shape[1];
  let state = new Tensor("float32", new Float32Array(size), [1, size]);
  const times = [];
  const frames = [];
  for (let at = 0; at + 160 <= sound.length; at += 160) {
    const pcm = new Tensor("float32", sound.slice(at, at + 160), [1, 160]);
    const started = performance.now();
    const said = await session.run({ pcm, state });
    times.push(performance.now() - started);
    state = said.next_state;
    frames.push(...said.frames.data);
  }
  times.sort((a, b) => a - b);
  return { load, times, frames };
}

let first;
for (const file of models) {
  const { load, times, frames } = await run(file);
  first ??= frames;
  const most = frames.reduce((worst, value, i) => Math.max(worst, Math.abs(value - first[i])), 0);
  const at = (share) => times[Math.floor(share * (times.length - 1))];
  console.log(JSON.stringify({ file, load_ms: load, p50_ms: at(0.5), p99_ms: at(0.99), most, frames: frames.length / 58 }));
}
