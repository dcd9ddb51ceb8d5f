import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ARKIT_CHANNELS } from "../../src/face/channels";
import { connect } from "../../src/rig";
import { GltfFile, glbBytes, readGltf } from "../../src/rig/gltf_file";
import { headNode, headPose, nodeMotion } from "../../src/rig/head_motion";
import { vertexNormals, weld } from "../../src/rig/normals";
import { findHead, sceneNodes } from "../../src/rig/scene";
import { targetNames } from "../../src/rig/target_names";

interface Golden {
  readonly channels: string[];
  readonly frames: number[][];
  readonly connections: {
    readonly name: string;
    readonly targets: string[];
    readonly expressions: Record<string, Record<string, number>>;
    readonly kind: string;
    readonly missed: string[];
    readonly unused: string[];
    /** Empty for a head that nothing moves. */
    readonly weights: number[][];
  }[];
}

const golden = JSON.parse(
  readFileSync(new URL("../../../tests/rig/connections.json", import.meta.url), "utf-8"),
) as Golden;

test.each(golden.connections.map((each) => [each.name, each] as const))(
  "the head %s is moved as Python moves it",
  (_, { targets, expressions, kind, missed, unused, weights }) => {
    const poses = Object.entries(expressions).map(([name, pose]) => {
      return [name, Object.entries(pose).map(([target, weight]) => ({ target, weight }))] as const;
    });
    const connection = connect(targets, { expressions: Object.fromEntries(poses) });
    expect(connection).toMatchObject({ kind, missed, unused });
    expect(weights).toHaveLength(kind === "none" ? 0 : golden.frames.length);
    weights.forEach((wanted, row) => {
      const ours = connection.weights(golden.frames[row], golden.channels);
      wanted.forEach((weight, target) => expect(ours[target]).toBeCloseTo(weight, 5));
    });
  },
);

describe("connections", () => {
  test("a channel that a clip lacks is at rest, and arrays are reused", () => {
    const connection = connect(["jawOpen", "mouthClose", "tongueOut"]);
    const out = new Float32Array(3);
    expect(connection.weights([0.5], ["jawOpen"], out)).toBe(out);
    expect([...out]).toEqual([0.5, 0, 0]);
    expect([...connection.weights([0.25], ["tongueOut"], out)]).toEqual([0, 0, 0.25]);
  });

  test("a jaw without shut lips closes by mouthClose", () => {
    const connection = connect(["jawOpen"]);
    const [jaw] = connection.weights([0.75, 0.5], ["jawOpen", "mouthClose"]);
    expect(jaw).toBe(0.25);
    expect(connection.missed).toHaveLength(51);
  });

  test("a head of strange names is moved by nothing, and says so", () => {
    const connection = connect(["Basis", "toString"]);
    expect(connection.kind).toBe("none");
    expect(connection.unused).toEqual(["Basis", "toString"]);
    expect([...connection.weights(new Float32Array(52).fill(1), ARKIT_CHANNELS)]).toEqual([0, 0]);
  });
});

function scene(nodes: object[], extensions: object = {}): GltfFile {
  const json = { asset: { version: "2.0" }, nodes, scenes: [{ nodes: [0] }], scene: 0, extensions };
  return new GltfFile("test", json, []);
}

describe("heads", () => {
  test.each(["Head", "mixamorig:Head", "CC_Base_Head", "DEF-head", "J_Bip_C_Head"])(
    "%s is one",
    (name) => {
      const nodes = [{ name: "body", children: [1, 2] }, { name: "Headband" }, { name }];
      expect(findHead(scene(nodes))).toBe(2);
    },
  );

  test("a VRM says itself, and a mesh is none", () => {
    const nodes = [{ name: "x", children: [1] }, { name: "Head", mesh: 0 }];
    expect(findHead(scene(nodes))).toBeNull();
    const humanoid = { humanBones: { head: { node: 0 } } };
    expect(findHead(scene(nodes, { VRMC_vrm: { humanoid } }))).toBe(0);
  });

  test.each([
    [{}, { translation: [1, 2, 3] }],
    [{ rotation: [0, 0.6, 0, 0.8], scale: [2, 2, 2] }, { rotation: [0.5, 0.5, 0.5, 0.5] }],
    [{ scale: [-1, 1, 1] }, { matrix: [0, 3, 0, 0, -3, 0, 0, 0, 0, 0, 3, 0, 1, 2, 3, 1] }],
  ])("motion below %j comes back as the pose it was", (parent, own) => {
    const file = scene([{ name: "top", ...parent, children: [1] }, { name: "head", ...own }]);
    const head = headNode(file, 1, sceneNodes(file));
    const pose = [1, -2, 3, 0.8, 0.36, -0.48, 0];
    const { rotations, translations } = nodeMotion(head, Float32Array.from(pose));
    const [x, y, z, w] = rotations;
    const [a, b, c] = translations;
    headPose(head, [w, x, y, z], [a, b, c]).forEach((value, i) => {
      expect(value).toBeCloseTo(pose[i], 4);
    });
  });
});

describe("glTF files", () => {
  const document = { asset: { version: "2.0" }, buffers: [{ byteLength: 5 }] };

  test("come back as they were packed", () => {
    const file = readGltf(glbBytes(document, Uint8Array.of(1, 2, 3, 4, 5)), "a.glb");
    expect(file.json).toEqual(document);
    expect([...file.buffers[0]]).toEqual([1, 2, 3, 4, 5, 0, 0, 0]);
  });

  test.each([
    [new Uint8Array(3), "not a glTF file"],
    [new TextEncoder().encode("{}"), "no 'asset'"],
    [new TextEncoder().encode('{"asset": {"version": "1.0"}}'), "version 1.0"],
    [glbBytes(document, new Uint8Array(5)).subarray(0, 60), "cut off"],
  ])("that are broken say so (%#)", (bytes, words) => {
    expect(() => readGltf(bytes, "a.glb")).toThrow(words);
  });
});

test("targets without a name of their own get one", () => {
  const primitives = [{ targets: [{}, {}, {}], extras: { targetNames: ["a", "a"] } }];
  expect(targetNames({ primitives })).toEqual(["a", "a (2)", "target_2"]);
});

test("normals are shared across a seam", () => {
  const points = Float32Array.of(0, 0, 0, 1, 0, 0, 0, 1, 0, 0, -0, 0, 0, 1, 0, 0, 0, 1);
  const triangles = Uint32Array.of(0, 1, 2, 3, 4, 5);
  const groups = weld(points);
  expect([...groups]).toEqual([0, 1, 2, 0, 2, 3]);
  const flat = vertexNormals(points, triangles);
  expect([...flat.subarray(0, 3)]).toEqual([0, 0, 1]);
  const smooth = vertexNormals(points, triangles, groups);
  expect([...smooth.subarray(0, 3)]).toEqual([...smooth.subarray(9, 12)]);
  expect(smooth[0]).toBeCloseTo(Math.SQRT1_2);
});
