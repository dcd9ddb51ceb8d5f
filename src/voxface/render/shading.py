"""The shaders: how skin, teeth and eyes answer to studio light. OpenGL 3.3 (GLSL 330).

Light stands in the camera's frame, so that every view is lit alike: a large warm key from the
upper left with a soft shadow, a cool fill from the right, two rims from behind and a dim room.
"""

from __future__ import annotations

POSE = """
uniform mat4 head_motion;
vec3 moved(vec3 place, float share) {
    return mix(place, (head_motion * vec4(place, 1.0)).xyz, share);
}
"""

SHADOW_VERTEX = f"""
#version 330
uniform mat4 light_matrix;
in vec3 in_position;
in float in_share;
{POSE}
void main() {{
    gl_Position = light_matrix * vec4(moved(in_position, in_share), 1.0);
}}
"""

SHADOW_FRAGMENT = """
#version 330
void main() {}
"""

VERTEX = f"""
#version 330
uniform mat4 view_projection;
uniform mat4 light_matrix;
uniform float mouth_open;
in vec3 in_position;
in vec3 in_normal;
in float in_share;
in vec2 in_uv;
in vec4 in_color;
in vec2 in_light;
out vec3 place;
out vec3 normal;
out vec4 lit_place;
out vec2 uv;
out vec4 color;
out float openness;
{POSE}
void main() {{
    place = moved(in_position, in_share);
    normal = mix(in_normal, mat3(head_motion) * in_normal, in_share);
    // A surface must not shade itself by the coarseness of the light's picture.
    lit_place = light_matrix * vec4(place + 0.25 * normalize(normal), 1.0);
    uv = in_uv;
    color = in_color;
    openness = mix(in_light.x, in_light.y, mouth_open);
    gl_Position = view_projection * vec4(place, 1.0);
}}
"""

