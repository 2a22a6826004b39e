// The map itself, drawn with WebGL. It is a picture: everything in it is in the table beside it too, which is what
// people who do not see it, or do not use a mouse, work with.

import Graph from "graphology";
import { useEffect, useRef, useState } from "react";
import Sigma from "sigma";
import type { NodeHoverDrawingFunction, NodeLabelDrawingFunction } from "sigma/rendering";
import type { EdgeDisplayData, NodeDisplayData } from "sigma/types";
import type { NetworkMap } from "../../api/types";
import { colour, onThemeChange } from "../../app/theme";
import { harmlessText } from "../harmless";
import type { Shown } from "./filter";
import { layerColour } from "./layers";
import { SHAPES, ShapeProgram } from "./shapes";

interface Props {
  map: NetworkMap;
  shown: Shown;
  /** The account whose card is open. */
  current: string | null;
  selected: ReadonlySet<string>;
  /** Accounts that fit the search; null when nothing is searched for. */
  found: ReadonlySet<string> | null;
  onOpen: (account: string | null) => void;
  onToggle: (account: string) => void;
}

interface Look {
  paper: string;
  ink: string;
  muted: string;
  line: string;
  kinds: Record<string, string>;
  layers: (layer: string) => string;
}

/** Beyond so many ties, they are left out while the map moves. */
const MANY_TIES = 15_000;
const LONGEST_LABEL = 32;

