"""Apply a face clip of voxface to the shape keys of a mesh in Blender (3.6 LTS to 5.x).

In Blender: open this file in the Text Editor and press Run. It adds *File > Import > Face clip
(voxface)*, which applies a clip to the selected mesh. One undo takes it back. (Installed as an
add-on by *Preferences > Add-ons > Install from Disk*, the menu entry stays.)

Without a window, on a file of yours::

    blender head.blend --background --python voxface_apply.py -- \
        speech.csv --object Face --head Armature:head --save talking.blend

It needs neither voxface nor anything else in Blender. It reads what ``voxface animate`` writes:
Live Link Face CSV (the app's own too), Voice-to-Action JSON, Audio2Face-3D CSV and JSON, and
``.npz``, the only one with everything: exact frame rate, head position, start.

- Shape keys are found by name, in all spellings that ``docs/rigs.md`` lists (``jawOpen``,
  ``JawOpen``, ``mouthSmile_L``, ``Face.mouth_smile_left`` ...). What was found and what was not is
  printed. Visemes are not fitted here: ``voxface convert clip.csv head.glb --rig head.vrm`` does.
- Every frame of the scene gets a key, with linear interpolation. Second 0 of the sound lies on the
  scene's first frame, or on ``--start-frame``.
- Only the curves of what is driven are replaced; all other animation stays.
- The head's motion goes to a bone or an object (``--head``), about its rest. Faces look along -Y,
  as in Blender's front view; a character that was turned about Z is turned with it.
"""

import argparse
import csv
import json
import math
import re
import sys
from pathlib import Path

import bpy
from mathutils import Matrix, Quaternion, Vector

bl_info = {
    "name": "Face clips of voxface",
    "description": "Applies a face clip (ARKit blendshapes and head pose) to shape keys",
    "blender": (3, 6, 0),
    "version": (1, 0, 0),
    "location": "File > Import",
    "category": "Import-Export",
}

CHANNELS = """
eyeBlinkLeft eyeLookDownLeft eyeLookInLeft eyeLookOutLeft eyeLookUpLeft eyeSquintLeft eyeWideLeft
eyeBlinkRight eyeLookDownRight eyeLookInRight eyeLookOutRight eyeLookUpRight eyeSquintRight
eyeWideRight jawForward jawLeft jawRight jawOpen mouthClose mouthFunnel mouthPucker mouthLeft
mouthRight mouthSmileLeft mouthSmileRight mouthFrownLeft mouthFrownRight mouthDimpleLeft
mouthDimpleRight mouthStretchLeft mouthStretchRight mouthRollLower mouthRollUpper mouthShrugLower
mouthShrugUpper mouthPressLeft mouthPressRight mouthLowerDownLeft mouthLowerDownRight
mouthUpperUpLeft mouthUpperUpRight browDownLeft browDownRight browInnerUp browOuterUpLeft
browOuterUpRight cheekPuff cheekSquintLeft cheekSquintRight noseSneerLeft noseSneerRight tongueOut
""".split()

