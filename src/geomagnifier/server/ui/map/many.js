// The canvas of thousands of regions. Leaflet paints all of them anew whenever the map has moved, which stops it for a moment. Here
// nothing is painted as long as the canvas reaches beyond the view; then the next canvas is painted beside it, some of it between two frames.
import { leaflet as L } from "nicegui-leaflet";

const SLICE = 6; // ms of painting between two frames
const SOME = 16; // regions that are painted before the clock is looked at
const PADDING = 0.3; // of the view, by which the canvas reaches beyond it on each side
const NEAR = 0.1; // of the view: how near to the edge of the canvas the next one is begun

const Many = L.Canvas.extend({
  getEvents() {
    return { ...L.Canvas.prototype.getEvents.call(this), move: this._follow };
  },
  onRemove() {
    this._stop();
    L.Canvas.prototype.onRemove.call(this);
  },
  _reset() {
    this._side = null; // the origin of layer points has changed
    L.Canvas.prototype._reset.call(this);
  },
  _update() {
    if (this._map._animatingZoom && this._bounds) return;
    if (this._lasts()) {
      this._follow();
      if (this._bounds.contains(this._view(0)) || this._next?.bounds.contains(this._view(0))) return;
    }
    this._stop();
    this._side = this._map.getSize();
    L.Canvas.prototype._update.call(this);
  },
  // Whether what is painted can stay: at this zoom, in a map of this size
  _lasts() {
    return Boolean(this._bounds && this._side?.equals(this._map.getSize()) && this._zoom === this._map.getZoom());
  },
  // The view with a margin, a share of its sides, in layer points
  _view(margin) {
    const size = this._map.getSize();
    const start = this._map.containerPointToLayerPoint(size.multiplyBy(-margin)).round();
    return L.bounds(start, start.add(size.multiplyBy(1 + 2 * margin)).round());
  },
  _follow() {
    if (this._map._animatingZoom || !this._lasts()) return;
    const near = this._view(NEAR);
    if (this._bounds.contains(near) || this._next?.bounds.contains(near)) return;
    this._stop();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [this._container.width, this._container.height];
    const layers = [];
    for (let order = this._drawFirst; order; order = order.next) layers.push(order.layer);
    this._next = { canvas, layers, at: 0, bounds: this._view(PADDING), center: this._map.getCenter(), stale: false };
    this._place(this._next.canvas.getContext("2d"), this._next.bounds);
    this._frame = requestAnimationFrame(() => this._paint());
  },
  _place(context, bounds) {
    const scale = L.Browser.retina ? 2 : 1;
    context.setTransform(scale, 0, 0, scale, -scale * bounds.min.x, -scale * bounds.min.y);
  },
  // Paint a slice of the next canvas
  _paint() {
    const [next, bounds, context] = [this._next, this._bounds, this._ctx];
    if (!this._lasts()) return this._stop();
    Object.assign(this, { _bounds: next.bounds, _ctx: next.canvas.getContext("2d"), _drawing: true });
    for (const end = performance.now() + SLICE; next.at < next.layers.length && performance.now() < end; )
      for (const layer of next.layers.slice(next.at, (next.at += SOME))) if (layer._pxBounds?.intersects(next.bounds)) layer._update();
    Object.assign(this, { _bounds: bounds, _ctx: context, _drawing: false });
    if (next.at < next.layers.length) this._frame = requestAnimationFrame(() => this._paint());
    else this._show(next);
  },
  _show({ canvas, bounds, center, stale }) {
    this._next = null;
    this._ctx.setTransform(1, 0, 0, 1, 0, 0);
    this._ctx.clearRect(0, 0, canvas.width, canvas.height);
    this._ctx.drawImage(canvas, 0, 0);
    this._place(this._ctx, bounds);
    L.DomUtil.setPosition(this._container, bounds.min);
    Object.assign(this, { _bounds: bounds, _center: center });
    if (stale) this._redraw(); // a region has changed meanwhile
  },
  _stop() {
    cancelAnimationFrame(this._frame);
    this._next = null;
  },
  _requestRedraw(layer) {
    if (this._next) this._next.stale = true;
    L.Canvas.prototype._requestRedraw.call(this, layer);
  },
});

export const many = (pane) => new Many({ padding: PADDING, pane });