export default function Canvas(props: Props) {
  const place = useRef<HTMLDivElement>(null);
  const sigma = useRef<Sigma | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const [failed, setFailed] = useState(false);
  const { map, shown, current, selected, found } = props;

  useEffect(() => {
    const container = place.current;
    if (container === null) {
      return;
    }
    let look = readLook(map.layers);
    let renderer: Sigma;
    try {
      renderer = draw(
        container,
        map,
        () => latest.current,
        () => look,
      );
    } catch {
      setFailed(true);
      return;
    }
    sigma.current = renderer;
    const stop = onThemeChange(() => {
      look = readLook(map.layers);
      renderer.setSetting("labelColor", { color: look.ink });
      renderer.refresh();
    });
    return () => {
      stop();
      renderer.kill();
      sigma.current = null;
    };
  }, [map]);

  useEffect(() => {
    const renderer = sigma.current;
    if (renderer !== null) {
      putTies(renderer.getGraph(), shown, map);
      renderer.refresh();
    }
  }, [map, shown]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: these are what the drawing reads
  useEffect(() => {
    sigma.current?.refresh({ skipIndexation: true });
  }, [current, selected, found]);

  useEffect(() => {
    const renderer = sigma.current;
    if (renderer !== null && current !== null) {
      showNear(renderer, current);
    }
  }, [current]);

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

function draw(container: HTMLElement, map: NetworkMap, props: () => Props, look: () => Look): Sigma {
  const graph = new Graph({ type: "undirected", multi: false, allowSelfLoops: false });
  const scale = map.nodes.length > 5_000 ? 0.45 : map.nodes.length > 600 ? 0.7 : 1;
  for (const [index, node] of map.nodes.entries()) {
    const size = node.kind === "reached" ? 3.4 : Math.min(13, 6.5 + Math.sqrt(node.degree) * 1.1);
    graph.addNode(String(index), {
      x: node.x,
      y: node.y,
      size: size * scale,
      shape: SHAPES[node.kind] ?? 0,
      account: node.id,
      label: harmlessText(node.id, LONGEST_LABEL),
    });
  }
  putTies(graph, props().shown, map);
  const idOf = (index: string) => map.nodes[Number(index)]?.id ?? "";
  const ties = graph.size;
  const renderer = new Sigma(graph, container, {
    defaultNodeType: "shape",
    nodeProgramClasses: { shape: ShapeProgram },
    labelFont: "ui-sans-serif, system-ui, 'Noto Sans', sans-serif",
    labelSize: 12,
    labelColor: { color: look().ink },
    labelRenderedSizeThreshold: map.nodes.length > 400 ? 9 : 5,
    labelDensity: 0.6,
    stagePadding: 36,
    minCameraRatio: 0.004,
    maxCameraRatio: 4,
    hideEdgesOnMove: ties > MANY_TIES,
    hideLabelsOnMove: ties > MANY_TIES,
    zIndex: true,
    allowInvalidContainer: true,
    defaultDrawNodeLabel: labelWith(look),
    defaultDrawNodeHover: hoverWith(look),
    nodeReducer: (key, data) => nodeLook(Number(key), data, map, props(), look()),
    edgeReducer: (_key, data) => edgeLook(data, map, props(), look()),
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

function putTies(graph: Graph, shown: Shown, map: NetworkMap): void {
  graph.clearEdges();
  const many = shown.ties.length > MANY_TIES;
  for (const tie of shown.ties) {
    if (tie.a !== tie.b && map.nodes[tie.a] !== undefined) {
      graph.mergeEdge(String(tie.a), String(tie.b), {
        layers: tie.layers,
        // Whom a network reached is many and matters less than what ties it together: those ties stay behind.
        isAside: map.nodes[tie.a]?.kind === "reached" || map.nodes[tie.b]?.kind === "reached",
        size: many ? 0.4 : Math.min(5, 1 + tie.weight * 0.35),
      });
    }
  }
}

function nodeLook(
  index: number,
  data: Record<string, unknown>,
  map: NetworkMap,
  props: Props,
  look: Look,
): Partial<NodeDisplayData> {
  const node = map.nodes[index];
  if (node === undefined || !props.shown.nodes.has(index)) {
    return { ...data, hidden: true };
  }
  const isPicked = props.selected.has(node.id);
  const isCurrent = props.current === node.id;
  const isFaded = (props.found !== null && !props.found.has(node.id)) || node.excluded;
  return {
    ...data,
    hidden: false,
    color: isFaded && !isCurrent && !isPicked ? look.line : (look.kinds[node.kind] ?? look.muted),
    size: (data.size as number) * (isCurrent ? 1.45 : isPicked ? 1.25 : 1),
    highlighted: isPicked || isCurrent,
    forceLabel: isPicked || isCurrent || (props.found?.has(node.id) === true && props.found.size < 30),
    label: node.kind === "reached" && !isCurrent && map.nodes.length > 60 ? null : (data.label as string),
    zIndex: isCurrent ? 3 : node.kind === "reached" ? 0 : isFaded ? 1 : 2,
  };
}

function edgeLook(data: Record<string, unknown>, map: NetworkMap, props: Props, look: Look): Partial<EdgeDisplayData> {
  const layers = data.layers as string[];
  const first = layers[0];
  if (data["isAside"] === true) {
    return { ...data, color: look.line, size: 0.7, zIndex: 0 };
  }
  const isDim = props.found !== null;
  return {
    ...data,
    zIndex: 1,
    color: isDim
      ? look.line
      : layers.length === 1 && first !== undefined && map.layers.length > 1
        ? look.layers(first)
        : look.layers(""),
  };
}

function showNear(renderer: Sigma, account: string): void {
  const graph = renderer.getGraph();
  const key = graph.findNode((_key, data) => data.account === account);
  const at = key === undefined ? undefined : renderer.getNodeDisplayData(key);
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
  const colours = new Map(layers.map((layer, index) => [layer, colour(layerColour(index))]));
  const several = colour("line-strong");
  return {
    paper: colour("paper"),
    ink: colour("ink"),
    muted: colour("reached"),
    line: colour("line"),
    kinds: {
      persona: colour("persona"),
      compromised: colour("compromised"),
      suspect: colour("suspect"),
      reached: colour("reached"),
    },
    layers: (layer) => colours.get(layer) ?? several,
  };
}
