// Thousands of regions on the map, as tiles of their own. A worker paints each tile once for a zoom, so that a map that is moved paints
// nothing but the tiles that come into view, and none of that in the page's own thread. What the pointer is over is told from the outlines.
import { leaflet as L } from "nicegui-leaflet";
import { POPUP, facts, regionStyle } from "geomag-map/answer.js";

const SIDE = 512; // of a tile, px on the screen
const AHEAD = 256; // px around the view for which tiles are painted, too
const KEPT = 1024; // px around the view within which they are kept

// The outlines as plain numbers, in Leaflet's px of zoom 0: points [x, y, ...], the first point of each ring, the first ring of each region,
// and its box [x0, y0, x1, y1].
function numbers(regions, crs) {
  const rings = regions.flatMap((region) => region.rings);
  const points = new Float64Array(2 * rings.reduce((sum, ring) => sum + ring.length, 0));
  const [starts, first] = [new Uint32Array(rings.length + 1), new Uint32Array(regions.length + 1)];
  const boxes = new Float64Array(4 * regions.length);
  let [at, ring] = [0, 0];
  regions.forEach((region, i) => {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (const own of region.rings) {
      for (const [lat, lng] of own) {
        const { x, y } = crs.latLngToPoint({ lat, lng }, 0);
        points.set([x, y], 2 * at++);
        box[0] = Math.min(box[0], x);
        box[1] = Math.min(box[1], y);
        box[2] = Math.max(box[2], x);
        box[3] = Math.max(box[3], y);
      }
      starts[++ring] = at;
    }
    first[i + 1] = ring;
    boxes.set(box, 4 * i);
  });
  return { points, starts, first, boxes };
}

const plain = (_, value) => (value instanceof Set ? [...value] : value);

// Whether a place is inside a region, by the even-odd rule
function holds({ points, starts, first }, i, x, y) {
  let inside = false;
  for (let ring = first[i]; ring < first[i + 1]; ring++) {
    for (let at = starts[ring], before = starts[ring + 1] - 1; at < starts[ring + 1]; before = at++) {
      const [ax, ay, bx, by] = [points[2 * at], points[2 * at + 1], points[2 * before], points[2 * before + 1]];
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
    }
  }
  return inside;
}

