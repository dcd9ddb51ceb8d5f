// Prints the Khronos validator's report on a glTF file as JSON: node validate_gltf.mjs FILE
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const validator = createRequire(import.meta.url)("gltf-validator");
const report = await validator.validateBytes(new Uint8Array(readFileSync(process.argv[2])), {
  maxIssues: 50,
});
console.log(JSON.stringify(report.issues));
