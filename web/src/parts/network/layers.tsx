// The layers of a network: which are shown, and the colour each has on the map.

import { layer as layerWords, number } from "../words";

const COLOURS = 8;

/** The name of the colour that the layer at this place of the list has. */
export function layerColour(index: number): string {
  return `layer-${(index % COLOURS) + 1}`;
}

interface Props {
  layers: string[];
  /** How many ties of each. */
  counts: number[];
  hidden: ReadonlySet<string>;
  onChange: (hidden: ReadonlySet<string>) => void;
}

export function LayerSwitches({ layers, counts, hidden, onChange }: Props) {
  return (
    <fieldset className="layers">
      <legend>Ties by layer</legend>
      {layers.map((layer, index) => (
        <label key={layer} className="layer">
          <input
            type="checkbox"
            checked={!hidden.has(layer)}
            onChange={() => {
              const next = new Set(hidden);
              if (!next.delete(layer)) {
                next.add(layer);
              }
              onChange(next);
            }}
          />
          <svg width="18" height="4" aria-hidden="true">
            <rect width="18" height="4" rx="2" style={{ fill: `var(--${layerColour(index)})` }} />
          </svg>
          {layerWords(layer)}
          <span className="muted">{number(counts[index] ?? 0)}</span>
        </label>
      ))}
    </fieldset>
  );
}
