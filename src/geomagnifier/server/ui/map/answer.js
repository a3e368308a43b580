// The layers of an answer on the map: its regions, and the windows that were searched.
import { leaflet as L } from "nicegui-leaflet";

export const MANY = 400; // regions above which they are painted as tiles: SVG is smoother to look at, but slow for many
const NUMBERED = 26; // px of a window on the screen from which its number has room
export const POPUP = { className: "about", maxWidth: 260, autoPanPaddingTopLeft: [64, 72], autoPanPaddingBottomRight: [24, 24] };

// A region as a polygon. The colour is that of its class; strength: { fill, line }, each 0 to 1, of the key.
export function regionLayer(region, colour, renderer) {
  const layer = L.polygon(region.rings, { renderer, pane: "answer", className: "region", lineJoin: "round", smoothFactor: 0.5 });
  Object.assign(layer, { region, colour });
  layer.bindPopup(() => facts(region, colour), POPUP);
  return layer;
}

export function regionStyle(layer, state, strength) {
  const weight = layer.many ? 1.25 : 2;
  const fill = (layer.region.masked ? 0.64 : 0.16) * strength.fill;
  const plain = { color: layer.colour, weight, opacity: strength.line, fillColor: layer.colour, fillOpacity: fill };
  if (state === "lit") return { ...plain, weight: weight + 2, opacity: 1, fillOpacity: Math.max(0.45, fill) };
  return state === "dim" ? { ...plain, opacity: 0.35 * strength.line, fillOpacity: fill / 3 } : plain;
}

export function facts(region, colour) {
  const box = document.createElement("div");
  const head = box.appendChild(document.createElement("strong"));
  head.appendChild(document.createElement("i")).style.background = colour;
  head.append(region.label);
  const list = box.appendChild(document.createElement("ul"));
  for (const fact of region.facts) list.appendChild(document.createElement("li")).textContent = fact;
  return box;
}

// The windows of the search: dashed, with their order where there is room for it.
export function windowLayer(found, map) {
  const group = L.featureGroup();
  const around = (ring, className) => L.polygon(ring, { pane: "looks", className, interactive: false, fill: className !== "look" });
  for (const ring of found.skipped) group.addLayer(around(ring, "closed"));
  for (const ring of found.broken) group.addLayer(around(ring, "broken"));
  const marks = found.crops.map((ring, i) => {
    group.addLayer(around(ring, "look under")).addLayer(around(ring, "look"));
    const icon = L.divIcon({ className: "order", html: String(i + 1), iconSize: null });
    return L.marker(ring[0], { icon, interactive: false, keyboard: false, pane: "looks" });
  });
  // A number is shown where its window is wide enough, and no other number lies there.
  const number = () => {
    const taken = [];
    marks.forEach((mark, i) => {
      const [start, , stop] = found.crops[i].map((at) => map.latLngToContainerPoint(at));
      const free = taken.every((at) => Math.abs(at.x - start.x) >= NUMBERED || Math.abs(at.y - start.y) >= NUMBERED);
      if (free && Math.abs(stop.x - start.x) >= NUMBERED) {
        taken.push(start);
        mark.addTo(group);
      } else group.removeLayer(mark);
    });
  };
  group.on("add", () => (number(), map.on("zoomend", number)));
  group.on("remove", () => map.off("zoomend", number));
  return group;
}
