// A worker that paints tiles of regions (see many.js), in the order in which they are asked for; those that are taken back are not painted.
const APART = 1; // px below which a point is not drawn beside the one before it
const SPECK = 2; // px: regions smaller than that are painted as their box
const EDGE = 4; // px of a line beyond its outline, at most
const WEIGHT = 1.25; // px of a line

let [shapes, look] = [null, null];
const wanted = new Map();
let busy = false;

onmessage = ({ data }) => {
  if (data.shapes) shapes = data.shapes;
  if (data.look) look = data.look;
  if (data.drop) wanted.delete(data.key);
  else if (data.key) wanted.set(data.key, data);
  if (!busy && wanted.size) {
    busy = true;
    setTimeout(next);
  }
};

// One tile at a time, so that what is taken back meanwhile is heard of
function next() {
  const [tile] = wanted.values();
  busy = wanted.size > 1;
  if (!tile) return;
  wanted.delete(tile.key);
  const bitmap = paint(tile);
  postMessage({ key: tile.key, bitmap }, bitmap ? [bitmap] : []);
  if (busy) setTimeout(next);
}

// tile: { x, y (its corner, px), scale (px for one of zoom 0), side, ratio }. Null where no region is.
function paint({ x, y, scale, side, ratio }) {
  const { boxes, kinds, colours } = shapes;
  const [x0, y0, x1, y1] = [x - EDGE, y - EDGE, x + side + EDGE, y + side + EDGE].map((value) => value / scale);
  const here = [];
  for (let i = 0; i < kinds.length; i++)
    if (boxes[4 * i] < x1 && boxes[4 * i + 2] > x0 && boxes[4 * i + 1] < y1 && boxes[4 * i + 3] > y0 && !look.hidden.has(kinds[i])) here.push(i);
  if (!here.length) return null;
  const canvas = new OffscreenCanvas(side * ratio, side * ratio);
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  context.lineJoin = "round";
  const lines = new Map(); // by class: its outlines are drawn at once
  for (const i of here) {
    const lit = kinds[i] === look.lit;
    const fill = (shapes.masked[i] ? 0.64 : 0.16) * look.fill;
    const path = outline(i, scale, x, y);
    context.globalAlpha = lit ? Math.max(0.45, fill) : fill;
    context.fillStyle = colours[kinds[i]];
    context.fill(path, "evenodd");
    if (!lines.has(kinds[i])) lines.set(kinds[i], new Path2D());
    lines.get(kinds[i]).addPath(path);
  }
  for (const [kind, path] of lines) {
    context.globalAlpha = kind === look.lit ? 1 : look.line;
    context.lineWidth = WEIGHT + (kind === look.lit ? 2 : 0);
    context.strokeStyle = colours[kind];
    context.stroke(path);
  }
  return canvas.transferToImageBitmap();
}

// From the corner of the tile on: a canvas calculates in single precision, which is not enough for px of the whole Earth.
function outline(i, scale, x0, y0) {
  const { points, starts, first, boxes } = shapes;
  const path = new Path2D();
  const [left, top, right, bottom] = [x0, y0, x0, y0].map((start, side) => boxes[4 * i + side] * scale - start);
  if (right - left < SPECK && bottom - top < SPECK) {
    path.rect(left, top, Math.max(1, right - left), Math.max(1, bottom - top));
    return path;
  }
  for (let ring = first[i]; ring < first[i + 1]; ring++) {
    let [lastX, lastY] = [Infinity, Infinity];
    for (let at = starts[ring]; at < starts[ring + 1]; at++) {
      const [x, y] = [points[2 * at] * scale - x0, points[2 * at + 1] * scale - y0];
      if (at === starts[ring]) path.moveTo(x, y);
      else if (Math.abs(x - lastX) < APART && Math.abs(y - lastY) < APART) continue;
      else path.lineTo(x, y);
      [lastX, lastY] = [x, y];
    }
    path.closePath();
  }
  return path;
}
