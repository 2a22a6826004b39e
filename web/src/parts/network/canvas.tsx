// The map itself, drawn with WebGL. It is a picture: everything in it is in the table beside it too, which is what
// people who do not see it, or do not use a mouse, work with.

import Graph from "graphology";
import { useEffect, useRef, useState } from "react";
import Sigma from "sigma";
import type { NodeHoverDrawingFunction, NodeLabelDrawingFunction } from "sigma/rendering";
import type { CameraState, EdgeDisplayData, NodeDisplayData } from "sigma/types";
import { colour, onThemeChange } from "../../app/theme";
import { harmlessText } from "../harmless";
import { type Shown, tiesOf } from "./filter";
import { layerColour } from "./layers";
import type { MapProps } from "./map-props";
import { EXCLUDED, KINDS, type Network, REACHED } from "./network";
import { ShapeProgram } from "./shapes";

interface Look {
  paper: string;
  ink: string;
  muted: string;
  line: string;
  several: string;
  /** By KINDS. */
  kinds: string[];
  /** By the network's layers. */
  layers: string[];
}

/** Beyond so many ties, they are left out while the map moves. */
const MANY_TIES = 15_000;
const LONGEST_LABEL = 32;

export default function Canvas(props: MapProps) {
  const place = useRef<HTMLDivElement>(null);
  const sigma = useRef<Sigma | null>(null);
  const camera = useRef<CameraState | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const [failed, setFailed] = useState(false);
  const { network, shown, current, selected, found } = props;

  useEffect(() => {
    const container = place.current;
    if (container === null) {
      return;
    }
    let look = readLook(network.layers);
    let renderer: Sigma;
    try {
      renderer = draw(
        container,
        network,
        () => latest.current,
        () => look,
      );
    } catch {
      setFailed(true);
      return;
    }
    // The same network read anew is seen from where it was.
    if (camera.current !== null) {
      renderer.getCamera().setState(camera.current);
    }
    sigma.current = renderer;
    const stop = onThemeChange(() => {
      look = readLook(network.layers);
      renderer.setSetting("labelColor", { color: look.ink });
      renderer.refresh();
    });
    return () => {
      stop();
      camera.current = renderer.getCamera().getState();
      renderer.kill();
      sigma.current = null;
    };
  }, [network]);

  useEffect(() => {
    const renderer = sigma.current;
    if (renderer !== null) {
      putTies(renderer.getGraph(), shown, network);
      renderer.refresh();
    }
  }, [network, shown]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: these are what the drawing reads
  useEffect(() => {
    sigma.current?.refresh({ skipIndexation: true });
  }, [current, selected, found]);

  useEffect(() => {
    const renderer = sigma.current;
    const node = current === null ? undefined : network.indexOf(current);
    if (renderer !== null && node !== undefined) {
      showNear(renderer, String(node));
    }
  }, [current, network]);

  if (failed) {
    return <p className="pad muted">This browser cannot draw the map (no WebGL). The table holds the same accounts.</p>;
  }
  const zoom = (act: "in" | "out" | "all") => {
    const camera = sigma.current?.getCamera();
    if (act === "in") {
      void camera?.animatedZoom({ duration: 150 });
    } else if (act === "out") {
      void camera?.animatedUnzoom({ duration: 150 });
    } else {
      void camera?.animatedReset({ duration: 150 });
    }
  };
  return (
    <div className="map">
      <div ref={place} className="map-canvas" aria-hidden="true" />
      <div className="map-zoom">
        <button type="button" className="button small" aria-label="Zoom in" onClick={() => zoom("in")}>
          +
        </button>
        <button type="button" className="button small" aria-label="Zoom out" onClick={() => zoom("out")}>
          −
        </button>
        <button type="button" className="button small" onClick={() => zoom("all")}>
          All
        </button>
      </div>
    </div>
  );
}

function draw(container: HTMLElement, network: Network, props: () => MapProps, look: () => Look): Sigma {
  const graph = new Graph({ type: "undirected", multi: false, allowSelfLoops: false });
  const scale = network.nodes > 600 ? 0.7 : 1;
  for (let node = 0; node < network.nodes; node += 1) {
    const kind = network.kind[node] as number;
    const size = kind === REACHED ? 3.4 : Math.min(13, 6.5 + Math.sqrt(network.degree[node] as number) * 1.1);
    graph.addNode(String(node), {
      x: network.x[node],
      y: network.y[node],
      size: size * scale,
      shape: kind,
      label: harmlessText(network.ids[node] ?? "", LONGEST_LABEL),
    });
  }
  putTies(graph, props().shown, network);
  const idOf = (key: string) => network.ids[Number(key)] ?? "";
  const renderer = new Sigma(graph, container, {
    defaultNodeType: "shape",
    nodeProgramClasses: { shape: ShapeProgram },
    labelFont: "ui-sans-serif, system-ui, 'Noto Sans', sans-serif",
    labelSize: 12,
    labelColor: { color: look().ink },
    labelRenderedSizeThreshold: network.nodes > 400 ? 9 : 5,
    labelDensity: 0.6,
    stagePadding: 36,
    minCameraRatio: 0.004,
    maxCameraRatio: 4,
    hideEdgesOnMove: graph.size > MANY_TIES,
    hideLabelsOnMove: graph.size > MANY_TIES,
    zIndex: true,
    allowInvalidContainer: true,
    defaultDrawNodeLabel: labelWith(look),
    defaultDrawNodeHover: hoverWith(look),
    nodeReducer: (key, data) => nodeLook(Number(key), data as NodeData, network, props(), look()),
    edgeReducer: (_key, data) => edgeLook(data as EdgeData, network, props(), look()),
  });
  renderer.on("clickNode", ({ node, event }) => {
    const mouse = event.original;
    if (mouse instanceof MouseEvent && (mouse.shiftKey || mouse.ctrlKey || mouse.metaKey)) {
      props().onToggle(idOf(node));
    } else {
      props().onOpen(idOf(node));
    }
  });
  renderer.on("clickStage", () => props().onOpen(null));
  renderer.on("enterNode", () => container.classList.add("over"));
  renderer.on("leaveNode", () => container.classList.remove("over"));
  return renderer;
}

interface NodeData {
  size: number;
  label: string;
}

interface EdgeData {
  layers: number[];
  isAside: boolean;
}

function putTies(graph: Graph, shown: Shown, network: Network): void {
  graph.clearEdges();
  const ties = tiesOf(network, shown.edges);
  const many = ties.length > MANY_TIES;
  for (const tie of ties) {
    if (tie.a !== tie.b) {
      graph.mergeEdge(String(tie.a), String(tie.b), {
        layers: tie.layers,
        // Whom a network reached is many and matters less than what ties it together: those ties stay behind.
        isAside: network.kind[tie.a] === REACHED || network.kind[tie.b] === REACHED,
        size: many ? 0.4 : Math.min(5, 1 + tie.weight * 0.35),
      });
    }
  }
}

function nodeLook(
  node: number,
  data: NodeData,
  network: Network,
  props: MapProps,
  look: Look,
): Partial<NodeDisplayData> {
  if (props.shown.nodes[node] !== 1) {
    return { ...data, hidden: true };
  }
  const id = network.ids[node] ?? "";
  const kind = network.kind[node] as number;
  const isPicked = props.selected.has(id);
  const isCurrent = props.current === id;
  const isFound = props.found?.has(id) === true;
  const isFaded = (props.found !== null && !isFound) || ((network.flags[node] as number) & EXCLUDED) !== 0;
  const isNameless = kind === REACHED && !isCurrent && !isFound && network.nodes > 60;
  return {
    ...data,
    hidden: false,
    color: isFaded && !isCurrent && !isPicked ? look.line : (look.kinds[kind] ?? look.muted),
    size: data.size * (isCurrent ? 1.45 : isPicked ? 1.25 : 1),
    highlighted: isPicked || isCurrent,
    forceLabel: isPicked || isCurrent || (isFound && (props.found?.size ?? 0) < 30),
    label: isNameless ? null : data.label,
    zIndex: isCurrent ? 3 : kind === REACHED ? 0 : isFaded ? 1 : 2,
  };
}

function edgeLook(data: EdgeData, network: Network, props: MapProps, look: Look): Partial<EdgeDisplayData> {
  if (data.isAside) {
    return { ...data, color: look.line, size: 0.7, zIndex: 0 };
  }
  const [first, second] = data.layers;
  const isOfOne = first !== undefined && second === undefined && network.layers.length > 1;
  return {
    ...data,
    zIndex: 1,
    color: props.found !== null ? look.line : isOfOne ? (look.layers[first] ?? look.several) : look.several,
  };
}

function showNear(renderer: Sigma, key: string): void {
  const at = renderer.getNodeDisplayData(key);
  if (at === undefined) {
    return;
  }
  // What is on the screen already is not moved under the person's hand.
  const seen = renderer.framedGraphToViewport(at);
  const { width, height } = renderer.getDimensions();
  if (seen.x < 20 || seen.y < 20 || seen.x > width - 20 || seen.y > height - 20) {
    void renderer.getCamera().animate({ x: at.x, y: at.y }, { duration: 250 });
  }
}

function labelWith(look: () => Look): NodeLabelDrawingFunction {
  return (context, data, settings) => {
    if (!data.label) {
      return;
    }
    context.font = `${settings.labelSize}px ${settings.labelFont}`;
    context.lineWidth = 3;
    context.lineJoin = "round";
    context.strokeStyle = look().paper;
    context.fillStyle = look().ink;
    const [x, y] = [data.x + data.size + 4, data.y + settings.labelSize / 3];
    context.strokeText(data.label, x, y);
    context.fillText(data.label, x, y);
  };
}

function hoverWith(look: () => Look): NodeHoverDrawingFunction {
  return (context, data, settings) => {
    context.beginPath();
    context.arc(data.x, data.y, data.size + 4, 0, Math.PI * 2);
    context.lineWidth = 2;
    context.strokeStyle = look().ink;
    context.stroke();
    labelWith(look)(context, data, settings);
  };
}

function readLook(layers: string[]): Look {
  return {
    paper: colour("raised"),
    ink: colour("ink"),
    muted: colour("reached"),
    line: colour("line"),
    several: colour("line-strong"),
    kinds: KINDS.map((kind) => colour(kind)),
    layers: layers.map((_layer, index) => colour(layerColour(index))),
  };
}
