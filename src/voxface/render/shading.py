"""The shaders: how skin, teeth and eyes answer to studio light. OpenGL 3.3 (GLSL 330).

Soft light and its shadows come with the vertices (`studio`); highlights, mirrored soft boxes, the
rim and the film's response are worked out for each pixel, in the camera's frame. A software
renderer pays for every instruction here, so there is no power and no loop.
"""

from __future__ import annotations

LIGHT = """
uniform float roughness;
uniform float metallic;
uniform float subsurface;

const vec3 KEY = vec3(-0.562, 0.522, 0.642);
const vec3 KEY_LIGHT = vec3(1.7, 1.65, 1.6);

float square(float x) { return x * x; }

// What a surface adds to its own colour: the key's highlight, and light from behind on its outline.
vec3 gloss_of(vec3 n, vec3 v, float open) {
    float seen = max(dot(n, v), 0.0);
    float facing = max(dot(n, KEY), 0.0);
    float edge4 = square(square(1.0 - seen));
    // GGX (Walter et al., "Microfacet models for refraction", EGSR 2007), with the cosine to the
    // half vector from the angle between the mirrored look and the light, which is twice as large.
    float mirrored_light = 2.0 * seen * facing - dot(v, KEY);
    float alpha2 = square(square(roughness));
    float bottom = 1.0 - (0.5 + 0.5 * mirrored_light) * (1.0 - alpha2);
    float lobe = 0.096 * facing * alpha2 / (bottom * bottom);
    float f0 = 0.035 + 0.3 * metallic;
    // Light from behind grazes along the outline.
    float rim = square(min(abs(n.x) * 1.25, 1.0)) * edge4 * open * open;
    return KEY_LIGHT * (lobe * (f0 + 0.25 * edge4) * open)
        + vec3(0.26, 0.27, 0.30) * (subsurface * (1.1 - roughness) * rim);
}
"""

VERTEX = f"""
#version 330
uniform mat4 head_motion;
uniform mat4 view;
uniform mat4 projection;
uniform vec4 base_color;
uniform vec2 fade;
in vec3 in_position;
in vec3 in_normal;
in vec4 in_light;
in float in_share;
in vec4 in_color;
#ifdef TEXTURED
in vec2 in_uv;
BETWEEN out vec2 uv;
#endif
BETWEEN out vec4 color;
#ifdef BY_PIXEL
out vec4 surface;
#else
BETWEEN out vec3 gloss;
#endif
{LIGHT}
#ifndef EYE
in vec3 in_rest_normal;
uniform vec3 sky[9];

// Light on a matt surface that nothing shades; see `harmonics`.
vec3 unshaded(vec3 n) {{
    vec3 nn = n * n;
    vec3 light = 0.28209479 * sky[0];
    light += 0.48860251 * (n.y * sky[1] + n.z * sky[2] + n.x * sky[3]);
    light += 1.09254843 * (n.x * n.y * sky[4] + n.y * n.z * sky[5] + n.x * n.z * sky[7]);
    light += 0.31539157 * (3.0 * nn.z - 1.0) * sky[6] + 0.54627422 * (nn.x - nn.y) * sky[8];
    return max(light, 0.05);
}}
#endif

// The soft light on a vertex, which changes as its surface turns. A little more shade than there
// is: the eye reads form from it. Yet flesh lets some red through.
vec3 light_here(float openness) {{
    vec3 light = max(in_light.rgb, 0.0);
#ifndef EYE
    light *= clamp(unshaded(in_normal) / unshaded(in_rest_normal), 0.4, 1.8);
#endif
    return light * (0.6 + 0.4 * openness) + (1.0 - openness) * vec3(0.055, 0.022, 0.016);
}}

void main() {{
    float openness = clamp(in_light.a, 0.0, 1.0);
    vec3 moved = mix(in_position, (head_motion * vec4(in_position, 1.0)).xyz, in_share);
    vec3 turned = mat3(view) * mix(in_normal, mat3(head_motion) * in_normal, in_share);
    vec4 seen = view * vec4(moved, 1.0);
    color = base_color * in_color;
    color.rgb *= light_here(openness) * (1.0 - 0.7 * metallic);
    color.a *= clamp((moved.y - fade.x) * fade.y, 0.0, 1.0);
#ifdef BY_PIXEL
    surface = vec4(turned, openness);
#else
    gloss = gloss_of(normalize(turned), normalize(-seen.xyz), openness);
#endif
#ifdef TEXTURED
    uv = in_uv;
#endif
    gl_Position = projection * seen;
}}
"""

