// Draws a large network pixel by pixel. A graphics card does this better, but there is not always one; this takes the
// same few milliseconds everywhere, and is the same picture everywhere.

import type { Shown } from "./filter";
import { EXCLUDED, type Network, REACHED } from "./network";

/** What of the network's plane is seen: its middle, and how many pixels a unit of it is. */
export interface View {
  x: number;
  y: number;
  scale: number;
}

export interface Palette {
  paper: number;
  faint: number;
  several: number;
  /** By the network's layers. */
  layers: number[];
  /** By KINDS. */
  kinds: number[];
}

export interface Picture {
  pixels: Uint32Array;
  width: number;
  height: number;
}

/** "#rrggbb" as a canvas keeps it in memory. */
export function packed(colour: string): number {
  const value = Number.parseInt(colour.replace("#", ""), 16);
  return ((0xff << 24) | ((value & 0xff) << 16) | (value & 0xff00) | (value >>> 16)) >>> 0;
}

/** One colour laid thinly over another. */
export function mixed(over: number, under: number, share: number): number {
  let result = 0xff000000;
  for (const shift of [0, 8, 16]) {
    const [a, b] = [(over >>> shift) & 0xff, (under >>> shift) & 0xff];
    result |= Math.round(a * share + b * (1 - share)) << shift;
  }
  return result >>> 0;
}

/** The whole network, in a picture of this size. */
export function wholeView(network: Network, width: number, height: number): View {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let node = 0; node < network.nodes; node += 1) {
    const [x, y] = [network.x[node] as number, network.y[node] as number];
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  if (!(left <= right)) {
    return { x: 0, y: 0, scale: 1 };
  }
  const room = 0.94;
  const scale = room * Math.min(width / Math.max(right - left, 1e-9), height / Math.max(bottom - top, 1e-9));
  return { x: (left + right) / 2, y: (top + bottom) / 2, scale };
}

const STRENGTHS = 1024;
/** In a picture that ties may cover altogether. */
const MOST_TIES = 80_000;

/** The ties in the order in which they are worth drawing: within the network before those to people reached. */
export function drawingOrder(network: Network): Uint32Array {
  let heaviest = 1e-9;
  for (const weight of network.weight) {
    heaviest = Math.max(heaviest, weight);
  }
  const place = new Uint16Array(network.edges);
  const begins = new Uint32Array(2 * STRENGTHS + 1);
  for (let edge = 0; edge < network.edges; edge += 1) {
    const strength = Math.floor(((network.weight[edge] as number) / heaviest) * (STRENGTHS - 1));
    const at = STRENGTHS - 1 - Math.max(0, strength) + (isAside(network, edge) ? STRENGTHS : 0);
    place[edge] = at;
    begins[at + 1] = (begins[at + 1] as number) + 1;
  }
  for (let at = 1; at < begins.length; at += 1) {
    begins[at] = (begins[at] as number) + (begins[at - 1] as number);
  }
  const order = new Uint32Array(network.edges);
  for (let edge = 0; edge < network.edges; edge += 1) {
    const at = place[edge] as number;
    const next = begins[at] as number;
    order[next] = edge;
    begins[at] = next + 1;
  }
  return order;
}

function isAside(network: Network, edge: number): boolean {
  return network.kind[network.a[edge] as number] === REACHED || network.kind[network.b[edge] as number] === REACHED;
}

export interface Scene {
  network: Network;
  shown: Shown;
  order: Uint32Array;
  /** One for each account that stands out; null when none does more than others. */
  found: Uint8Array | null;
}

/** Where each account is in the picture. */
interface Places {
  x: Float32Array;
  y: Float32Array;
}

/**
 * Draws; gives the accounts in view when they are few enough to be drawn one by one, with shapes and names.
 *
 * Ties are drawn by weight until they have used so much ink, as a share of the picture: more would hide what there is
 * to see, and how long it takes is known beforehand.
 */
export function drawPicture(
  picture: Picture,
  scene: Scene,
  view: View,
  palette: Palette,
  mostInk: number,
  mostShapes: number,
): number[] | null {
  picture.pixels.fill(palette.paper);
  const places = placesOf(picture, scene.network, view);
  drawTies(picture, scene, places, palette, mostInk);
  const near = inView(picture, scene, places, mostShapes);
  if (near === null) {
    drawDots(picture, scene, places, palette);
  }
  return near;
}

function placesOf(picture: Picture, network: Network, view: View): Places {
  const x = new Float32Array(network.nodes);
  const y = new Float32Array(network.nodes);
  const middleX = picture.width / 2 - view.x * view.scale;
  const middleY = picture.height / 2 - view.y * view.scale;
  for (let node = 0; node < network.nodes; node += 1) {
    x[node] = (network.x[node] as number) * view.scale + middleX;
    y[node] = (network.y[node] as number) * view.scale + middleY;
  }
  return { x, y };
}

