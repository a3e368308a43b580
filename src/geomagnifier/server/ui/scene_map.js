// The map of one scene: tiles, regions, places looked at, heat, a box to draw. Leaflet comes with NiceGUI; nothing else is loaded.
// Python decides what is shown (see map.py); what follows the pointer (hover, drawing, popups) stays here, without a way to the server.
import { leaflet as L } from "nicegui-leaflet";

const MANY = 400; // regions above which they are painted on a canvas: SVG is smoother to look at, but slow for many
const NEAR = 6; // px that a pointer may move between down and up and still have clicked
const reduced = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

export default {
  template: "<div></div>",
  props: { name: String },
  mounted() {
    this.layers = { regions: true, heat: false, crops: false };
    this.regions = new Map();
    this.onOver = (event) => this.point(event.target);
    this.onOut = (event) => event.target.closest?.("[data-region], [data-kind]") && this.light(null, null);
    this.onClick = (event) => {
      const row = event.target.closest?.("[data-region]");
      if (row && !this.$el.contains(row)) this.visit(Number(row.dataset.region));
      const kind = event.target.closest?.("[data-kind]:not([data-region])");
      if (kind && !this.$el.contains(kind)) this.visitKind(Number(kind.dataset.kind));
    };
    this.onKey = (event) => {
      if (event.key !== "Escape") return;
      if (this.pen) this.draw(false);
      else this.map?.closePopup();
    };
    for (const name of ["mouseover", "focusin"]) document.addEventListener(name, this.onOver);
    for (const name of ["mouseout", "focusout"]) document.addEventListener(name, this.onOut);
    document.addEventListener("click", this.onClick);
    document.addEventListener("keydown", this.onKey);
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
    for (const name of ["mouseover", "focusin"]) document.removeEventListener(name, this.onOver);
    for (const name of ["mouseout", "focusout"]) document.removeEventListener(name, this.onOut);
    document.removeEventListener("click", this.onClick);
    document.removeEventListener("keydown", this.onKey);
    this.map?.remove();
  },
  methods: {
    // scene: { tiles, earth, least, most, bounds, name, zoom, part }
    open(scene) {
      this.draw(false);
      this.map?.remove();
      this.read?.remove();
      this.regions.clear();
      this.$el.classList.remove("loaded", "loading", "under-heat");
      this.scene = scene;
      this.shown = this.frame = this.found = this.wanted = null;
      this.map = L.map(this.$el, {
        crs: scene.earth ? L.CRS.EPSG3857 : L.CRS.Simple,
        minZoom: scene.least,
        maxZoom: scene.most + 3,
        zoomControl: false,
        attributionControl: false,
        zoomSnap: 0.5, // tiles are then never enlarged: half a zoom rounds up
        wheelPxPerZoomLevel: 90,
        maxBoundsViscosity: 0.7,
        zoomAnimation: !reduced(),
        fadeAnimation: !reduced(),
        inertia: !reduced(),
      });
      const bounds = L.latLngBounds(scene.bounds);
      this.map.setMaxBounds(bounds.pad(0.75));
      this.tiles = L.tileLayer(scene.tiles, {
        minZoom: scene.least,
        maxZoom: scene.most + 3,
        minNativeZoom: Math.ceil(scene.least),
        maxNativeZoom: scene.most,
        bounds,
        noWrap: true,
        keepBuffer: 3,
        alt: "",
      }).addTo(this.map);
      this.tiles.once("load", () => this.$el.classList.add("loaded"));
      this.tiles.on("loading load", (event) => this.$el.classList.toggle("loading", event.type === "loading"));
      this.map.createPane("heat").style.zIndex = 350;
      this.map.createPane("looks").style.zIndex = 390;
      this.map.createPane("question").style.zIndex = 395;
      if (scene.earth) L.control.scale({ imperial: false, position: "bottomleft", maxWidth: 120 }).addTo(this.map);
      this.read = L.DomUtil.create("div", "readout", this.$el);
      this.read.setAttribute("aria-hidden", "true");
      this.map.on("mousemove", (event) => (this.read.textContent = this.place(event.latlng)));
      this.map.on("mouseout", () => (this.read.textContent = ""));
      this.map.getContainer().setAttribute("aria-label", `Map of ${scene.name}. Arrow keys move it, plus and minus zoom.`);
      if (scene.part) this.go(scene.part); // and no tiles of the whole are asked for
      else this.fit(false);
    },
    fit(animate = true) {
      const edges = { paddingTopLeft: [24, 64], paddingBottomRight: [24, 24] }; // the tools lie over the upper edge
      this.map?.fitBounds(this.scene.bounds, { ...edges, animate: animate && !reduced() });
    },
    zoom(by) {
      this.map?.setZoom(this.map.getZoom() + by);
    },
    place(at) {
      if (this.scene.earth) return `${at.lat.toFixed(5)}°, ${L.Util.wrapNum(at.lng, [-180, 180], true).toFixed(5)}°`;
      const [x, y] = [Math.floor(at.lng * 2 ** this.scene.zoom), Math.floor(-at.lat * 2 ** this.scene.zoom)];
      return `${x}, ${y} px`;
    },
    // url, heat: addresses of the answer's document (see drawing.py) and of its heat map
    async show(url, heat) {
      this.wanted = url;
      const read = (reply) => (reply.ok ? reply.json() : null);
      const found = await fetch(url).then(read).catch(() => null); // the page is being left, or the service has ended
      if (url !== this.wanted || !this.map) return; // another one has been asked for meanwhile
      for (const group of Object.values(this.shown ?? {})) group?.remove();
      this.map.closePopup();
      this.found?.remove();
      this.regions.clear();
      this.shown = null;
      if (found) {
        this.many = found.regions.length > MANY;
        const renderer = this.many ? L.canvas({ padding: 0.3 }) : L.svg({ padding: 0.3 });
        this.shown = {
          regions: L.featureGroup(found.regions.map((region) => this.region(region, found.colours, renderer))),
          crops: this.looks(found),
          heat: found.heat && L.imageOverlay(heat, found.heat, { pane: "heat", className: "heat", alt: "Heat map: where it looked" }),
        };
      }
      this.switch(this.layers);
    },
    region(region, colours, renderer) {
      const colour = colours[region.kind % colours.length];
      const layer = L.polygon(region.rings, { renderer, ...this.plain(colour, region.masked), className: "region" });
      layer.colour = colour;
      layer.region = region;
      layer.on("mouseover", () => this.light(region.kind, region.number));
      layer.on("mouseout", () => this.light(null, null));
      layer.bindPopup(() => this.facts(region, colour), { className: "about", maxWidth: 260, autoPanPaddingTopLeft: [64, 72], autoPanPaddingBottomRight: [24, 24] });
      this.regions.set(region.number, layer);
      return layer;
    },
    plain(colour, masked) {
      const weight = this.many ? 1.25 : 2;
      return { color: colour, weight, opacity: 1, fillColor: colour, fillOpacity: masked ? 0.32 : 0.08, lineJoin: "round" };
    },
    facts(region, colour) {
      const box = document.createElement("div");
      const head = box.appendChild(document.createElement("strong"));
      head.appendChild(document.createElement("i")).style.background = colour;
      head.append(region.label);
      const list = box.appendChild(document.createElement("ul"));
      for (const fact of region.facts) list.appendChild(document.createElement("li")).textContent = fact;
      return box;
    },
    looks(found) {
      const group = L.featureGroup();
      const around = (ring, className) => L.polygon(ring, { pane: "looks", className, interactive: false, fill: className !== "look" });
      for (const ring of found.skipped) group.addLayer(around(ring, "closed"));
      for (const ring of found.broken) group.addLayer(around(ring, "broken"));
      found.crops.forEach((ring, i) => {
        group.addLayer(around(ring, "look under")).addLayer(around(ring, "look"));
        if (found.crops.length > 99) return;
        const icon = L.divIcon({ className: "order", html: String(i + 1), iconSize: null });
        group.addLayer(L.marker(ring[0], { icon, interactive: false, keyboard: false, pane: "looks" }));
      });
      return group;
    },
    // layers: { regions, heat, crops }, each true or false
    switch(layers) {
      this.layers = layers;
      this.$el.classList.toggle("under-heat", Boolean(layers.heat && this.shown?.heat));
      for (const [name, group] of Object.entries(this.shown ?? {})) {
        if (group && layers[name]) group.addTo(this.map);
        else group?.remove();
      }
    },
    point(target) {
      const row = target.closest?.("[data-region]");
      const words = row ? null : target.closest?.("[data-kind]");
      if (row) this.light(null, Number(row.dataset.region));
      else if (words) this.light(Number(words.dataset.kind), null);
    },
    // Make regions of a kind, or one of them, stand out, on the map and in the words beside it.
    light(kind, number) {
      const some = kind !== null || number !== null;
      for (const layer of this.regions.values()) {
        const mine = number !== null ? layer.region.number === number : layer.region.kind === kind;
        const state = !some ? "plain" : mine ? "lit" : this.many ? "plain" : "dim"; // thousands are not painted anew for one of them
        if (state === (layer.state ?? "plain")) continue;
        layer.state = state;
        const plain = this.plain(layer.colour, layer.region.masked);
        if (state === "lit") layer.setStyle({ ...plain, weight: plain.weight + 2, fillOpacity: 0.5 });
        else layer.setStyle(state === "dim" ? { ...plain, opacity: 0.35, fillOpacity: plain.fillOpacity / 3 } : plain);
        layer.getElement?.()?.classList.toggle("lit", state === "lit");
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
      if (!this.layers.regions) this.$emit("wanted", "regions");
      const most = Math.max(this.map.getMinZoom(), this.scene.most + 1);
      this.map.closePopup();
      this.map.fitBounds(layer.getBounds().pad(0.6), { maxZoom: most, animate: !reduced() });
      const [box, middle] = [layer.getBounds(), layer.getBounds().getCenter()];
      const open = () => this.map.hasLayer(layer) && layer.openPopup(L.latLng(box.getNorth(), middle.lng));
      setTimeout(open, reduced() ? 0 : 350);
    },
    visitKind(kind) {
      const bounds = L.latLngBounds([]);
      for (const layer of this.regions.values()) if (layer.region.kind === kind) bounds.extend(layer.getBounds());
      if (bounds.isValid()) this.map.fitBounds(bounds.pad(0.15), { maxZoom: this.scene.most + 1, animate: !reduced() });
    },
    // ring: the question's box, or null for none
    box(ring) {
      this.frame?.remove();
      this.frame = ring && this.map ? L.polygon(ring, { pane: "question", className: "question-box", interactive: false }).addTo(this.map) : null;
    },
    // ring: a part of the scene that a search has found
    go(ring) {
      this.found?.remove();
      const line = (className) => L.polygon(ring, { pane: "question", className, interactive: false, fill: false });
      this.found = L.featureGroup([line("found-part under"), line("found-part")]).addTo(this.map);
      this.map.fitBounds(this.found.getBounds().pad(0.1), { maxZoom: this.scene.most + 1, animate: !reduced() });
    },
    shows() {
      const bounds = this.scene?.earth ? this.map.getBounds() : null;
      return bounds && [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
    },
    view() {
      const bounds = this.map?.getBounds();
      if (bounds) this.$emit("drawn", { bounds: [[bounds.getSouth(), bounds.getWest()], [bounds.getNorth(), bounds.getEast()]] });
      this.draw(false);
    },
    // Drag over the map, or click two corners; Escape ends it.
    draw(on) {
      if (!on === !this.pen || (on && !this.map)) return;
      if (!on) {
        this.pen.stop();
        this.pen = null;
        this.$emit("drawing", false);
        return;
      }
      const map = this.map;
      const element = this.$el;
      let [first, down, trace] = [null, null, null];
      const at = (event) => map.mouseEventToLatLng(event);
      const move = (event) => {
        const start = first ?? down?.latlng;
        if (!start) return;
        const bounds = L.latLngBounds(start, at(event));
        if (trace) trace.setBounds(bounds);
        else trace = L.rectangle(bounds, { pane: "question", className: "question-box", interactive: false }).addTo(map);
      };
      const press = (event) => {
        if (event.button > 0 || event.target.closest(".leaflet-control")) return;
        event.preventDefault();
        element.setPointerCapture?.(event.pointerId);
        down = { latlng: at(event), x: event.clientX, y: event.clientY };
      };
      const lift = (event) => {
        if (!down) return;
        const moved = Math.hypot(event.clientX - down.x, event.clientY - down.y) > NEAR;
        if (!moved && !first) first = down.latlng; // the first of two corners
        else {
          const bounds = L.latLngBounds(first ?? down.latlng, at(event));
          this.$emit("drawn", { bounds: [[bounds.getSouth(), bounds.getWest()], [bounds.getNorth(), bounds.getEast()]] });
          this.draw(false);
        }
        down = null;
      };
      const steps = { pointerdown: press, pointermove: move, pointerup: lift };
      for (const [name, step] of Object.entries(steps)) element.addEventListener(name, step, true);
      element.classList.add("drawing");
      map.dragging.disable();
      map.doubleClickZoom.disable();
      map.closePopup();
      element.focus();
      this.pen = {
        stop: () => {
          for (const [name, step] of Object.entries(steps)) element.removeEventListener(name, step, true);
          element.classList.remove("drawing");
          map.dragging.enable();
          setTimeout(() => map.doubleClickZoom.enable(), 400); // two corners, quickly tapped, are no double click
          trace?.remove();
        },
      };
      this.$emit("drawing", true);
    },
  },
};
