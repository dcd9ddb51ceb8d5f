import { fileURLToPath } from "node:url";

import { defineConfig } from "vitest/config";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  // Relative addresses: the built folder works under any path of any static host.
  base: "./",
  build: {
    target: "es2022",
    outDir: "dist",
    // The model and ONNX Runtime are files beside the page, never text inside it.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 2000,
  },
  worker: { format: "es" },
  // ONNX Runtime finds its WebAssembly beside itself; bundling it beforehand would part them.
  optimizeDeps: { exclude: ["onnxruntime-web"] },
  // The model lies in the Python package, one folder up.
  server: { fs: { allow: [here("..")] } },
  test: { include: ["tests/**/*.test.ts"] },
});
