"""Runs inside Blender: imports a head of ours and says where its points are at some frames.

python blender_reads.py -- HEAD.glb|HEAD.usd? ANSWER.json FRAME...
"""

import json
import os
import sys
from pathlib import Path

import bpy

path, out, *frames = sys.argv[sys.argv.index("--") + 1 :]
bpy.ops.wm.read_factory_settings(use_empty=True)
scene = bpy.context.scene
scene.render.fps, scene.render.fps_base = 30, 1.0
if path.endswith(".glb"):
    bpy.ops.import_scene.gltf(filepath=path)
else:
    # Older importers take units as they stand; people then give the scale by hand.
    options = bpy.ops.wm.usd_import.get_rna_type().properties
    converts = "apply_unit_conversion_scale" in options
    bpy.ops.wm.usd_import(filepath=path, scale=1.0 if converts else 0.01)
answer = {"objects": [[each.name, each.type] for each in bpy.data.objects], "frames": []}
meshes = [each for each in bpy.data.objects if each.type == "MESH" and each.data.shape_keys]
for frame in map(float, frames):
    scene.frame_set(int(frame // 1), subframe=frame % 1)
    graph = bpy.context.evaluated_depsgraph_get()
    points = []
    for each in meshes:
        whole = each.evaluated_get(graph)
        points += [[*(whole.matrix_world @ vertex.co)] for vertex in whole.to_mesh().vertices]
    answer["frames"].append(points)
answer["keys"] = sorted({key.name for each in meshes for key in each.data.shape_keys.key_blocks})
answer["materials"] = sorted(each.name for each in bpy.data.materials)
Path(out).write_text(json.dumps(answer))
sys.stdout.flush()
os._exit(0)  # Blender 4.2 as a module may crash while it quits