function drawTies(picture: Picture, scene: Scene, places: Places, palette: Palette, mostInk: number): void {
  const { network, shown, order } = scene;
  const { width, height } = picture;
  // Very many very short ties use little ink and much time.
  const chosen = new Uint32Array(Math.min(network.edges, Math.ceil(mostInk * MOST_TIES)));
  let many = 0;
  let ink = mostInk * width * height;
  for (let index = 0; index < order.length && ink > 0 && many < chosen.length; index += 1) {
    const edge = order[index] as number;
    if (shown.edges[edge] !== 1) {
      continue;
    }
    const a = network.a[edge] as number;
    const b = network.b[edge] as number;
    const ax = places.x[a] as number;
    const ay = places.y[a] as number;
    const bx = places.x[b] as number;
    const by = places.y[b] as number;
    const isBeside =
      (ax < 0 && bx < 0) || (ay < 0 && by < 0) || (ax > width && bx > width) || (ay > height && by > height);
    // A tie shorter than a dot is under its dots.
    const dx = Math.min(width, Math.abs(ax - bx));
    const dy = Math.min(height, Math.abs(ay - by));
    if (!isBeside && dx + dy > 2) {
      chosen[many] = edge;
      many += 1;
      ink -= Math.max(dx, dy);
    }
  }
  // The weightiest last, so that they are on top.
  for (let index = many - 1; index >= 0; index -= 1) {
    const edge = chosen[index] as number;
    const a = network.a[edge] as number;
    const b = network.b[edge] as number;
    const isFaint = scene.found !== null || isAside(network, edge);
    const colour = isFaint ? palette.faint : (palette.layers[network.layer[edge] as number] ?? palette.several);
    const [ax, ay] = [places.x[a] as number, places.y[a] as number];
    line(picture, ax, ay, places.x[b] as number, places.y[b] as number, colour);
  }
}

/** A line one pixel wide, cut to the picture. */
export function line(picture: Picture, ax: number, ay: number, bx: number, by: number, colour: number): void {
  const { pixels, width, height } = picture;
  const dx = bx - ax;
  const dy = by - ay;
  let from = 0;
  let to = 1;
  for (let side = 0; side < 4; side += 1) {
    const away = side === 0 ? -dx : side === 1 ? dx : side === 2 ? -dy : dy;
    const room = side === 0 ? ax : side === 1 ? width - 1 - ax : side === 2 ? ay : height - 1 - ay;
    if (away === 0) {
      if (room < 0) {
        return;
      }
    } else if (away < 0) {
      from = Math.max(from, room / away);
    } else {
      to = Math.min(to, room / away);
    }
  }
  if (from > to) {
    return;
  }
  const steps = Math.ceil(Math.max(Math.abs(dx), Math.abs(dy)) * (to - from));
  const stepX = steps === 0 ? 0 : ((to - from) * dx) / steps;
  const stepY = steps === 0 ? 0 : ((to - from) * dy) / steps;
  let x = ax + from * dx;
  let y = ay + from * dy;
  for (let step = 0; step <= steps; step += 1) {
    pixels[(y | 0) * width + (x | 0)] = colour;
    x += stepX;
    y += stepY;
  }
}

function inView(picture: Picture, scene: Scene, places: Places, most: number): number[] | null {
  const { width, height } = picture;
  const near: number[] = [];
  for (let node = 0; node < scene.network.nodes; node += 1) {
    const x = places.x[node] as number;
    const y = places.y[node] as number;
    if (scene.shown.nodes[node] === 1 && x > -20 && y > -20 && x < width + 20 && y < height + 20) {
      near.push(node);
      if (near.length > most) {
        return null;
      }
    }
  }
  return near;
}

function drawDots(picture: Picture, scene: Scene, places: Places, palette: Palette): void {
  const { network, shown, found } = scene;
  // People reached first: members are drawn over them, and what is found over everything.
  for (let layer = 0; layer < 3; layer += 1) {
    for (let node = 0; node < network.nodes; node += 1) {
      const kind = network.kind[node] as number;
      const isFound = found !== null && found[node] === 1;
      if (shown.nodes[node] !== 1 || layer !== (isFound ? 2 : kind === REACHED ? 0 : 1)) {
        continue;
      }
      const isDim = (found !== null && !isFound) || ((network.flags[node] as number) & EXCLUDED) !== 0;
      const size = isFound ? 4 : isDim || kind === REACHED ? 1 : 2;
      const colour = isDim ? palette.faint : (palette.kinds[kind] as number);
      dot(picture, (places.x[node] as number) | 0, (places.y[node] as number) | 0, size, colour);
    }
  }
}

function dot(picture: Picture, x: number, y: number, size: number, colour: number): void {
  const { pixels, width, height } = picture;
  if (x < 0 || y < 0 || x + size > width || y + size > height) {
    return;
  }
  for (let row = y; row < y + size; row += 1) {
    for (let column = x; column < x + size; column += 1) {
      pixels[row * width + column] = colour;
    }
  }
}

/** The account that is drawn nearest to a point, within so many pixels. */
export function nearest(
  scene: Scene,
  view: View,
  size: { width: number; height: number },
  at: { x: number; y: number },
  within: number,
): number | null {
  const { network, shown } = scene;
  const x = (at.x - size.width / 2) / view.scale + view.x;
  const y = (at.y - size.height / 2) / view.scale + view.y;
  let best: number | null = null;
  let closest = (within / view.scale) ** 2;
  for (let node = 0; node < network.nodes; node += 1) {
    if (shown.nodes[node] === 1) {
      const away = ((network.x[node] as number) - x) ** 2 + ((network.y[node] as number) - y) ** 2;
      // Of two in the same place, the one that is no bystander.
      const counted = network.kind[node] === REACHED ? away * 1.5 : away;
      if (counted < closest) {
        closest = counted;
        best = node;
      }
    }
  }
  return best;
}
