// Tools that choose a part of the map: a box, a polygon, a point. Each calls back with a ring of [lat, lng], or with null where it is given up.
import { leaflet as L } from "nicegui-leaflet";

const NEAR = 6; // px that a pointer may move between down and up and still have clicked
const POINT = 48; // half the side of the square around a point, px on the screen

const corners = (bounds) => [bounds.getNorthWest(), bounds.getNorthEast(), bounds.getSouthEast(), bounds.getSouthWest()];
const plain = (points) => points.map((at) => [at.lat, at.lng]);

// map: of Leaflet; tool: "box", "polygon" or "point"; done: called once with the ring. Returns a function that gives up.
export function draw(map, tool, done) {
  const element = map.getContainer();
  const style = { pane: "question", className: "question-box", interactive: false };
  let [points, down, trace] = [[], null, null];
  const at = (event) => map.mouseEventToLatLng(event);
  const near = (one, other) => map.latLngToContainerPoint(one).distanceTo(map.latLngToContainerPoint(other)) <= 2 * NEAR;

  const show = (ring) => {
    if (trace) trace.setLatLngs(ring);
    else trace = L.polygon(ring, style).addTo(map);
  };
  const end = (ring) => {
    for (const [name, step] of Object.entries(steps)) element.removeEventListener(name, step, true);
    element.classList.remove("drawing");
    map.dragging.enable();
    setTimeout(() => map.doubleClickZoom.enable(), 400); // two corners, quickly tapped, are no double click
    trace?.remove();
    done(ring);
  };
  const square = (middle) => {
    const where = map.latLngToContainerPoint(middle);
    return L.latLngBounds(map.containerPointToLatLng(where.subtract([POINT, POINT])), map.containerPointToLatLng(where.add([POINT, POINT])));
  };

  const move = (event) => {
    const start = points.at(-1) ?? down;
    if (tool === "box" && start) show(corners(L.latLngBounds(start, at(event))));
    if (tool === "polygon" && points.length) show([...points, at(event)]);
    if (tool === "point") show(corners(square(at(event))));
  };
  const press = (event) => {
    if (event.button > 0 || event.target.closest(".leaflet-control")) return;
    event.preventDefault();
    element.setPointerCapture?.(event.pointerId);
    down = at(event);
    down.x = event.clientX;
    down.y = event.clientY;
  };
  const lift = (event) => {
    if (!down) return;
    const moved = Math.hypot(event.clientX - down.x, event.clientY - down.y) > NEAR;
    if (tool === "point") end(plain(corners(square(at(event)))));
    else if (tool === "box" && !moved && !points.length) points = [down]; // the first of two corners
    else if (tool === "box") end(plain(corners(L.latLngBounds(points[0] ?? down, at(event)))));
    else if (points.length > 2 && (near(points[0], down) || near(points.at(-1), down))) end(plain(points)); // closed, or a double click
    else if (!points.length || !near(points.at(-1), down)) points.push(down);
    down = null;
  };
  const key = (event) => {
    if (event.key === "Enter" && tool === "polygon" && points.length > 2) end(plain(points));
  };
  const steps = { pointerdown: press, pointermove: move, pointerup: lift, keydown: key };
  for (const [name, step] of Object.entries(steps)) element.addEventListener(name, step, true);
  element.classList.add("drawing");
  map.dragging.disable();
  map.doubleClickZoom.disable();
  map.closePopup();
  element.focus();
  return () => end(null);
}
