// The model file as a function, by ONNX Runtime on WebAssembly. Mirrors `voxface.engine.model`.
//
// Only the entry without WebGPU is loaded: the net takes well under a millisecond for 10 ms of
// sound, less than sending that work to a graphics processor and back (web/README.md).

import { env, InferenceSession, Tensor } from "onnxruntime-web/wasm";
import wasmUrl from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";

import type { Net } from "./runner";

/** Make ONNX Runtime ready and load a model file into it. */
export async function openNet(file: Uint8Array): Promise<Net> {
  // Threads need an isolated page, which hardly any host serves, and gain little here.
  env.wasm.numThreads = 1;
  env.wasm.wasmPaths = { wasm: new URL(wasmUrl, import.meta.url).href };
  env.logLevel = "error";
  const session = await InferenceSession.create(file, {
    executionProviders: ["wasm"],
    graphOptimizationLevel: "all",
  });
  return {
    async run(pcm, state) {
      const result = await session.run({
        pcm: new Tensor("float32", pcm, [1, pcm.length]),
        state: new Tensor("float32", state, [1, state.length]),
      });
      const values = (name: string): Float32Array => result[name]!.data as Float32Array;
      return { frames: values("frames"), speech: values("speech"), state: values("next_state") };
    },
  };
}
