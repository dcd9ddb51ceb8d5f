// Reads a VRM animation with three.js's VRM library and Khronos's validator, and prints what it is.
// node read_vrma.mjs FILE NODE_MODULES
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";

const [file, modules] = process.argv.slice(2);
const load = (path) => import(pathToFileURL(`${modules}/${path}`).href);
const { GLTFLoader } = await load("three/examples/jsm/loaders/GLTFLoader.js");
const { VRMAnimationLoaderPlugin } = await load(
  "@pixiv/three-vrm-animation/lib/three-vrm-animation.module.js",
);
const validator = (await load("gltf-validator/index.js")).default;

const warnings = [];
console.warn = (...words) => warnings.push(words.join(" "));
console.error = console.warn;
const bytes = new Uint8Array(await readFile(file));
const report = await validator.validateBytes(bytes, { maxIssues: 0 });

const loader = new GLTFLoader();
loader.register((parser) => new VRMAnimationLoaderPlugin(parser));
const gltf = await loader.parseAsync(bytes.slice().buffer, "");
const animation = gltf.userData.vrmAnimations[0];
const plain = (track) => track && { times: [...track.times], values: [...track.values] };
const table = (map) => Object.fromEntries([...map].map(([name, track]) => [name, plain(track)]));
console.log(
  JSON.stringify({
    issues: report.issues,
    warnings,
    duration: animation.duration,
    hips: animation.restHipsPosition.toArray(),
    rotations: table(animation.humanoidTracks.rotation),
    translations: table(animation.humanoidTracks.translation),
    preset: table(animation.expressionTracks.preset),
    custom: table(animation.expressionTracks.custom),
    lookAt: plain(animation.lookAtTrack),
  }),
);