# The tables of src/voxface/rig/spellings.json; a test keeps them equal.
TABLES = json.loads(
    """
{"sides": {"left": "Left", "l": "Left", "lft": "Left", "lt": "Left", "right": "Right", "r":
"Right", "rgt": "Right", "rt": "Right"}, "idle_words": ["arkit", "ar", "kit", "arface", "bs",
"blendshape", "blendshapes", "blend", "shape", "shapes", "key", "morph", "morphs", "target",
"face", "facial", "head", "mesh", "geo", "exp", "expression", "expressions", "ctrl", "pose",
"perfectsync", "perfect", "sync"], "combination_words": ["corrective", "correctives",
"correction", "corr", "cor", "combo", "combination", "fix"], "synonyms": {"eyesblink":
"eyeblink", "eyeclosed": "eyeblink", "eyesclosed": "eyeblink", "eyeclose": "eyeblink", "blink":
"eyeblink", "eyelidclose": "eyeblink", "eyeslookup": "eyelookup", "eyeslookdown": "eyelookdown",
"eyeslookin": "eyelookin", "eyeslookout": "eyelookout", "eyewiden": "eyewide", "eyeswide":
"eyewide", "eyessquint": "eyesquint", "browsdown": "browdown", "browlowerer": "browdown",
"browlower": "browdown", "browdrop": "browdown", "browsinnerup": "browinnerup", "innerbrowup":
"browinnerup", "browupinner": "browinnerup", "browraiseinner": "browinnerup", "browraisein":
"browinnerup", "browsouterup": "browouterup", "outerbrowup": "browouterup", "browupouter":
"browouterup", "browraiseouter": "browouterup", "cheekspuff": "cheekpuff", "puffcheek":
"cheekpuff", "puffcheeks": "cheekpuff", "cheekpuffed": "cheekpuff", "cheekssquint":
"cheeksquint", "cheekraise": "cheeksquint", "nosesnear": "nosesneer", "nosewrinkle":
"nosesneer", "sneer": "nosesneer", "jawdrop": "jawopen", "jawdown": "jawopen", "openjaw":
"jawopen", "jawfwd": "jawforward", "mouthclosed": "mouthclose", "lipsclose": "mouthclose",
"mouthlipsclose": "mouthclose", "lippucker": "mouthpucker", "lipspucker": "mouthpucker",
"pucker": "mouthpucker", "mouthpurse": "mouthpucker", "lipfunnel": "mouthfunnel", "lipsfunnel":
"mouthfunnel", "funnel": "mouthfunnel", "smile": "mouthsmile", "mouthcornerpull": "mouthsmile",
"frown": "mouthfrown", "mouthcornerdepress": "mouthfrown", "dimple": "mouthdimple",
"mouthdimpler": "mouthdimple", "mouthlipstretch": "mouthstretch", "lipstretch": "mouthstretch",
"lowerlipdown": "mouthlowerdown", "mouthdownlower": "mouthlowerdown", "mouthlowerlipdepress":
"mouthlowerdown", "mouthlowerlipdown": "mouthlowerdown", "upperlipup": "mouthupperup",
"mouthupupper": "mouthupperup", "mouthupperlipraise": "mouthupperup", "mouthupperlipup":
"mouthupperup", "mouthlowerroll": "mouthrolllower", "mouthrollinlower": "mouthrolllower",
"lipsucklower": "mouthrolllower", "lowerliproll": "mouthrolllower", "mouthupperroll":
"mouthrollupper", "mouthrollinupper": "mouthrollupper", "lipsuckupper": "mouthrollupper",
"upperliproll": "mouthrollupper", "mouthlowershrug": "mouthshruglower", "mouthraiserlower":
"mouthshruglower", "mouthuppershrug": "mouthshrugupper", "mouthraiserupper": "mouthshrugupper",
"mouthpressed": "mouthpress", "lippress": "mouthpress", "tongueoutside": "tongueout",
"tonguestickout": "tongueout", "mouthswing": "mouth", "jawswing": "jaw", "mouthmove": "mouth",
"jawmove": "jaw"}, "last_resort": {"mouthopen": "jawopen"}, "exact": {"eyellookl":
"eyeLookOutLeft", "eyellookr": "eyeLookInLeft", "eyellookup": "eyeLookUpLeft", "eyellookdown":
"eyeLookDownLeft", "eyerlookl": "eyeLookInRight", "eyerlookr": "eyeLookOutRight", "eyerlookup":
"eyeLookUpRight", "eyerlookdown": "eyeLookDownRight"}, "gaze": {"lookup": ["eyeLookUpLeft",
"eyeLookUpRight"], "lookdown": ["eyeLookDownLeft", "eyeLookDownRight"], "lookleft":
["eyeLookOutLeft", "eyeLookInRight"], "lookright": ["eyeLookInLeft", "eyeLookOutRight"]},
"both_sides": {"default": "mean", "eyeblink": "max"}}
"""
)


class ClipError(Exception):
    """What is wrong with the input, in one line."""


# --- Reading clips ------------------------------------------------------------------------------


