// A line over the map: the answer is shown to the left of it, the picture alone to the right. A range input, so that keys move it, too.
import { leaflet as L } from "nicegui-leaflet";

// map: of Leaflet; panes: names of those that are cut; label: of the line for screen readers. Returns a function that takes it away.
export function swipe(map, panes, label) {
  const box = L.DomUtil.create("div", "swipe", map.getContainer());
  const line = L.DomUtil.create("div", "swipe-line", box);
  const range = Object.assign(L.DomUtil.create("input", "", box), { type: "range", min: 0, max: 1000, value: 500 });
  range.setAttribute("aria-label", label);
  const cut = () => {
    const size = map.getSize();
    const x = (size.x * range.value) / 1000;
    line.style.left = `${x}px`;
    const [start, end] = [map.containerPointToLayerPoint([0, 0]), map.containerPointToLayerPoint([x, size.y])];
    for (const name of panes) map.getPane(name).style.clip = `rect(${start.y}px, ${end.x}px, ${end.y}px, ${start.x}px)`;
  };
  range.addEventListener("input", cut);
  L.DomEvent.disableClickPropagation(range);
  map.on("move zoom viewreset resize zoomend", cut);
  cut();
  return () => {
    map.off("move zoom viewreset resize zoomend", cut);
    box.remove();
    for (const name of panes) map.getPane(name).style.clip = "";
  };
}
