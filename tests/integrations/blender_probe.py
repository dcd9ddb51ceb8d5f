"""Runs inside Blender: builds a scene, applies a clip by the script, and says what came out.

    python blender_probe.py -- SCRIPT WORK.json   (or blender --background --python ...)

WORK.json: {"keys": [...], "arguments": [...], "read": [[frame, ...]], "head": "bone" | "object",
"spin": degrees}; the answer is written beside it as ``answer.json``.
"""

import json
import math
import os
import runpy
import sys
from pathlib import Path

import bpy

script, work = sys.argv[sys.argv.index("--") + 1 :]
task = json.loads(Path(work).read_text())
bpy.ops.wm.read_factory_settings(use_empty=True)
scene = bpy.context.scene
scene.render.fps, scene.render.fps_base = task.get("rate", [24, 1.0])

mesh = bpy.data.meshes.new("Face")
mesh.from_pydata([(0, 0, 0), (1, 0, 0), (0, 0, 1)], [], [(0, 1, 2)])
face = bpy.data.objects.new("Face", mesh)
scene.collection.objects.link(face)
face.shape_key_add(name="Basis")
for number, name in enumerate(task["keys"]):
    key = face.shape_key_add(name=name)
    key.value = 0.0
    key.data[0].co = (number + 1, 0, 0)
bpy.context.view_layer.objects.active = face

empty = bpy.data.objects.new("Nod", None)
scene.collection.objects.link(empty)
empty.rotation_euler = (0, 0, math.radians(task.get("spin", 0)))
empty.location = (5, 0, 1)

armature = bpy.data.objects.new("Body", bpy.data.armatures.new("Body"))
scene.collection.objects.link(armature)
bpy.context.view_layer.objects.active = armature
bpy.ops.object.mode_set(mode="EDIT")
bone = armature.data.edit_bones.new("mixamorig:Head")
bone.head, bone.tail, bone.roll = (0, 0, 1), (0.1, 0.2, 1.3), 0.7
bpy.ops.object.mode_set(mode="OBJECT")
armature.rotation_euler = (0, 0, math.radians(task.get("spin", 0)))
if task.get("deform"):
    face.modifiers.new("Armature", "ARMATURE").object = armature
bpy.context.view_layer.objects.active = face
bpy.context.view_layer.update()

# Somebody's own animation, which must stay.
key = mesh.shape_keys.key_blocks[task["keys"][-1]]
key.value = 0.25
mesh.shape_keys.keyframe_insert(f'key_blocks["{key.name}"].value', frame=3)

errors = []
for arguments in task["runs"]:
    sys.argv = [script, "--", *arguments]
    try:
        runpy.run_path(script, run_name="__main__")
    except SystemExit as stopped:
        errors.append(stopped.code)

if "operator" in task:
    # As from the menu: run in the Text Editor (twice), import, undo once.
    sys.argv = [script]
    for _ in range(2):
        names = runpy.run_path(script, run_name="__main__")
    bpy.ops.ed.undo_push(message="before")

    def curves():
        return len(names["curves_of"](bpy.data.meshes["Face"].shape_keys, "eval_time"))

    before = curves()
    done = sorted(bpy.ops.voxface.apply_clip("EXEC_DEFAULT", True, filepath=task["operator"]))
    seen = [before, done, curves()]
    scene.frame_set(25)
    seen.append(mesh.shape_keys.key_blocks[task["keys"][0]].value)
    bpy.ops.ed.undo()
    seen.append(curves())
    names["unregister"]()
    Path(work).with_name("answer.json").write_text(json.dumps(seen))
    sys.stdout.flush()
    os._exit(0)  # Blender 4.2 as a module may crash while it quits after an undo

answer = {"version": bpy.app.version_string, "errors": errors, "frames": []}
pose = armature.pose.bones["mixamorig:Head"]
for frame in task["read"]:
    scene.frame_set(frame)
    graph = bpy.context.evaluated_depsgraph_get()
    nod = empty.evaluated_get(graph).matrix_world
    body = armature.evaluated_get(graph)
    # What the world sees of the head's turn: from the bone at rest to the bone as posed.
    rest = armature.matrix_world @ pose.bone.matrix_local
    posed = armature.matrix_world @ body.pose.bones[pose.name].matrix
    turn = (posed @ rest.inverted()).to_quaternion()
    answer["frames"].append(
        {
            "values": {block.name: block.value for block in mesh.shape_keys.key_blocks},
            "nod": [*nod.to_quaternion()],
            "place": [*nod.translation],
            "turn": [*turn],
            "moved": [*(posed.translation - rest.translation)],
        }
    )
bpy.context.preferences.edit.use_global_undo = True
answer["end"] = scene.frame_end
Path(work).with_name("answer.json").write_text(json.dumps(answer))