class Clip:
    """Weights and head over time.

    times: seconds of every frame on the sound's clock. weights: by channel, a value a frame.
    head: (x, y, z, qw, qx, qy, qz) of every frame or None; centimetres, +x the subject's left, +y
    up, +z out of the face.
    """

    def __init__(self, times, weights, head=None):
        self.times, self.head = [float(time) for time in times], head
        self.weights = {}
        for name, values in weights.items():
            found = read_name(name)
            if found and len(found[0]) == 1 and not found[2]:
                self.weights.setdefault(found[0][0], [float(value) for value in values])
        if not self.weights or not self.times:
            raise ClipError("it holds no frames with ARKit channels such as jawOpen")


def read_clip(path, fps=None):
    """Read a clip; `fps` is the true frame rate where a file cannot say it (29.97 in a CSV)."""
    suffix = Path(path).suffix.lower()
    readers = {".csv": read_csv, ".json": read_json, ".npz": read_npz}
    if suffix not in readers:
        raise ClipError(f"{path}: give a .csv, .json or .npz clip (voxface convert writes them)")
    try:
        return readers[suffix](path, fps)
    except OSError as error:
        raise ClipError(f"cannot read {path}: {error.strerror or error}") from None
    except ClipError as error:
        raise ClipError(f"{path}: {error}") from None
    except (ValueError, KeyError, TypeError, IndexError, ZeroDivisionError) as error:
        raise ClipError(f"{path} is damaged or no face clip: {error!r}") from None


def read_csv(path, fps):
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        header, *rows = [row for row in csv.reader(file) if row]
    rows = [row for row in rows if len(row) >= len(header)]
    columns = {name.strip(): [row[i] for row in rows] for i, name in enumerate(header)}
    weights = {
        name: [float(value or 0) for value in values]
        for name, values in columns.items()
        if read_name(name)
    }
    if "timeCode" in columns:
        return Clip([float(value) for value in columns["timeCode"]], weights)
    head = None
    angles = ["HeadYaw", "HeadPitch", "HeadRoll"]
    if all(name in columns for name in angles):
        turns = zip(*([float(value or 0) for value in columns[name]] for name in angles))
        head = [(0.0, 0.0, 0.0, *quaternion_of(*turn)) for turn in turns]
    return Clip(livelink_times(columns.get("Timecode", []), len(rows), fps), weights, head)


def quaternion_of(yaw, pitch, roll):
    """Rotation about y after x after z; positive: nose to the left, nose down, left ear up."""
    return Quaternion((0, 1, 0), yaw) @ Quaternion((1, 0, 0), pitch) @ Quaternion((0, 0, 1), roll)


def livelink_times(timecodes, count, fps):
    """Seconds since the first row. Timecode counts whole frames: without `fps`, 29.97 is 30."""
    parts = [re.split("[:;]", code) for code in timecodes]
    if fps or not parts or any(len(part) != 4 for part in parts):
        return [row / (fps or 60.0) for row in range(count)]
    seconds = [int(h) * 3600 + int(m) * 60 + int(s) for h, m, s, _ in parts]
    frames = [float(part[3]) for part in parts]
    rate = 60.0 if seconds[0] == seconds[-1] else math.floor(max(frames)) + 1.0
    times = [second + frame / rate for second, frame in zip(seconds, frames)]
    return [(time - times[0]) % 86400 for time in times]


def read_json(path, fps):
    document = json.loads(Path(path).read_text(encoding="utf-8-sig"))
    if "weightMat" in document:
        rate = fps or float(document.get("exportFps") or 30)
        rows = document["weightMat"]
        weights = dict(zip(document["facsNames"], zip(*rows)))
        return Clip([row / rate for row in range(len(rows))], weights)
    frames = document["frames"]
    names = dict.fromkeys(name for frame in frames for name in frame["blendshapes"])
    weights = {name: [frame["blendshapes"].get(name, 0) for frame in frames] for name in names}
    rest = {"x": 0, "y": 0, "z": 0}, {"w": 1, "x": 0, "y": 0, "z": 0}
    head = []
    for frame in frames:
        place, turn = frame.get("headPosition") or rest[0], frame.get("headRotation") or rest[1]
        head.append(tuple(place[axis] for axis in "xyz") + tuple(turn[axis] for axis in "wxyz"))
    if fps:
        return Clip([row / fps for row in range(len(frames))], weights, head)
    return Clip([frame["timestamp"] / 1000 for frame in frames], weights, head)


