// Prints what three.js makes of a GLB file with an animation, at a time: node read_gltf.mjs FILE SECONDS
import { readFileSync } from "node:fs";

globalThis.self = globalThis;
const { AnimationMixer } = await import("three");
const { GLTFLoader } = await import("three/addons/loaders/GLTFLoader.js");

const bytes = new Uint8Array(readFileSync(process.argv[2]));
const file = await new GLTFLoader().parseAsync(bytes.buffer, "");
const mixer = new AnimationMixer(file.scene);
mixer.clipAction(file.animations[0]).play();
mixer.setTime(Number(process.argv[3]));
const meshes = [];
file.scene.traverse((node) => {
  if (!node.isMesh) return;
  const weights = Object.entries(node.morphTargetDictionary ?? {});
  meshes.push({
    material: node.material.name,
    vertices: node.geometry.attributes.position.count,
    weights: Object.fromEntries(weights.map(([name, n]) => [name, node.morphTargetInfluences[n]])),
  });
});
const head = file.scene.getObjectByName("head");
console.log(
  JSON.stringify({
    clip: file.animations[0].name,
    meshes,
    head: { rotation: head.quaternion.toArray(), position: head.position.toArray() },
  }),
);