FRAGMENT = f"""
#version 330
uniform vec4 ray;
uniform float wet;
BETWEEN in vec4 color;
#ifdef BY_PIXEL
in vec4 surface;
{LIGHT}
#else
BETWEEN in vec3 gloss;
#endif
#ifdef TEXTURED
uniform sampler2D picture;
BETWEEN in vec2 uv;
#endif
out vec4 result;

#ifdef WET
// What a smooth, wet surface mirrors: a soft box, as a photographer would set it.
float soft_box(vec3 mirrored, vec3 towards, vec3 side, vec3 up, vec2 size) {{
    float front = dot(mirrored, towards);
    vec2 at = abs(vec2(dot(mirrored, side), dot(mirrored, up)));
    vec2 edge = clamp((size * front - at) * 14.0, 0.0, 1.0);
    return edge.x * edge.y;
}}
#endif

// The display's curve (sRGB) with a film's soft shoulder above 0.6, as a quotient of two squares
// fitted to it: within 5 % between 0.01 and 1, with one division for all three colours.
vec3 developed(vec3 light) {{
    vec3 x = max(light, 0.0);
    vec3 above = x * (941.3 * x + 29.2);
    vec3 below = x * (822.8 * x + 259.8) + 1.0;
    vec3 others = below.yxx * below.zzy;
    return above * others / (below.x * others.x);
}}

void main() {{
    vec4 base = color;
#ifdef TEXTURED
    vec4 root = texture(picture, uv);
    base *= vec4(root.rgb * root.rgb, root.a);
#endif
    float alpha = base.a;
#ifdef BY_PIXEL
    vec3 n = normalize(surface.xyz);
#ifdef TWO_SIDED
    if (!gl_FrontFacing) n = -n;
#endif
    vec2 aside = gl_FragCoord.xy * ray.xy + ray.zw;
    float away = dot(aside, aside);
    // The lens is long: two terms of the root's series are enough.
    vec3 v = vec3(aside, 1.0) * (1.0 - away * (0.5 - 0.375 * away));
    float open = surface.w;
#ifdef WET
    // The white of an eye lies in the shade of lids and lashes that no mesh shows.
    base.rgb *= 1.0 - wet * (0.38 - 0.2 * open);
#endif
    vec3 light = base.rgb + gloss_of(n, v, open);
#ifdef WET
    vec3 mirrored = 2.0 * dot(n, v) * n - v;
    float boxes = soft_box(mirrored, vec3(-0.449, 0.419, 0.789), vec3(0.869, 0.0, 0.495),
        vec3(0.207, 0.908, -0.364), vec2(0.24, 0.30));
    boxes += 0.22 * soft_box(mirrored, vec3(0.751, 0.100, 0.651), vec3(0.655, 0.0, -0.756),
        vec3(-0.076, 0.995, -0.065), vec2(0.12, 0.45));
    float glint = wet * boxes * min(1.0, open * 1.6);
    light += vec3(1.5, 1.48, 1.44) * glint;
    alpha = min(1.0, alpha + glint);
#endif
#else
    vec3 light = base.rgb + gloss;
#endif
    result = vec4(developed(light) * alpha, alpha);
}}
"""

FULL_VERTEX = """
#version 330
void main() {
    gl_Position = vec4(gl_VertexID == 1 ? 3.0 : -1.0, gl_VertexID == 2 ? 3.0 : -1.0, 0.0, 1.0);
}
"""
"""One triangle over all of the picture."""

_OVER_WALL = """
uniform sampler2D drawn;
uniform sampler2D wall;
uniform vec2 texel;
// The head is drawn larger than it is shown: a look between its pixels is their mean.
vec3 shown(vec2 at) {
    vec4 head = textureLod(drawn, at * texel, 0.0);
    vec4 behind = texelFetch(wall, ivec2(at), 0);
    return mix(head.rgb + (1.0 - head.a) * behind.rgb, behind.rgb, behind.a);
}
"""

COLOUR_FRAGMENT = f"""
#version 330
out vec4 result;
{_OVER_WALL}
void main() {{ result = vec4(shown(gl_FragCoord.xy), 1.0); }}
"""

# ITU-R BT.709, limited range: 16 to 235 for luma, 16 to 240 for chroma. Each pixel here is four of
# the picture: their luma, the upper two first, and their chroma, of which a video holds one.
VIDEO_FRAGMENT = """
#version 330
uniform sampler2D drawn;
uniform vec2 texel;
uniform sampler2D wall_luma;
uniform sampler2D wall_chroma;
#ifdef CAPTIONED
uniform sampler2D caption;
#endif
layout(location = 0) out vec4 luma;
layout(location = 1) out vec2 chroma;
vec4 look(vec2 corner) { return textureLod(drawn, (2.0 * gl_FragCoord.xy + corner) * texel, 0.0); }
void main() {
    vec4 a = look(vec2(-0.5, 0.5)), b = look(vec2(0.5, 0.5));
    vec4 c = look(vec2(-0.5, -0.5)), d = look(vec2(0.5, -0.5));
    vec4 behind = texelFetch(wall_luma, ivec2(gl_FragCoord.xy), 0);
    vec4 cover = vec4(a.a, b.a, c.a, d.a);
    vec4 light = 0.2126 * vec4(a.r, b.r, c.r, d.r) + 0.7152 * vec4(a.g, b.g, c.g, d.g)
        + 0.0722 * vec4(a.b, b.b, c.b, d.b);
    vec4 mean = 0.25 * (a + b + c + d);
    float gray = dot(light, vec4(0.25));
    vec2 away = vec2(mean.b - gray, mean.r - gray) / vec2(1.8556, 1.5748);
    luma = (16.0 * cover + 219.0 * light) / 255.0 + (1.0 - cover) * behind;
    vec2 far = texelFetch(wall_chroma, ivec2(gl_FragCoord.xy), 0).rg;
    chroma = (128.0 * mean.a + 224.0 * away) / 255.0 + (1.0 - mean.a) * far;
#ifdef CAPTIONED
    vec4 front = texelFetch(caption, ivec2(gl_FragCoord.xy), 0);
    luma = mix(luma, behind, front);
    chroma = mix(chroma, far, dot(front, vec4(0.25)));
#endif
}
"""


def variant(source: str, *words: str) -> str:
    """Return a shader with some of its conditional parts switched on."""
    head, rest = source.split("#version 330\n", 1)
    # Between the corners of small triangles, perspective is not worth its division.
    between = "" if "BY_PIXEL" in words else "noperspective"
    defined = "".join(f"#define {word}\n" for word in (*words, f"BETWEEN {between}"))
    return head + "#version 330\n" + defined + rest