def read_npz(path, fps):
    import numpy  # Blender brings it.

    with numpy.load(path, allow_pickle=False) as archive:
        top, _, bottom = str(archive["fps"]).partition("/")
        rate = fps or float(top) / float(bottom or 1)
        start = float(archive.get("start", 0.0))
        values, head = archive["weights"], archive.get("head")
        weights = {str(name): values[:, i] for i, name in enumerate(archive["names"])}
        times = [start + row / rate for row in range(len(values))]
        return Clip(times, weights, None if head is None else head.tolist())


def resampled(clip, first, fps):
    """Return whole scene frames, and for each the place between two of the clip's: (i, part)."""
    begin = math.ceil(first + clip.times[0] * fps - 1e-3)
    end = max(begin, math.floor(first + clip.times[-1] * fps + 1e-3))
    places, row = [], 0
    for frame in range(begin, end + 1):
        time = (frame - first) / fps
        while row + 2 < len(clip.times) and clip.times[row + 1] <= time:
            row += 1
        step = clip.times[min(row + 1, len(clip.times) - 1)] - clip.times[row]
        part = (time - clip.times[row]) / step if step > 0 else 0.0
        places.append((row, min(max(part, 0.0), 1.0)))
    return list(range(begin, end + 1)), places


def between(values, place):
    row, part = place
    return values[row] + (values[min(row + 1, len(values) - 1)] - values[row]) * part


# --- Names: as src/voxface/rig/spelling.py and match.py read them ---------------------------------

SIDES = TABLES["sides"]
CHANNEL_OF = {channel.lower(): channel for channel in CHANNELS}
LONG_KEYS = {re.sub("(left|right)$", "", key) for key in CHANNEL_OF} - {"mouth", "jaw"}
WORD_EDGE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[^A-Za-z0-9]+")
NAMESPACE = r"[.:|/\\]"
SAME, PREFIXED, SYNONYM, LAST_RESORT = range(4)


def read_name(name):
    """Return (channels, rank, half) of a name; None if it is no ARKit channel."""
    text = name.strip()
    return read_text(without_namespace(text)) or read_text(re.sub(NAMESPACE, "_", text))


def read_text(text):
    whole = letters(text)
    if whole in TABLES["exact"]:
        return (TABLES["exact"][whole],), SYNONYM, ""
    segments = [part for part in re.split("[^A-Za-z0-9]+", text) if part and not part.isdigit()]
    if {part.lower() for part in segments} & set(TABLES["combination_words"]):
        return None
    for dropped in range(len(segments)):
        prefix = "".join(map(letters, segments[:dropped]))
        if any(key in prefix for key in LONG_KEYS):
            return None
        sides = [part for part in segments[:dropped] if part.lower() in SIDES]
        found = read_words(words_of("_".join(sides + segments[dropped:])))
        if found:
            idle = prefix in TABLES["idle_words"] or not dropped
            return found[0], found[1] if idle else max(found[1], PREFIXED), found[2]
    return None


def read_words(words):
    while words and words[-1] in TABLES["idle_words"]:
        words = words[:-1]
    for begin in range(len(words)):
        if begin and words[begin - 1] not in TABLES["idle_words"]:
            return None
        found = read_side(words[begin:])
        if found:
            return found
    return None


def read_side(words):
    joined = "".join(words)
    if joined in CHANNEL_OF:
        return look_up(joined, "")
    for number in reversed(range(len(words))):
        if words[number] in SIDES:
            return look_up("".join(words[:number] + words[number + 1 :]), SIDES[words[number]])
    for word in ("left", "right"):
        if joined.endswith(word):
            return look_up(joined[: -len(word)], SIDES[word])
        if joined.startswith(word):
            return look_up(joined[len(word) :], SIDES[word])
    return look_up(joined, "")


def look_up(base, side):
    rank = SAME
    if base in TABLES["synonyms"]:
        base, rank = TABLES["synonyms"][base], SYNONYM
    elif base in TABLES["last_resort"]:
        base, rank = TABLES["last_resort"][base], LAST_RESORT
    if base + side.lower() in CHANNEL_OF:
        return (CHANNEL_OF[base + side.lower()],), rank, ""
    if side and base in CHANNEL_OF:
        return (CHANNEL_OF[base],), rank, side
    if not side and base + "left" in CHANNEL_OF and base not in ("mouth", "jaw"):
        return (CHANNEL_OF[base + "left"], CHANNEL_OF[base + "right"]), rank, ""
    return None


