// Draws each kind of account in its own shape, so that colour is never the only sign: a disc, a diamond, a ring, a
// square. One program draws them all, as distances to a border.

import { NodeProgram } from "sigma/rendering";
import type { NodeDisplayData, RenderParams } from "sigma/types";
import { floatColor } from "sigma/utils";

const VERTEX = /*glsl*/ `
attribute vec4 a_id;
attribute vec4 a_color;
attribute vec2 a_position;
attribute float a_size;
// The place of its kind in KINDS.
attribute float a_shape;
attribute float a_angle;
uniform mat3 u_matrix;
uniform float u_sizeRatio;
uniform float u_correctionRatio;
varying vec4 v_color;
varying vec2 v_diff;
varying float v_radius;
varying float v_shape;
const float bias = 255.0 / 254.0;
void main() {
  float size = a_size * u_correctionRatio / u_sizeRatio * 4.0;
  vec2 diff = size * vec2(cos(a_angle), sin(a_angle));
  gl_Position = vec4((u_matrix * vec3(a_position + diff, 1)).xy, 0, 1);
  v_diff = diff;
  v_radius = size / 2.0;
  v_shape = a_shape;
  #ifdef PICKING_MODE
  v_color = a_id;
  #else
  v_color = a_color;
  #endif
  v_color.a *= bias;
}
`;

const FRAGMENT = /*glsl*/ `
precision highp float;
varying vec4 v_color;
varying vec2 v_diff;
varying float v_radius;
varying float v_shape;
uniform float u_correctionRatio;
const vec4 nothing = vec4(0.0);
void main(void) {
  float border = u_correctionRatio * 1.6;
  vec2 away = abs(v_diff);
  float outside;
  float hollow = 0.0;
  if (v_shape < 0.5) {
    outside = length(v_diff) - v_radius;
  } else if (v_shape < 1.5) {
    outside = (away.x + away.y) - v_radius * 1.18;
  } else if (v_shape < 2.5) {
    outside = length(v_diff) - v_radius;
    hollow = v_radius * 0.52;
  } else {
    outside = max(away.x, away.y) - v_radius * 0.74;
  }
  #ifdef PICKING_MODE
  gl_FragColor = outside > 0.0 ? nothing : v_color;
  #else
  float seen = 1.0 - smoothstep(-border, 0.0, outside);
  if (hollow > 0.0) {
    seen *= smoothstep(hollow - border, hollow, length(v_diff));
  }
  gl_FragColor = mix(nothing, v_color, seen);
  #endif
}
`;

const UNIFORMS = ["u_sizeRatio", "u_correctionRatio", "u_matrix"] as const;
type Uniform = (typeof UNIFORMS)[number];

export class ShapeProgram extends NodeProgram<Uniform> {
  getDefinition() {
    const { FLOAT, UNSIGNED_BYTE, TRIANGLES } = WebGLRenderingContext;
    const third = (2 * Math.PI) / 3;
    return {
      VERTICES: 3,
      VERTEX_SHADER_SOURCE: VERTEX,
      FRAGMENT_SHADER_SOURCE: FRAGMENT,
      METHOD: TRIANGLES as 4,
      UNIFORMS,
      ATTRIBUTES: [
        { name: "a_position", size: 2, type: FLOAT },
        { name: "a_size", size: 1, type: FLOAT },
        { name: "a_shape", size: 1, type: FLOAT },
        { name: "a_color", size: 4, type: UNSIGNED_BYTE, normalized: true },
        { name: "a_id", size: 4, type: UNSIGNED_BYTE, normalized: true },
      ],
      CONSTANT_ATTRIBUTES: [{ name: "a_angle", size: 1, type: FLOAT }],
      CONSTANT_DATA: [[0], [third], [2 * third]],
    };
  }

  processVisibleItem(index: number, start: number, data: NodeDisplayData & { shape?: number }) {
    const { array } = this;
    array[start] = data.x;
    array[start + 1] = data.y;
    array[start + 2] = data.size;
    array[start + 3] = data.shape ?? 0;
    array[start + 4] = floatColor(data.color);
    array[start + 5] = index;
  }

  setUniforms(
    params: RenderParams,
    { gl, uniformLocations }: { gl: WebGLRenderingContext; uniformLocations: Record<Uniform, WebGLUniformLocation> },
  ) {
    gl.uniform1f(uniformLocations.u_correctionRatio, params.correctionRatio);
    gl.uniform1f(uniformLocations.u_sizeRatio, params.sizeRatio);
    gl.uniformMatrix3fv(uniformLocations.u_matrix, false, params.matrix);
  }
}