const Many = L.Layer.extend({
  options: { pane: "answer" },
  // found: the document of an answer; key: { hidden, fill, line }; events: { over(region), out(), click(region) }
  initialize(found, key, events) {
    Object.assign(this, { _found: found, _events: events, _look: { ...key, lit: null } });
    this._tiles = new Map();
    this._levels = [];
    this.regions = found.regions.map((region, i) => this._item(region, found.colours[region.kind]));
  },
  getEvents() {
    return {
      viewreset: this._begin, zoomend: this._begin, moveend: this._update, move: this._soon, zoom: this._place,
      zoomanim: (event) => this._place(event), mousemove: this._hover, mouseout: this._leave, click: this._click,
    };
  },
  onAdd(map) {
    this._shapes = numbers(this._found.regions, map.options.crs);
    const boxes = this._shapes.boxes;
    this._extent = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = 0; i < boxes.length; i++) this._extent[i % 4] = (i % 4 < 2 ? Math.min : Math.max)(this._extent[i % 4], boxes[i]);
    this._worker = new Worker(new URL("./painter.js", import.meta.url));
    this._worker.onmessage = ({ data }) => this._painted(data);
    const kinds = this._found.regions.map((region) => region.kind);
    const masked = this._found.regions.map((region) => region.masked);
    this._worker.postMessage({ shapes: { ...this._shapes, kinds, masked, colours: this._found.colours }, look: this._look });
    this._begin();
  },
  onRemove() {
    cancelAnimationFrame(this._frame);
    this._leave();
    this._lifted?.remove();
    this._svg?.remove();
    this._worker.terminate();
    for (const level of this._levels) level.element.remove();
    this._levels = [];
    this._tiles.clear();
  },
  // What scene_map.js knows of a region
  _item(region, colour) {
    const item = { region, colour, many: true, getBounds: () => (item.bounds ??= L.latLngBounds(region.rings.flat())) };
    item.openPopup = (at) => L.popup(POPUP).setLatLng(at).setContent(facts(region, colour)).openOn(this._map);
    return item;
  },
  // Paint all with another look: { hidden, fill, line }, or with the regions of a class made to stand out (lit)
  restyle(look) {
    const before = JSON.stringify(this._look, plain);
    this._look = { ...this._look, ...look };
    if (!this._map || JSON.stringify(this._look, plain) === before) return;
    this._worker.postMessage({ look: this._look });
    for (const tile of this._tiles.values()) this._ask(tile);
  },
  // Make regions of a class, or one of them, stand out. One lies over the tiles.
  light(kind, number) {
    this._lifted?.remove();
    this._lifted = null;
    this.restyle({ lit: number === null ? kind : null });
    const item = number === null ? null : this.regions.find(({ region }) => region.number === number);
    if (!item || !this._map || this._look.hidden.has(item.region.kind)) return;
    this._svg ??= L.svg({ padding: 0.3, pane: "answer" });
    const style = { ...regionStyle(item, "lit", this._look), interactive: false, className: "region lifted" };
    this._lifted = L.polygon(item.region.rings, { renderer: this._svg, pane: "answer", ...style }).addTo(this._map);
  },

  // A level of tiles for the zoom of the map; that of the zoom before is shown until this one is painted.
  _begin() {
    const zoom = this._map.getZoom();
    if (this._level?.zoom !== zoom || !this._levels.includes(this._level)) {
      const element = L.DomUtil.create("div", "leaflet-layer leaflet-zoom-animated", this.getPane());
      this._level = { zoom, element, origin: this._map.getPixelOrigin() };
      this._levels.push(this._level);
      for (const tile of this._tiles.values()) if (!tile.canvas) this._drop(tile);
    }
    this._place();
    this._update();
  },
  _place(event) {
    const zoom = event?.zoom ?? this._map.getZoom();
    const origin = event?.center ? this._map._getNewPixelOrigin(event.center, zoom) : this._map.getPixelOrigin();
    for (const level of this._levels) {
      const scale = this._map.getZoomScale(zoom, level.zoom);
      const offset = level.origin.multiplyBy(scale).subtract(origin).round();
      L.DomUtil.setTransform(level.element, offset, scale);
    }
  },
  _soon() {
    this._frame ??= requestAnimationFrame(() => {
      this._frame = null;
      if (this._map) this._update();
    });
  },
  _update() {
    const level = this._level;
    if (this._map._animatingZoom || level.zoom !== this._map.getZoom()) return;
    const view = this._map.getPixelBounds();
    const scale = 2 ** level.zoom;
    const [x0, y0, x1, y1] = this._extent.map((value) => value * scale);
    const [left, right] = [Math.max(view.min.x - AHEAD, x0 - 4), Math.min(view.max.x + AHEAD, x1 + 4)].map((value) => Math.floor(value / SIDE));
    const [top, bottom] = [Math.max(view.min.y - AHEAD, y0 - 4), Math.min(view.max.y + AHEAD, y1 + 4)].map((value) => Math.floor(value / SIDE));
    const wanted = [];
    for (let y = top; y <= bottom; y++) for (let x = left; x <= right; x++) if (!this._tiles.has(`${x}:${y}:${level.zoom}`)) wanted.push({ x, y });
    const middle = view.getCenter().divideBy(SIDE);
    const far = ({ x, y }) => Math.hypot(x + 0.5 - middle.x, y + 0.5 - middle.y);
    for (const { x, y } of wanted.sort((a, b) => far(a) - far(b))) {
      const tile = { key: `${x}:${y}:${level.zoom}`, x, y, level, canvas: null, ready: false };
      this._tiles.set(tile.key, tile);
      this._ask(tile);
    }
    const near = L.bounds(view.min.subtract([KEPT, KEPT]), view.max.add([KEPT, KEPT]));
    for (const tile of this._tiles.values()) {
      const start = L.point(tile.x, tile.y).multiplyBy(SIDE);
      if (tile.level === level && !near.intersects(L.bounds(start, start.add([SIDE, SIDE])))) this._drop(tile);
    }
    this._settle();
  },
  _ask(tile) {
    const ratio = Math.min(2, Math.max(1, Math.ceil(devicePixelRatio)));
    this._worker.postMessage({ key: tile.key, x: tile.x * SIDE, y: tile.y * SIDE, scale: 2 ** tile.level.zoom, side: SIDE, ratio });
  },
  _drop(tile) {
    if (!tile.ready) this._worker.postMessage({ key: tile.key, drop: true });
    tile.canvas?.remove();
    this._tiles.delete(tile.key);
  },
  // bitmap: of a tile; null where no region is
  _painted({ key, bitmap }) {
    const tile = this._tiles.get(key);
    if (!tile) return bitmap?.close();
    tile.ready = true;
    if (bitmap) {
      if (!tile.canvas) {
        tile.canvas = L.DomUtil.create("canvas", "regions", tile.level.element);
        Object.assign(tile.canvas, { width: bitmap.width, height: bitmap.height });
        Object.assign(tile.canvas.style, { position: "absolute", width: `${SIDE}px`, height: `${SIDE}px` });
        L.DomUtil.setPosition(tile.canvas, L.point(tile.x, tile.y).multiplyBy(SIDE).subtract(tile.level.origin));
      }
      tile.canvas.getContext("bitmaprenderer").transferFromImageBitmap(bitmap);
    } else {
      tile.canvas?.remove();
      tile.canvas = null;
    }
    this._settle();
  },
  // Once all of this zoom is painted, what was painted for other ones goes.
  _settle() {
    if (this._levels.length < 2) return;
    for (const tile of this._tiles.values()) if (tile.level === this._level && !tile.ready) return;
    for (const tile of this._tiles.values()) if (tile.level !== this._level) this._drop(tile);
    for (const level of this._levels) if (level !== this._level) level.element.remove();
    this._levels = [this._level];
  },

  _at(event) {
    if (this._map.getContainer().classList.contains("drawing")) return null;
    const { x, y } = this._map.options.crs.latLngToPoint(event.latlng, 0);
    const boxes = this._shapes.boxes;
    for (let i = this.regions.length - 1; i >= 0; i--) {
      if (x < boxes[4 * i] || y < boxes[4 * i + 1] || x > boxes[4 * i + 2] || y > boxes[4 * i + 3]) continue;
      const item = this.regions[i];
      if (!this._look.hidden.has(item.region.kind) && holds(this._shapes, i, x, y)) return item;
    }
    return null;
  },
  _hover(event) {
    const item = this._map.dragging?.moving() ? null : this._at(event);
    if (item === (this._over ?? null)) return;
    this._over = item;
    this._map.getContainer().classList.toggle("over-region", Boolean(item));
    if (item) this._events.over(item.region);
    else this._events.out();
  },
  _leave() {
    if (!this._over) return;
    this._over = null;
    this._map.getContainer().classList.remove("over-region");
    this._events.out();
  },
  _click(event) {
    const item = this._at(event);
    if (!item) return;
    this._events.click(item.region);
    item.openPopup(event.latlng);
  },
});

export const many = (found, key, events) => new Many(found, key, events);
