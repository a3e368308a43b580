// Where the pointer is: degrees with N, S, E, W, or pixels; in the picture's CRS, too. A right click, or a long press, offers it to be copied.
import { leaflet as L } from "nicegui-leaflet";
import { POPUP } from "geomag-map/answer.js";

const degrees = (value, digits, [positive, negative]) => `${Math.abs(value).toFixed(digits)}° ${value < 0 ? negative : positive}`;

// A grid of points in the CRS of the scene, [rows][columns] of [x, y] over the bounds, is interpolated: exact to well under a pixel.
function inGrid(grid, bounds, at) {
  const [[south, west], [north, east]] = bounds;
  const n = grid.length - 1;
  const [u, v] = [((at.lng - west) / (east - west)) * n, ((north - at.lat) / (north - south)) * n];
  if (u < 0 || v < 0 || u > n || v > n) return null;
  const [i, j] = [Math.min(n - 1, Math.floor(u)), Math.min(n - 1, Math.floor(v))];
  const [a, b] = [u - i, v - j];
  return [0, 1].map((k) => (grid[j][i][k] * (1 - a) + grid[j][i + 1][k] * a) * (1 - b) + (grid[j + 1][i][k] * (1 - a) + grid[j + 1][i + 1][k] * a) * b);
}

export function place(scene, at) {
  if (!scene.earth) return [`${Math.floor(at.lng * 2 ** scene.zoom)}, ${Math.floor(-at.lat * 2 ** scene.zoom)} px`];
  const where = [`${degrees(at.lat, 5, "NS")}, ${degrees(L.Util.wrapNum(at.lng, [-180, 180], true), 5, "EW")}`];
  const own = scene.grid && inGrid(scene.grid.points, scene.bounds, at);
  if (own) where.push(`${scene.grid.name} ${own.map((value) => value.toFixed(scene.grid.digits)).join(", ")}`);
  return where;
}

// map: of Leaflet; words: texts. Returns a function that takes the readout away.
export function readout(map, scene, words) {
  const box = L.DomUtil.create("div", "readout", map.getContainer());
  box.setAttribute("aria-hidden", "true");
  map.on("mousemove", (event) => (box.textContent = place(scene, event.latlng).join(" · ")));
  map.on("mouseout", () => (box.textContent = ""));
  map.on("contextmenu", (event) => {
    const list = L.DomUtil.create("div", "places");
    for (const text of place(scene, event.latlng)) {
      const button = Object.assign(L.DomUtil.create("button", "button low", list), { type: "button", textContent: text, title: words.copy });
      button.addEventListener("click", async () => {
        await navigator.clipboard?.writeText(text).then(() => (button.textContent = `${text} ✓`), () => getSelection().selectAllChildren(button));
      });
    }
    L.popup({ ...POPUP, minWidth: Math.min(280, map.getSize().x - 128), maxWidth: 320 }).setLatLng(event.latlng).setContent(list).openOn(map);
  });
  return () => box.remove();
}
