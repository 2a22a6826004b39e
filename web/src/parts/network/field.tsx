// The map of a large network. While it moves, only its weightiest ties are drawn; at rest, all that can be seen; from
// near, each account in its shape and with its name.

import { useEffect, useMemo, useRef } from "react";
import { colour, onThemeChange } from "../../app/theme";
import { harmlessText } from "../harmless";
import { layerColour } from "./layers";
import type { MapProps } from "./map-props";
import { KINDS, type Network, REACHED } from "./network";
import {
  drawingOrder,
  drawPicture,
  mixed,
  nearest,
  type Palette,
  packed,
  type Scene,
  type View,
  wholeView,
} from "./raster";

/** How much of the picture ties may cover: lines lie over each other, so it is less than it sounds. */
const INK_MOVING = 0.25;
const INK_AT_REST = 0.9;
const SHAPES_MOVING = 700;
const SHAPES_AT_REST = 1_500;
const NAMES = 120;
const REST_MS = 180;
const CLICK_PX = 4;
const FURTHEST = 40;

export default function Field(props: MapProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const painter = useRef<Painter | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const { network, shown, current, selected, found } = props;
  const order = useMemo(() => drawingOrder(network), [network]);
  const foundColumn = useMemo(
    () => (found === null ? null : Uint8Array.from(network.ids, (id) => (found.has(id) ? 1 : 0))),
    [network, found],
  );

  useEffect(() => {
    const element = canvas.current;
    if (element === null) {
      return;
    }
    const made = new Painter(element, () => latest.current);
    painter.current = made;
    const stop = onThemeChange(() => made.recolour());
    return () => {
      stop();
      made.stop();
      painter.current = null;
    };
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: whatever of these changes is drawn anew
  useEffect(() => {
    painter.current?.show({ network, shown, order, found: foundColumn });
  }, [network, shown, order, foundColumn, current, selected]);

  useEffect(() => {
    if (current !== null) {
      painter.current?.bringNear(current);
    }
  }, [current]);

  return (
    <div className="map">
      {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: a canvas without a tabindex takes no focus */}
      <canvas ref={canvas} className="map-canvas" aria-hidden="true" />
      <div className="map-zoom">
        <button type="button" className="button small" aria-label="Zoom in" onClick={() => painter.current?.zoom(1.6)}>
          +
        </button>
        <button
          type="button"
          className="button small"
          aria-label="Zoom out"
          onClick={() => painter.current?.zoom(1 / 1.6)}
        >
          −
        </button>
        <button type="button" className="button small" onClick={() => painter.current?.showAll()}>
          All
        </button>
      </div>
    </div>
  );
}

/** Holds what is seen and draws it; knows nothing of React. */
class Painter {
  private readonly context: CanvasRenderingContext2D;
  private scene: Scene | undefined;
  private view: View | undefined;
  private palette: Palette | undefined;
  private image: ImageData | undefined;
  private frame = 0;
  private rest: ReturnType<typeof setTimeout> | undefined;
  private isMoving = false;
  /** Nobody has moved it: however large the canvas becomes, all of the network is seen. */
  private isWhole = true;
  private readonly resized: ResizeObserver;
  private readonly listening = new AbortController();
  private drag: { x: number; y: number; moved: number } | undefined;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly props: () => MapProps,
  ) {
    const context = canvas.getContext("2d", { alpha: false });
    if (context === null) {
      throw new Error("this browser has no canvas");
    }
    this.context = context;
    this.resized = new ResizeObserver(() => this.resize());
    this.resized.observe(canvas);
    const { signal } = this.listening;
    canvas.addEventListener("wheel", (event) => this.onWheel(event), { passive: false, signal });
    canvas.addEventListener("pointerdown", (event) => this.onDown(event), { signal });
    canvas.addEventListener("pointermove", (event) => this.onMove(event), { signal });
    canvas.addEventListener("pointerup", (event) => this.onUp(event), { signal });
    canvas.addEventListener(
      "pointercancel",
      () => {
        this.drag = undefined;
      },
      { signal },
    );
  }

  stop(): void {
    cancelAnimationFrame(this.frame);
    clearTimeout(this.rest);
    this.resized.disconnect();
    this.listening.abort();
  }

  show(scene: Scene): void {
    if (scene.network.nodes !== this.scene?.network.nodes) {
      this.view = undefined;
      this.isWhole = true;
    }
    this.scene = scene;
    this.draw();
  }

  recolour(): void {
    this.palette = undefined;
    this.draw();
  }

  showAll(): void {
    this.view = undefined;
    this.isWhole = true;
    this.draw();
  }

  zoom(by: number, at = { x: this.canvas.width / 2, y: this.canvas.height / 2 }): void {
    const { scene, view } = this;
    if (scene === undefined || view === undefined) {
      return;
    }
    const whole = wholeView(scene.network, this.canvas.width, this.canvas.height).scale;
    const scale = Math.min(whole * 4_000, Math.max(whole / 4, view.scale * by));
    const [dx, dy] = [at.x - this.canvas.width / 2, at.y - this.canvas.height / 2];
    // What is under the pointer stays there.
    this.view = {
      x: view.x + dx / view.scale - dx / scale,
      y: view.y + dy / view.scale - dy / scale,
      scale,
    };
    this.move();
  }

  bringNear(account: string): void {
    const node = this.scene?.network.indexOf(account);
    if (this.scene === undefined || this.view === undefined || node === undefined) {
      return;
    }
    const { network } = this.scene;
    const { x, y } = this.toScreen(network, node, this.view);
    if (x < FURTHEST || y < FURTHEST || x > this.canvas.width - FURTHEST || y > this.canvas.height - FURTHEST) {
      this.view = { ...this.view, x: network.x[node] as number, y: network.y[node] as number };
      this.isWhole = false;
      this.draw();
    }
  }

  private resize(): void {
    const ratio = Math.min(window.devicePixelRatio || 1, 1.5);
    const { width, height } = this.canvas.getBoundingClientRect();
    this.canvas.width = Math.max(1, Math.round(width * ratio));
    this.canvas.height = Math.max(1, Math.round(height * ratio));
    this.image = undefined;
    if (this.isWhole) {
      this.view = undefined;
    }
    this.draw();
  }

  private move(): void {
    this.isMoving = true;
    this.isWhole = false;
    clearTimeout(this.rest);
    this.rest = setTimeout(() => {
      this.isMoving = false;
      this.draw();
    }, REST_MS);
    this.draw();
  }

  private draw(): void {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.drawNow());
  }

  private drawNow(): void {
    const { scene, canvas } = this;
    if (scene === undefined || canvas.width <= 1) {
      return;
    }
    this.view ??= wholeView(scene.network, canvas.width, canvas.height);
    this.palette ??= readPalette(scene.network, this.context);
    this.image ??= this.context.createImageData(canvas.width, canvas.height);
    const picture = {
      pixels: new Uint32Array(this.image.data.buffer),
      width: canvas.width,
      height: canvas.height,
    };
    const [ink, shapes] = this.isMoving ? [INK_MOVING, SHAPES_MOVING] : [INK_AT_REST, SHAPES_AT_REST];
    const near = drawPicture(picture, scene, this.view, this.palette, ink, shapes);
    this.context.putImageData(this.image, 0, 0);
    if (near !== null) {
      this.drawShapes(scene, this.view, near);
    }
    this.drawPicked(scene, this.view);
  }

  private drawShapes(scene: Scene, view: View, near: number[]): void {
    const { network, found } = scene;
    const line = colour("line-strong");
    const size = near.length > 400 ? 4 : 6;
    const colours = KINDS.map((kind) => colour(kind));
    for (const node of near) {
      const isDim = (found !== null && found[node] !== 1) || ((network.flags[node] as number) & 2) !== 0;
      const { x, y } = this.toScreen(network, node, view);
      const kind = network.kind[node] as number;
      shape(this.context, kind, x, y, kind === REACHED ? size * 0.6 : size, isDim ? line : (colours[kind] ?? line));
    }
    if (near.length <= NAMES) {
      for (const node of near) {
        this.name(scene.network, node, view);
      }
    }
  }

  private drawPicked(scene: Scene, view: View): void {
    const { current, selected } = this.props();
    const picked = new Set(selected);
    if (current !== null) {
      picked.add(current);
    }
    this.context.strokeStyle = colour("ink");
    this.context.lineWidth = 2;
    for (const account of [...picked].slice(0, 500)) {
      const node = scene.network.indexOf(account);
      if (node === undefined || scene.shown.nodes[node] !== 1) {
        continue;
      }
      const { x, y } = this.toScreen(scene.network, node, view);
      const kind = scene.network.kind[node] as number;
      shape(this.context, kind, x, y, 6, colour(KINDS[kind] ?? "reached"));
      this.context.beginPath();
      this.context.arc(x, y, 10, 0, Math.PI * 2);
      this.context.stroke();
      this.name(scene.network, node, view);
    }
  }

  private name(network: Network, node: number, view: View): void {
    const { x, y } = this.toScreen(network, node, view);
    this.context.font = "12px ui-sans-serif, system-ui, 'Noto Sans', sans-serif";
    this.context.lineJoin = "round";
    this.context.lineWidth = 3;
    this.context.strokeStyle = colour("raised");
    this.context.fillStyle = colour("ink");
    const words = harmlessText(network.ids[node] ?? "", 32);
    this.context.strokeText(words, x + 9, y + 4);
    this.context.fillText(words, x + 9, y + 4);
    this.context.strokeStyle = colour("ink");
    this.context.lineWidth = 2;
  }

  private toScreen(network: Network, node: number, view: View): { x: number; y: number } {
    return {
      x: ((network.x[node] as number) - view.x) * view.scale + this.canvas.width / 2,
      y: ((network.y[node] as number) - view.y) * view.scale + this.canvas.height / 2,
    };
  }

  private place(event: MouseEvent): { x: number; y: number } {
    const box = this.canvas.getBoundingClientRect();
    const ratio = this.canvas.width / box.width;
    return { x: (event.clientX - box.left) * ratio, y: (event.clientY - box.top) * ratio };
  }

  private onWheel(event: WheelEvent): void {
    event.preventDefault();
    this.zoom(Math.exp(-Math.max(-200, Math.min(200, event.deltaY)) / 300), this.place(event));
  }

  private onDown(event: PointerEvent): void {
    if (event.button === 0) {
      this.canvas.setPointerCapture(event.pointerId);
      this.drag = { ...this.place(event), moved: 0 };
    }
  }

  private onMove(event: PointerEvent): void {
    const { drag, view } = this;
    if (drag === undefined || view === undefined) {
      return;
    }
    const { x, y } = this.place(event);
    this.drag = { x, y, moved: drag.moved + Math.abs(x - drag.x) + Math.abs(y - drag.y) };
    this.view = { ...view, x: view.x - (x - drag.x) / view.scale, y: view.y - (y - drag.y) / view.scale };
    this.move();
  }

  private onUp(event: PointerEvent): void {
    const { drag, scene, view } = this;
    this.drag = undefined;
    if (drag === undefined || drag.moved > CLICK_PX || scene === undefined || view === undefined) {
      return;
    }
    const node = nearest(scene, view, this.canvas, this.place(event), 10);
    const account = node === null ? null : (scene.network.ids[node] ?? null);
    const { onOpen, onToggle } = this.props();
    if (account !== null && (event.shiftKey || event.ctrlKey || event.metaKey)) {
      onToggle(account);
    } else {
      onOpen(account);
    }
  }
}

