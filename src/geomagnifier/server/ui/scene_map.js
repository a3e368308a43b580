// The map of one scene: tiles, the answer, the windows searched, the relevance map, a part to ask about. Leaflet comes with NiceGUI.
// Python decides what is shown (see scene_map.py); what follows the pointer (hover, drawing, popups) stays here, without a way to the server.
// Key and table hear of an answer by the event "geomag-answer"; the key says by "geomag-key" which classes are shown, and how.
import { leaflet as L } from "nicegui-leaflet";
import { MANY, regionLayer, regionStyle, windowLayer } from "geomag-map/answer.js";
import { draw } from "geomag-map/drawing.js";
import { many } from "geomag-map/many.js";
import { readout } from "geomag-map/readout.js";
import { swipe } from "geomag-map/swipe.js";
import { tiles } from "geomag-map/tiles.js";

const TINY = 1 / 6; // share of the view below which the answer is gone to
const baseMap = () => {
  try {
    return localStorage.getItem("geomag-base-map");
  } catch {
    return null; // storage is switched off
  }
};
const reduced = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

export default {
  template: "<div></div>",
  props: { name: String, words: Object },
  mounted() {
    this.layers = { heat: false, crops: false };
    this.key = { hidden: new Set(), fill: 0.5, line: 1, swipe: false };
    this.regions = new Map();
    const view = location.hash.slice(1).split("/").map(Number);
    this.view = view.length === 3 && view.every(Number.isFinite) ? view : null;
    this.heard = {
      mouseover: (event) => this.point(event.target),
      focusin: (event) => this.point(event.target),
      mouseout: (event) => this.leave(event.target),
      focusout: (event) => this.leave(event.target),
      click: (event) => this.follow(event.target),
      keydown: (event) => this.press(event),
      "geomag-key": (event) => this.restyle(event.detail),
      "geomag-show-all": () => this.showAll(),
      "geomag-heat": (event) => this.$el.style.setProperty("--heat", event.detail),
    };
    for (const [name, step] of Object.entries(this.heard)) document.addEventListener(name, step);
    this.watcher = new ResizeObserver(() => this.map?.invalidateSize({ animate: false }));
    this.watcher.observe(this.$el);
    const begin = setInterval(() => {
      if (window.socket?.id === undefined) return;
      clearInterval(begin);
      this.$emit("ready");
    }, 50);
  },
  unmounted() {
    this.watcher.disconnect();
    for (const [name, step] of Object.entries(this.heard)) document.removeEventListener(name, step);
    this.map?.remove();
  },
  methods: {
    // scene: { tiles, earth, least, most, bounds, name, zoom, part, grid }
    open(scene) {
      this.stopDrawing?.();
      this.unswipe?.();
      this.unswipe = null;
      this.map?.remove();
      this.unread?.();
      this.regions.clear();
      this.$el.classList.remove("loaded", "loading");
      const view = this.view;
      if (this.scene || !new URLSearchParams(location.search).has("job")) this.view = null;
      this.scene = scene;
      this.shown = this.frame = this.found = this.wanted = this.sofar = this.renderer = null;
      this.map = L.map(this.$el, {
        crs: scene.earth ? L.CRS.EPSG3857 : L.CRS.Simple,
        minZoom: scene.least,
        maxZoom: scene.most + 4,
        zoomControl: false,
        attributionControl: false,
        zoomSnap: 0, // a picture fills the map whatever its size
        wheelPxPerZoomLevel: 90,
        maxBoundsViscosity: 0.7,
        zoomAnimation: !reduced(),
        fadeAnimation: !reduced(),
        inertia: !reduced(),
      });
      const bounds = L.latLngBounds(scene.bounds);
      this.map.setMaxBounds(bounds.pad(0.75));
      for (const [name, height] of Object.entries({ base: 150, heat: 350, looks: 390, answer: 400, question: 410 }))
        this.map.createPane(name).style.zIndex = height;
      const base = scene.earth && baseMap();
      if (base) L.tileLayer(base, { pane: "base", maxZoom: scene.most + 4, maxNativeZoom: 18, alt: "" }).addTo(this.map);
      this.tiles = tiles(scene.tiles, {
        minZoom: Math.floor(scene.least),
        maxZoom: scene.most + 5,
        minNativeZoom: Math.ceil(scene.least),
        maxNativeZoom: scene.most,
        bounds,
        noWrap: true,
        keepBuffer: 3,
        alt: "",
      }).addTo(this.map);
      this.tiles.once("load", () => this.$el.classList.add("loaded"));
      this.tiles.on("loading load", (event) => this.$el.classList.toggle("loading", event.type === "loading"));
      if (scene.earth) L.control.scale({ imperial: false, position: "bottomleft", maxWidth: 120 }).addTo(this.map);
      this.unread = readout(this.map, scene, this.words);
      this.map.on("moveend", () => (this.tell(), this.keep()));
      this.map.getContainer().setAttribute("aria-label", this.words.map.replace("{name}", scene.name));
      if (scene.part) this.go(scene.part); // and no tiles of the whole are asked for
      else if (view) this.restore(view);
      else this.fit(false);
      this.announce(null);
    },
    fit(animate = true) {
      this.map?.fitBounds(this.scene.bounds, { padding: [8, 8], animate: animate && !reduced() });
    },
    zoom(by) {
      this.map?.setZoom(this.map.getZoom() + by);
    },
    // url, heat: addresses of the answer's document (see answer_layers.py) and of its relevance map
    async show(url, heat) {
      this.wanted = url;
      const read = (reply) => (reply.ok ? reply.json() : null);
      const found = await fetch(url).then(read).catch(() => null); // the page is being left, or the service has ended
      if (url !== this.wanted || !this.map) return; // another one has been asked for meanwhile
      for (const group of Object.values(this.shown ?? {})) group?.remove();
      this.map.closePopup();
      this.found?.remove();
      this.regions.clear();
      this.endEarly();
      this.renderer?.remove(); // its canvas would stay on the map, empty
      this.shown = this.renderer = null;
      this.key.hidden = new Set();
      if (found) {
        this.many = found.regions.length > MANY;
        this.shown = {
          regions: this.many ? this.tiled(found) : this.drawn(found),
          crops: windowLayer(found, this.map),
          heat: found.heat && L.imageOverlay(heat, found.heat, { pane: "heat", className: "heat", alt: this.words.heat }),
        };
        this.shown.regions.addTo(this.map);
      }
      this.announce(found);
      this.switch(this.layers);
      if (this.view) this.restore(this.view); // of the link by which the page was opened
      else this.arrive();
      this.view = null;
    },
    // url: address of what a search that goes on has found so far; null: of nothing any more. The earlier answer is hidden meanwhile.
    async early(url) {
      if (url !== this.sofar?.url) {
        this.endEarly();
        this.sofar = url && this.map ? { url, until: 0, group: L.featureGroup().addTo(this.map) } : null;
        if (!url) this.shown?.regions.addTo(this.map);
      }
      const own = this.sofar;
      if (!own || own.reading) return;
      own.reading = true;
      const read = (reply) => (reply.ok ? reply.json() : null);
      const found = await fetch(`${url}?start=${own.until}`).then(read).catch(() => null);
      own.reading = false;
      if (!found?.regions.length || own !== this.sofar) return;
      own.until = found.until;
      own.renderer ??= L.svg({ padding: 0.3, pane: "answer" });
      for (const region of found.regions) {
        const style = { color: region.colour, weight: 2, fillOpacity: 0.12, interactive: false, className: "region early" };
        own.group.addLayer(L.polygon(region.rings, { renderer: own.renderer, pane: "answer", smoothFactor: 0.5, ...style }));
      }
      this.shown?.regions.remove();
    },
    endEarly() {
      this.sofar?.group.remove();
      this.sofar?.renderer?.remove();
      this.sofar = null;
    },
    // What happens to a region under the pointer
    events() {
      return {
        over: (region) => this.light(region.kind, region.number),
        out: () => this.light(null, null),
        click: (region) => document.dispatchEvent(new CustomEvent("geomag-chosen", { detail: region.number })),
      };
    },
    drawn(found) {
      const renderer = (this.renderer = L.svg({ padding: 0.3, pane: "answer" }));
      const { over, out, click } = this.events();
      const layers = found.regions.map((region) => {
        const layer = regionLayer(region, found.colours[region.kind], renderer);
        layer.setStyle(regionStyle(layer, "plain", this.key));
        layer.on("mouseover", () => over(region)).on("mouseout", out).on("click", () => click(region));
        this.regions.set(region.number, layer);
        return layer;
      });
      return L.featureGroup(layers);
    },
    tiled(found) {
      const layer = many(found, this.key, this.events());
      for (const item of layer.regions) this.regions.set(item.region.number, item);
      return layer;
    },
    announce(found) {
      window.geomagAnswer = found;
      document.dispatchEvent(new CustomEvent("geomag-answer", { detail: found }));
    },
    // Which of the regions are in the view: if none, or all of them in a small part of it, go there; else say how many are not.
    arrive() {
      const [view, all] = [this.map.getBounds(), L.latLngBounds([])];
      for (const layer of this.regions.values()) all.extend(layer.getBounds());
      if (!all.isValid()) return this.tell();
      const px = (at) => this.map.latLngToContainerPoint(at);
      const [size, extent] = [this.map.getSize(), px(all.getSouthEast()).subtract(px(all.getNorthWest()))];
      const tiny = extent.x < TINY * size.x && extent.y < TINY * size.y;
      const inside = [...this.regions.values()].some((layer) => view.intersects(layer.getBounds()));
      if (!inside || (tiny && this.map.getZoom() < this.scene.most + 1)) this.goToAnswer(all, tiny ? 1.5 : 0.1);
      this.tell();
    },
    goToAnswer(bounds, around = 0.1) {
      const most = Math.max(this.scene.most + 1, this.map.getZoom() ?? 0); // small pictures are enlarged to fill the map
      this.map.fitBounds(bounds.pad(around), { maxZoom: most, animate: !reduced() });
    },
    tell() {
      const view = this.map.getBounds();
      let [outside, all] = [0, L.latLngBounds([])];
      for (const layer of this.regions.values()) {
        if (!this.visible(layer)) continue;
        all.extend(layer.getBounds());
        outside += !view.intersects(layer.getBounds());
      }
      document.dispatchEvent(new CustomEvent("geomag-outside", { detail: outside }));
      this.all = all;
    },
    visible(layer) {
      return !this.key.hidden.has(layer.region.kind);
    },
    showAll() {
      if (this.all?.isValid()) this.goToAnswer(this.all);
    },
    // layers: { heat, crops }, each true or false
    switch(layers) {
      this.layers = layers;
      for (const name of ["heat", "crops"]) {
        const group = this.shown?.[name];
        if (group && layers[name]) group.addTo(this.map);
        else group?.remove();
      }
    },
    // key: { hidden, fill, line, swipe } of the key
    restyle(key) {
      this.key = key;
      if (this.many) this.shown?.regions.restyle(key);
      else
        for (const layer of this.regions.values()) {
          layer.setStyle(regionStyle(layer, layer.state ?? "plain", key));
          if (key.hidden.has(layer.region.kind)) this.shown.regions.removeLayer(layer);
          else if (!this.shown.regions.hasLayer(layer)) this.shown.regions.addLayer(layer);
        }
      if (key.swipe && !this.unswipe) this.unswipe = swipe(this.map, ["answer", "heat", "looks"], this.words.swipe);
      if (!key.swipe) {
        this.unswipe?.();
        this.unswipe = null;
      }
      this.tell();
    },
    press(event) {
      if (["Enter", " "].includes(event.key) && event.target.matches?.(".phrase")) {
        event.preventDefault();
        this.follow(event.target);
      }
      if (event.key !== "Escape") return;
      if (this.stopDrawing) this.stopDrawing();
      else this.map?.closePopup();
    },
    point(target) {
      const row = target.closest?.("[data-region]");
      const words = row ? null : target.closest?.("[data-kind]");
      if (row) this.light(null, Number(row.dataset.region));
      else if (words) this.light(Number(words.dataset.kind), null);
    },
    leave(target) {
      if (target.closest?.("[data-region], [data-kind]")) this.light(null, null);
    },
    follow(target) {
      const row = target.closest?.("[data-region]");
      if (row && !this.$el.contains(row)) this.visit(Number(row.dataset.region));
      const phrase = target.closest?.(".phrase[data-kind]");
      if (phrase) this.visitKind(Number(phrase.dataset.kind));
    },
    // Make regions of a class, or one of them, stand out, on the map and in the words beside it.
    light(kind, number) {
      const some = kind !== null || number !== null;
      if (this.many) this.shown?.regions.light(kind, number);
      else
        for (const layer of this.regions.values()) {
          const mine = number !== null ? layer.region.number === number : layer.region.kind === kind;
          const state = !some ? "plain" : mine ? "lit" : "dim";
          if (state === (layer.state ?? "plain")) continue;
          layer.state = state;
          layer.setStyle(regionStyle(layer, state, this.key));
          layer.getElement()?.classList.toggle("lit", state === "lit");
        }
      const at = number !== null ? (this.regions.get(number)?.region.kind ?? null) : kind;
      for (const words of document.querySelectorAll("[data-kind], [data-region]")) {
        const own = words.dataset.region !== undefined ? number !== null && Number(words.dataset.region) === number : at !== null && Number(words.dataset.kind) === at;
        words.classList.toggle("lit", some && own);
      }
    },
    visit(number) {
      const layer = this.regions.get(number);
      if (!layer) return;
      document.dispatchEvent(new CustomEvent("geomag-wanted", { detail: layer.region.kind })); // the key shows its class again
      this.map.closePopup();
      this.goToAnswer(layer.getBounds(), 0.6);
      const [box, middle] = [layer.getBounds(), layer.getBounds().getCenter()];
      const open = () => this.visible(layer) && layer.openPopup(L.latLng(box.getNorth(), middle.lng));
      setTimeout(open, reduced() ? 0 : 350);
    },
    visitKind(kind) {
      const bounds = L.latLngBounds([]);
      for (const layer of this.regions.values()) if (layer.region.kind === kind) bounds.extend(layer.getBounds());
      if (bounds.isValid()) this.goToAnswer(bounds, 0.15);
    },
    // ring: the part that the question is about, or null for none
    box(ring) {
      this.frame?.remove();
      this.frame = ring && this.map ? L.polygon(ring, { pane: "question", className: "question-box", interactive: false }).addTo(this.map) : null;
    },
    // ring: a part of the scene that a search has found
    go(ring) {
      this.found?.remove();
      const line = (className) => L.polygon(ring, { pane: "question", className, interactive: false, fill: false });
      this.found = L.featureGroup([line("found-part under"), line("found-part")]).addTo(this.map);
      this.goToAnswer(this.found.getBounds());
    },
    // The view is in the page's address, after "#", so that a link or a reload shows it again.
    keep() {
      const [middle, zoom] = [this.map.getCenter(), this.map.getZoom()];
      const view = [zoom.toFixed(2), middle.lat.toFixed(6), middle.lng.toFixed(6)].join("/");
      history.replaceState(null, "", `${location.pathname}${location.search}#${view}`);
    },
    restore([zoom, lat, lng]) {
      this.map.setView([lat, lng], zoom, { animate: false });
      this.tell();
    },
    shows() {
      const bounds = this.scene?.earth ? this.map.getBounds() : null;
      return bounds && [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
    },
    // The view as the box of the question
    useView() {
      const bounds = this.map?.getBounds();
      if (!bounds) return;
      this.stopDrawing?.();
      const ring = [bounds.getNorthWest(), bounds.getNorthEast(), bounds.getSouthEast(), bounds.getSouthWest()];
      this.$emit("drawn", { tool: "box", ring: ring.map((at) => [at.lat, at.lng]) });
    },
    // tool: "box", "polygon" or "point" to draw, null to stop; Escape stops, too
    draw(tool) {
      this.stopDrawing?.();
      if (!tool || !this.map) return;
      this.stopDrawing = draw(this.map, tool, (ring) => {
        this.stopDrawing = null;
        this.$emit("drawing", null);
        if (ring) this.$emit("drawn", { tool, ring });
      });
      this.$emit("drawing", tool);
    },
  },
};
