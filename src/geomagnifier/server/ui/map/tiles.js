// Tiles of a scene at any zoom, between two levels too: they are shrunk, and enlarged by a fifth at most.
import { leaflet as L } from "nicegui-leaflet";

const ENLARGED = 0.25; // zooms past a level up to which its tiles are still used

const Tiles = L.TileLayer.extend({
  _setView(center, zoom, noPrune, noUpdate) {
    L.TileLayer.prototype._setView.call(this, center, Math.ceil(zoom - ENLARGED), noPrune, noUpdate);
    this._setZoomTransforms(center, zoom);
  },
});

// A tile of a large scene that is still being read is asked for again while it is on the map.
const AGAIN = 2000; // ms
const TIMES = 30;

function again({ tile }) {
  tile.tries = (tile.tries ?? 0) + 1;
  if (tile.tries > TIMES) return;
  const address = (tile.address ??= tile.src);
  setTimeout(() => tile.isConnected && (tile.src = `${address}?again=${tile.tries}`), AGAIN);
}

export const tiles = (url, options) => new Tiles(url, options).on("tileerror", again);