function shape(
  context: CanvasRenderingContext2D,
  kind: number,
  x: number,
  y: number,
  size: number,
  fill: string,
): void {
  context.fillStyle = fill;
  context.beginPath();
  if (kind === 1) {
    const far = size * 1.25;
    context.moveTo(x, y - far);
    context.lineTo(x + far, y);
    context.lineTo(x, y + far);
    context.lineTo(x - far, y);
    context.closePath();
  } else if (kind === REACHED) {
    context.rect(x - size, y - size, size * 2, size * 2);
  } else {
    context.arc(x, y, size, 0, Math.PI * 2);
    if (kind === 2) {
      context.arc(x, y, size * 0.5, 0, Math.PI * 2, true);
    }
  }
  context.fill();
}

function readPalette(network: Network, context: CanvasRenderingContext2D): Palette {
  // A stylesheet may write a colour in many ways; what a canvas says back is always #rrggbb.
  const read = (name: string) => {
    context.fillStyle = colour(name);
    return packed(String(context.fillStyle));
  };
  const paper = read("raised");
  return {
    paper,
    faint: read("line"),
    several: mixed(read("line-strong"), paper, 0.6),
    layers: network.layers.map((_layer, index) => mixed(read(layerColour(index)), paper, 0.45)),
    kinds: KINDS.map(read),
  };
}
