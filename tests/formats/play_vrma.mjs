// Plays a VRM animation on a VRM avatar with three.js and prints what moved.
// node play_vrma.mjs AVATAR.vrm ANIMATION.vrma NODE_MODULES SECONDS...
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";

const [avatar, animation, modules, ...seconds] = process.argv.slice(2);
const load = (path) => import(pathToFileURL(`${modules}/${path}`).href);
const THREE = await load("three/build/three.module.js");
const { GLTFLoader } = await load("three/examples/jsm/loaders/GLTFLoader.js");
const { VRMLoaderPlugin } = await load("@pixiv/three-vrm/lib/three-vrm.module.js");
const { VRMAnimationLoaderPlugin, VRMLookAtQuaternionProxy, createVRMAnimationClip } = await load(
  "@pixiv/three-vrm-animation/lib/three-vrm-animation.module.js",
);

const warnings = [];
console.warn = (...words) => warnings.push(words.join(" "));
console.error = console.warn;
const read = async (path) => {
  const loader = new GLTFLoader();
  loader.register((parser) => new VRMLoaderPlugin(parser));
  loader.register((parser) => new VRMAnimationLoaderPlugin(parser));
  const bytes = new Uint8Array(await readFile(path));
  return (await loader.parseAsync(bytes.slice().buffer, "")).userData;
};
const { vrm } = await read(avatar);
const proxy = new VRMLookAtQuaternionProxy(vrm.lookAt);
proxy.name = "lookAt";
vrm.scene.add(proxy);
const clip = createVRMAnimationClip((await read(animation)).vrmAnimations[0], vrm);
const mixer = new THREE.AnimationMixer(vrm.scene);
mixer.clipAction(clip).play();
let mesh;
vrm.scene.traverse((each) => (mesh = each.isMesh ? each : mesh));
const head = vrm.humanoid.getRawBoneNode("head");
const frames = seconds.map((time) => {
  mixer.setTime(Number(time));
  vrm.update(0);
  const turn = head.getWorldQuaternion(new THREE.Quaternion());
  return {
    morphs: [...mesh.morphTargetInfluences],
    head: turn.toArray(),
    look: [vrm.lookAt.yaw, vrm.lookAt.pitch],
  };
});
console.log(JSON.stringify({ warnings, frames }));