def without_namespace(name):
    tail = ""
    for part in reversed(re.split(NAMESPACE, name)):
        if part.lower() in SIDES:
            tail = f"_{part}{tail}"
        elif not part.isdigit():
            return part + tail
    return name


def words_of(text):
    split = [word.lower() for word in WORD_EDGE.split(text)]
    return [word for word in split if word and not word.isdigit()]


def letters(text):
    return re.sub("[^a-z0-9]", "", text.lower())


def match_keys(names):
    """Return (key, channels, how) of the shape keys that channels drive; the surest count."""
    first = match_rank(names, set(), False)
    driven = {channel for _, channels, _ in first for channel in channels}
    found = first + match_rank(names, driven, True)
    driven = {channel for _, channels, _ in found for channel in channels}
    if "jawOpen" in driven and "mouthClose" not in driven:
        # Where nothing shuts the lips of an open jaw, the jaw itself closes.
        found = [(k, c, "minus" if c == ("jawOpen",) else how) for k, c, how in found]
    return found


def match_rank(names, without, last_resort):
    usable, best = {}, {}
    for name in names:
        gaze = TABLES["gaze"].get("".join(filter(str.isalpha, name)).lower())
        found = (tuple(gaze), SYNONYM, "") if gaze else read_name(name)
        if found and (found[1] == LAST_RESORT) == last_resort and set(found[0]) - without:
            usable[name] = found
    order = {n: (2 if len(f[0]) > 1 else 1 if f[2] else 0, f[1]) for n, f in usable.items()}
    for name, found in usable.items():
        for channel in found[0]:
            best[channel] = min(best.get(channel, order[name]), order[name])
    return [
        (name, found[0], how_of(found))
        for name, found in usable.items()
        if any(best[each] == order[name] and each not in without for each in found[0])
    ]


def how_of(found):
    if len(found[0]) < 2:
        return "same"
    base = found[0][0].lower()[: -len("left")]
    return TABLES["both_sides"].get(base, TABLES["both_sides"]["default"])


# --- Writing curves -----------------------------------------------------------------------------


def curves_of(data, path):
    """Return the f-curves that animate a data block; an action is made if there is none."""
    animation = data.animation_data
    slots = hasattr(bpy.types, "ActionSlot")  # since Blender 4.4
    if not (animation and animation.action and (not slots or animation.action_slot)):
        data.keyframe_insert(path)
        animation = data.animation_data
    if not slots:
        return animation.action.fcurves
    strip = animation.action.layers[0].strips[0]
    return strip.channelbag(animation.action_slot, ensure=True).fcurves


def set_curve(curves, path, index, frames, values):
    """Replace one f-curve by a key on every frame, with straight lines between."""
    old = curves.find(path, index=index)
    if old is not None:
        curves.remove(old)
    points = (curve := curves.new(path, index=index)).keyframe_points
    points.add(len(frames))
    points.foreach_set("co", [number for pair in zip(frames, values) for number in pair])
    linear = points[0].bl_rna.properties["interpolation"].enum_items["LINEAR"].value
    points.foreach_set("interpolation", [linear] * len(frames))
    curve.update()


