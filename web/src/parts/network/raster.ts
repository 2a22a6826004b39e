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

/** The ties in the order in which they are worth drawing: within the network before those to people reached. */
export function drawingOrder(network: Network): Uint32Array {
  const rank = new Float32Array(network.edges);
  for (let edge = 0; edge < network.edges; edge += 1) {
    const isAside =
      network.kind[network.a[edge] as number] === REACHED || network.kind[network.b[edge] as number] === REACHED;
    rank[edge] = (network.weight[edge] as number) + (isAside ? 0 : 1e6);
  }
  const order = new Uint32Array(network.edges).map((_zero, index) => index);
  return order.sort((one, other) => (rank[other] as number) - (rank[one] as number));
}

export interface Scene {
  network: Network;
  shown: Shown;
  order: Uint32Array;
  /** One for each account that stands out; null when none does more than others. */
  found: Uint8Array | null;
}

/** Draws; gives the accounts in view when they are few enough to be drawn one by one, with shapes and names. */
export function drawPicture(
  picture: Picture,
  scene: Scene,
  view: View,
  palette: Palette,
  mostTies: number,
  mostShapes: number,
): number[] | null {
  picture.pixels.fill(palette.paper);
  drawTies(picture, scene, view, palette, mostTies);
  const near = inView(picture, scene, view, mostShapes);
  if (near === null) {
    drawDots(picture, scene, view, palette);
  }
  return near;
}

function drawTies(picture: Picture, scene: Scene, view: View, palette: Palette, most: number): void {
  const { network, shown, order } = scene;
  const { width, height } = picture;
  const [middleX, middleY] = [width / 2 - view.x * view.scale, height / 2 - view.y * view.scale];
  const chosen: number[] = [];
  for (const edge of order) {
    if (shown.edges[edge] !== 1) {
      continue;
    }
    const [a, b] = [network.a[edge] as number, network.b[edge] as number];
    const [ax, ay] = [(network.x[a] as number) * view.scale + middleX, (network.y[a] as number) * view.scale + middleY];
    const [bx, by] = [(network.x[b] as number) * view.scale + middleX, (network.y[b] as number) * view.scale + middleY];
    const isBeside =
      (ax < 0 && bx < 0) || (ay < 0 && by < 0) || (ax > width && bx > width) || (ay > height && by > height);
    // A tie shorter than a dot is under its dots.
    if (!isBeside && Math.abs(ax - bx) + Math.abs(ay - by) > 2) {
      chosen.push(edge);
      if (chosen.length >= most) {
        break;
      }
    }
  }
  // The weightiest last, so that they are on top.
  for (let index = chosen.length - 1; index >= 0; index -= 1) {
    const edge = chosen[index] as number;
    const [a, b] = [network.a[edge] as number, network.b[edge] as number];
    const isAside = network.kind[a] === REACHED || network.kind[b] === REACHED || scene.found !== null;
    line(
      picture,
      (network.x[a] as number) * view.scale + middleX,
      (network.y[a] as number) * view.scale + middleY,
      (network.x[b] as number) * view.scale + middleX,
      (network.y[b] as number) * view.scale + middleY,
      isAside ? palette.faint : (palette.layers[network.layer[edge] as number] ?? palette.several),
    );
  }
}

/** A line one pixel wide, cut to the picture. */
export function line(picture: Picture, ax: number, ay: number, bx: number, by: number, colour: number): void {
  const { pixels, width, height } = picture;
  const [dx, dy] = [bx - ax, by - ay];
  let [from, to] = [0, 1];
  for (const [away, room] of [
    [-dx, ax],
    [dx, width - 1 - ax],
    [-dy, ay],
    [dy, height - 1 - ay],
  ] as const) {
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
  let [x, y] = [ax + from * dx, ay + from * dy];
  const steps = Math.ceil(Math.max(Math.abs(dx), Math.abs(dy)) * (to - from));
  const [stepX, stepY] = steps === 0 ? [0, 0] : [((to - from) * dx) / steps, ((to - from) * dy) / steps];
  for (let step = 0; step <= steps; step += 1) {
    pixels[(y | 0) * width + (x | 0)] = colour;
    x += stepX;
    y += stepY;
  }
}

function inView(picture: Picture, scene: Scene, view: View, most: number): number[] | null {
  const { network, shown } = scene;
  const { width, height } = picture;
  const [middleX, middleY] = [width / 2 - view.x * view.scale, height / 2 - view.y * view.scale];
  const near: number[] = [];
  for (let node = 0; node < network.nodes; node += 1) {
    const x = (network.x[node] as number) * view.scale + middleX;
    const y = (network.y[node] as number) * view.scale + middleY;
    if (shown.nodes[node] === 1 && x > -20 && y > -20 && x < width + 20 && y < height + 20) {
      near.push(node);
      if (near.length > most) {
        return null;
      }
    }
  }
  return near;
}

function drawDots(picture: Picture, scene: Scene, view: View, palette: Palette): void {
  const { network, shown, found } = scene;
  const { pixels, width, height } = picture;
  const [middleX, middleY] = [width / 2 - view.x * view.scale, height / 2 - view.y * view.scale];
  // People reached first: members are drawn over them.
  for (const isReached of [true, false]) {
    for (let node = 0; node < network.nodes; node += 1) {
      const kind = network.kind[node] as number;
      if (shown.nodes[node] !== 1 || (kind === REACHED) !== isReached) {
        continue;
      }
      const x = ((network.x[node] as number) * view.scale + middleX) | 0;
      const y = ((network.y[node] as number) * view.scale + middleY) | 0;
      const isDim = (found !== null && found[node] !== 1) || ((network.flags[node] as number) & EXCLUDED) !== 0;
      const size = isDim ? 1 : isReached && found === null ? 1 : 3;
      if (x < 1 || y < 1 || x >= width - 2 || y >= height - 2) {
        continue;
      }
      const colour = isDim ? palette.faint : (palette.kinds[kind] as number);
      const half = size >> 1;
      for (let row = y - half; row <= y + half; row += 1) {
        for (let column = x - half; column <= x + half; column += 1) {
          pixels[row * width + column] = colour;
        }
      }
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
