// Tiles of a scene at any zoom, between two levels too: they are shrunk, and enlarged by a fifth at most.
import { leaflet as L } from "nicegui-leaflet";

const ENLARGED = 0.25; // zooms past a level up to which its tiles are still used

const Tiles = L.TileLayer.extend({
  _setView(center, zoom, noPrune, noUpdate) {
    L.TileLayer.prototype._setView.call(this, center, Math.ceil(zoom - ENLARGED), noPrune, noUpdate);
    this._setZoomTransforms(center, zoom);
  },
});

export const tiles = (url, options) => new Tiles(url, options);