def apply_weights(mesh_object, clip, frames, places):
    """Key the shape keys; return lines of report."""
    keys = mesh_object.data.shape_keys
    names = [block.name for block in keys.key_blocks if block != keys.reference_key]
    found = [match for match in match_keys(names) if any(c in clip.weights for c in match[1])]
    if not found:
        few = ", ".join(names[:4])
        raise ClipError(f"no shape key of '{mesh_object.name}' has an ARKit name ({few} ...)")
    rest = [0.0] * len(clip.times)
    for name, channels, how in found:
        block = keys.key_blocks[name]
        given = [clip.weights.get(channel, rest) for channel in channels]
        if how == "minus":
            closing = clip.weights.get("mouthClose", rest)
            given = [[max(a - b, 0.0) for a, b in zip(given[0], closing)]]
        merge = max if how == "max" else lambda row: sum(row) / len(row)
        values = [merge(row) for row in zip(*given)]
        path = f'key_blocks["{bpy.utils.escape_identifier(name)}"].value'
        block.slider_min, block.slider_max = min(block.slider_min, 0), max(block.slider_max, 1)
        set_curve(curves_of(keys, path), path, 0, frames, [between(values, at) for at in places])
    driven = {channel for match in found for channel in match[1]}
    keyed = {match[0] for match in found}
    missed = [name for name in CHANNELS if name in clip.weights and name not in driven]
    unused = [name for name in names if name not in keyed]
    return [
        f"{len(found)} shape keys of '{mesh_object.name}' driven, "
        f"frames {frames[0]} to {frames[-1]}",
        f"channels without a shape key: {', '.join(missed) or 'none'}",
        f"shape keys left alone: {', '.join(unused) or 'none'}",
    ]


def find_head(name, mesh_object):
    """Return (object, bone name or None) of ``OBJECT`` or ``ARMATURE:BONE``, or what looks like it.

    Without a name, a bone called head of the armature that deforms the mesh is taken.
    """
    if name:
        owner, _, bone = name.partition(":")
        if name in bpy.data.objects:
            return bpy.data.objects[name], None
        found = bpy.data.objects.get(owner)
        if found is None:
            raise ClipError(f"there is no object '{owner}' for the head")
        if not found.pose or bone not in found.pose.bones:
            raise ClipError(f"'{owner}' has no bone '{bone}'")
        return found, bone
    armature = mesh_object.find_armature()
    for bone in armature.pose.bones if armature else ():
        if letters(re.split("[:.]", bone.name)[-1]) in ("head", "jbipchead"):
            return armature, bone.name
    return None, None


def apply_head(owner, bone, clip, frames, places):
    """Key rotation and place of an object or a bone about its rest; return a line of report."""
    target = owner.pose.bones[bone] if bone else owner
    prefix = f'pose.bones["{bpy.utils.escape_identifier(bone)}"].' if bone else ""
    if bone:
        world = owner.matrix_world.to_quaternion()
        # From the world to the axes of the bone at rest.
        local = (owner.matrix_world @ target.bone.matrix_local).to_3x3().inverted()
        base, place = Quaternion(), Vector()
    else:
        local = Matrix.Identity(3)
        if "voxface_rest" not in owner:
            owner["voxface_rest"] = [*owner.matrix_basis.to_quaternion(), *owner.location]
        rest = list(owner["voxface_rest"])
        world = base = Quaternion(rest[:4])
        place = Vector(rest[4:])
    heading = Quaternion((world.w, 0, 0, world.z))
    heading = heading.normalized() if heading.magnitude > 1e-6 else Quaternion()
    axes = local.to_quaternion()
    metre = 1 / (bpy.context.scene.unit_settings.scale_length or 1.0)
    turns, moves, last = [], [], None
    for row, part in places:
        one, other = clip.head[row], clip.head[min(row + 1, len(clip.head) - 1)]
        x, y, z = (a + (b - a) * part for a, b in zip(one[:3], other[:3]))
        turn = Quaternion(one[3:]).slerp(Quaternion(other[3:]), part)
        # The face's axes (left, up, forward) are Blender's x, z and -y.
        turn = Quaternion((turn.w, turn.x, -turn.z, turn.y))
        turn = axes @ (heading @ turn @ heading.inverted()) @ axes.inverted() @ base
        if last is not None:
            turn.make_compatible(last)
        last = turn
        turns.append(turn)
        moves.append(place + local @ (heading @ Vector((x, -z, y))) * (0.01 * metre))
    target.rotation_mode = "QUATERNION"
    curves = curves_of(owner, f"{prefix}rotation_quaternion")
    for index in range(4):
        values = [turn[index] for turn in turns]
        set_curve(curves, f"{prefix}rotation_quaternion", index, frames, values)
    fixed = bool(bone) and target.bone.use_connect
    for index in range(0 if fixed else 3):
        values = [move[index] for move in moves]
        set_curve(curves, f"{prefix}location", index, frames, values)
    where = f"bone '{bone}' of '{owner.name}'" if bone else f"'{owner.name}'"
    return f"head on {where}" + (" (turned only: the bone is connected)" if fixed else "")