FRAGMENT = """
#version 330
uniform vec3 eye;
uniform mat3 camera;
uniform vec4 base_color;
uniform float roughness;
uniform float metallic;
uniform float subsurface;
uniform float wet;
uniform float alpha_shown;
uniform bool textured;
uniform sampler2D picture;
uniform sampler2DShadow shadow;
uniform float shadow_step;
in vec3 place;
in vec3 normal;
in vec4 lit_place;
in vec2 uv;
in vec4 color;
in float openness;
out vec4 result;

const vec3 KEY = vec3(-0.52, 0.50, 0.69);
const vec3 KEY_LIGHT = vec3(2.75, 2.62, 2.45);
const vec3 FILL = vec3(0.84, 0.08, 0.54);
const vec3 FILL_LIGHT = vec3(0.42, 0.47, 0.56);
const vec3 RIM_LEFT = vec3(-0.83, 0.30, -0.47);
const vec3 RIM_RIGHT = vec3(0.86, 0.28, -0.43);
const vec3 RIM_LIGHT = vec3(1.9, 2.0, 2.2);
const vec3 SKY = vec3(0.46, 0.48, 0.52);
const vec3 FLOOR = vec3(0.20, 0.16, 0.14);

float lit_share() {
    vec3 at = lit_place.xyz * 0.5 + 0.5;
    float sum = 0.0;
    for (int row = 0; row < 3; row++)
        for (int column = 0; column < 3; column++)
            sum += texture(shadow, at + vec3(column - 1, row - 1, 0.0) * vec3(shadow_step));
    return sum / 9.0;
}

// Light that enters skin leaves it elsewhere, red farthest: it reaches past the terminator.
vec3 wrapped(float facing, float amount) {
    vec3 wrap = amount * vec3(0.42, 0.16, 0.10);
    vec3 shade = max((vec3(facing) + wrap) / ((1.0 + wrap) * (1.0 + wrap)), 0.0);
    return shade;
}

// GGX with Schlick's Fresnel term and the visibility of Hammon, "PBR diffuse lighting for
// GGX+Smith microsurfaces", GDC 2017.
float highlight(float to_half, float facing, float seen, float rough) {
    float alpha = rough * rough;
    float square = alpha * alpha;
    float bottom = to_half * to_half * (square - 1.0) + 1.0;
    float spread = square / (3.14159 * bottom * bottom);
    float visible = 0.5 / mix(2.0 * facing * seen, facing + seen, alpha);
    return spread * visible * facing;
}

vec3 gloss(vec3 n, vec3 v, vec3 light, vec3 strength, vec3 f0, float rough) {
    float facing = dot(n, light);
    if (facing <= 0.0) return vec3(0.0);
    vec3 h = normalize(light + v);
    float bend = 1.0 - max(dot(v, h), 0.0);
    float bend2 = bend * bend;
    vec3 fresnel = f0 + (1.0 - f0) * bend2 * bend2 * bend;
    float seen = max(dot(n, v), 0.05);
    return fresnel * strength * highlight(max(dot(n, h), 0.0), facing, seen, rough);
}

// What a smooth, wet surface mirrors: two soft boxes, as a photographer would set them.
float soft_box(vec3 mirrored, vec3 towards, vec2 size, float soft) {
    vec3 side = normalize(cross(vec3(0.0, 1.0, 0.0), towards));
    vec3 up = cross(towards, side);
    float front = dot(mirrored, towards);
    vec2 at = abs(vec2(dot(mirrored, side), dot(mirrored, up))) / max(front, 0.05);
    vec2 edge = smoothstep(size + soft, size - soft, at);
    return front > 0.0 ? edge.x * edge.y : 0.0;
}

// The Khronos PBR neutral tone mapper: keeps the colours of a material, rolls off highlights.
vec3 tone_mapped(vec3 light) {
    const float start = 0.8 - 0.04;
    const float desaturation = 0.15;
    float low = min(light.r, min(light.g, light.b));
    float offset = low < 0.08 ? low - 6.25 * low * low : 0.04;
    light -= offset;
    float peak = max(light.r, max(light.g, light.b));
    if (peak < start) return light;
    const float room = 1.0 - start;
    float rolled = 1.0 - room * room / (peak + room - start);
    light *= rolled / peak;
    float kept = 1.0 / (desaturation * (peak - rolled) + 1.0);
    return mix(vec3(rolled), light, kept);
}

void main() {
    vec3 v = normalize(eye - place);
    vec3 n = normalize(normal);
    if (!gl_FrontFacing) n = -n;
    vec4 base = base_color * color;
    if (textured) base *= texture(picture, uv);
    vec3 key = camera * KEY;
    float open = openness * openness;
    float facing = dot(n, key);
    float share = lit_share();
    vec3 shade = mix(vec3(share), pow(vec3(share), vec3(0.55, 0.95, 1.1)), subsurface);
    vec3 diffuse = base.rgb * (1.0 - metallic);
    vec3 f0 = mix(vec3(0.035), base.rgb, metallic);

    // Skin absorbs blue and green between its own folds: they glow red rather than grey.
    vec3 cavity = mix(vec3(openness), pow(vec3(openness), vec3(0.75, 1.15, 1.25)), subsurface);
    float above = dot(n, vec3(0.0, 1.0, 0.0)) * 0.5 + 0.5;
    vec3 light = mix(FLOOR, SKY, above) * cavity;
    light += KEY_LIGHT * wrapped(facing, subsurface) * shade * mix(cavity, vec3(1.0), 0.6);
    light += FILL_LIGHT * wrapped(dot(n, camera * FILL), subsurface) * cavity;
    vec3 rim_left = camera * RIM_LEFT, rim_right = camera * RIM_RIGHT;
    light += RIM_LIGHT * 0.35 * open
        * (wrapped(dot(n, rim_left), subsurface) + wrapped(dot(n, rim_right), subsurface));
    vec3 glow = diffuse * light;

    float rough = max(roughness, 0.08);
    vec3 shine = gloss(n, v, key, KEY_LIGHT * share, f0, rough);
    shine += 0.5 * gloss(n, v, key, KEY_LIGHT * share, f0, rough * 0.6) * subsurface;
    shine += gloss(n, v, camera * FILL, FILL_LIGHT, f0, rough);
    shine += RIM_LIGHT * 0.9 * (gloss(n, v, rim_left, vec3(1.0), f0, rough)
        + gloss(n, v, rim_right, vec3(1.0), f0, rough)) * open;
    float grazing = pow(1.0 - max(dot(n, v), 0.0), 5.0);
    shine += SKY * (f0 + (1.0 - rough) * 0.25 * grazing) * open;
    if (wet > 0.0) {
        vec3 mirrored = reflect(-v, n) * camera;
        float boxes = soft_box(mirrored, normalize(vec3(-0.45, 0.42, 0.79)), vec2(0.20, 0.26), 0.05)
            + 0.35 * soft_box(mirrored, normalize(vec3(0.75, 0.1, 0.65)), vec2(0.10, 0.40), 0.08);
        shine += wet * openness * boxes * vec3(1.0, 0.98, 0.95);
    }
    shine *= openness;
    float alpha = mix(1.0, base.a, alpha_shown);
    vec3 shown = pow(tone_mapped(glow * alpha + shine), vec3(1.0 / 2.2));
    result = vec4(shown, alpha_shown > 0.0 ? min(1.0, alpha + shine.g) : 1.0);
}
"""

BACKDROP_VERTEX = """
#version 330
out vec2 uv;
void main() {
    vec2 corner = vec2(gl_VertexID == 1 ? 3.0 : -1.0, gl_VertexID == 2 ? 3.0 : -1.0);
    uv = corner * vec2(0.5, 0.5) + 0.5;
    gl_Position = vec4(corner, 0.9999, 1.0);
}
"""

BACKDROP_FRAGMENT = """
#version 330
uniform sampler2D picture;
in vec2 uv;
out vec4 result;
void main() { result = texture(picture, uv); }
"""
