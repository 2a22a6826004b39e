// Writes a map in the columns that large ones come as.

const KINDS = ["persona", "compromised", "suspect", "reached"];

export function columnsOf(map) {
  const { nodes, edges, layers, shown, accounts, ties } = map;
  const text = new TextEncoder();
  const ids = nodes.map((node) => text.encode(node.id));
  let end = 0;
  const ends = ids.map((id) => {
    end += id.length;
    return end;
  });
  const seconds = (at) => (at ? Date.parse(at) / 1000 : 0);
  const parts = {
    x: Float32Array.from(nodes, (node) => node.x),
    y: Float32Array.from(nodes, (node) => node.y),
    kind: Uint8Array.from(nodes, (node) => KINDS.indexOf(node.kind)),
    flags: Uint8Array.from(nodes, (node) => (node.proposed ? 1 : 0) | (node.excluded ? 2 : 0)),
    probability: Uint8Array.from(nodes, (node) =>
      node.probability === null ? 255 : Math.round(node.probability * 254),
    ),
    degree: Uint32Array.from(nodes, (node) => node.degree),
    id_ends: Uint32Array.from(ends),
    ids: Buffer.concat(ids),
    a: Uint32Array.from(edges, (edge) => edge.a),
    b: Uint32Array.from(edges, (edge) => edge.b),
    layer: Uint8Array.from(edges, (edge) => layers.indexOf(edge.layer)),
    weight: Float32Array.from(edges, (edge) => edge.weight),
    objects: Uint32Array.from(edges, (edge) => edge.objects),
    first: Uint32Array.from(edges, (edge) => seconds(edge.first_at)),
    last: Uint32Array.from(edges, (edge) => seconds(edge.last_at)),
  };
  const columns = {};
  let length = 0;
  for (const [name, part] of Object.entries(parts)) {
    columns[name] = length;
    length += Math.ceil(part.byteLength / 4) * 4;
  }
  const head = JSON.stringify({
    nodes: nodes.length,
    edges: edges.length,
    layers,
    shown,
    accounts,
    ties,
    columns,
  });
  const padded = text.encode(head.padEnd(Math.ceil(head.length / 4) * 4));
  const bytes = Buffer.alloc(8 + padded.length + length);
  bytes.write("AVM1");
  bytes.writeUInt32LE(padded.length, 4);
  bytes.set(padded, 8);
  for (const [name, part] of Object.entries(parts)) {
    bytes.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), 8 + padded.length + columns[name]);
  }
  return bytes;
}