def apply_clip(path, mesh_object, head=None, start_frame=None, fps=None):
    """Apply a clip to a mesh; return the report as lines.

    Raises
    ------
    ClipError
        If the clip or the mesh cannot be used; nothing was changed then.
    """
    if mesh_object is None or mesh_object.type != "MESH" or not mesh_object.data.shape_keys:
        raise ClipError("select a mesh with shape keys, or name one with --object")
    clip = read_clip(path, fps)
    owner, bone = find_head(head, mesh_object)
    scene = bpy.context.scene
    first = scene.frame_start if start_frame is None else start_frame
    frames, places = resampled(clip, first, scene.render.fps / scene.render.fps_base)
    report = apply_weights(mesh_object, clip, frames, places)
    if clip.head is None:
        report.append("the clip holds no motion of the head")
    elif owner is None:
        report.append("head left alone: name a bone or an object with --head")
    else:
        report.append(apply_head(owner, bone, clip, frames, places))
    scene.frame_end = max(scene.frame_end, frames[-1])
    return report


# --- In Blender's window, and on the command line -----------------------------------------------


class VOXFACE_OT_apply_clip(bpy.types.Operator):
    """Apply a face clip to the shape keys of the active mesh"""

    bl_idname = "voxface.apply_clip"
    bl_label = "Face clip (voxface)"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012 - as Blender wants it

    filepath: bpy.props.StringProperty(subtype="FILE_PATH")
    filter_glob: bpy.props.StringProperty(default="*.csv;*.json;*.npz", options={"HIDDEN"})
    head: bpy.props.StringProperty(name="Head", description="OBJECT or ARMATURE:BONE")

    def invoke(self, context, event):
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context):
        try:
            report = apply_clip(self.filepath, context.active_object, self.head or None)
        except ClipError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        for line in report:
            self.report({"INFO"}, line)
        return {"FINISHED"}


def menu_entry(menu, context):
    menu.layout.operator(VOXFACE_OT_apply_clip.bl_idname, text=VOXFACE_OT_apply_clip.bl_label)


def register():
    again = hasattr(bpy.types, "VOXFACE_OT_apply_clip")  # Run was pressed twice
    bpy.utils.register_class(VOXFACE_OT_apply_clip)
    if not again:
        bpy.types.TOPBAR_MT_file_import.append(menu_entry)


def unregister():
    bpy.types.TOPBAR_MT_file_import.remove(menu_entry)
    bpy.utils.unregister_class(VOXFACE_OT_apply_clip)


def main(arguments):
    parser = argparse.ArgumentParser(prog="voxface_apply.py", description=__doc__.splitlines()[0])
    parser.add_argument("clip", help="clip to apply: .csv, .json or .npz")
    parser.add_argument("--object", help="mesh with shape keys; default: the active object")
    parser.add_argument(
        "--head", metavar="OBJECT|ARMATURE:BONE", help="what the head's motion moves"
    )
    parser.add_argument("--start-frame", type=int, help="where second 0 lies; default: first frame")
    parser.add_argument("--fps", type=float, help="true rate of a clip whose file cannot say it")
    parser.add_argument("--save", metavar="FILE.blend", help="save the scene here")
    options = parser.parse_args(arguments)
    if options.object:
        mesh_object = bpy.data.objects.get(options.object)
        if mesh_object is None:
            raise ClipError(f"there is no object '{options.object}'")
    else:
        mesh_object = bpy.context.view_layer.objects.active
    for line in apply_clip(
        options.clip, mesh_object, options.head, options.start_frame, options.fps
    ):
        print(line)
    if options.save:
        bpy.ops.wm.save_as_mainfile(filepath=str(Path(options.save).resolve()))


if __name__ == "__main__":
    if "--" in sys.argv:
        try:
            main(sys.argv[sys.argv.index("--") + 1 :])
        except ClipError as error:
            print(f"voxface_apply: {error}", file=sys.stderr)
            sys.exit(2)
    else:
        register()
