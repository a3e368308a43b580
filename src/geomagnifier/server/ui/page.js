// What the page does without its server: light and dark, choosing and sending a file. Put into the head as it is.
(() => {
  // A text in the language of the page (script_words.py), with its values put in
  const say = (text, values = {}) => (window.geomagWords?.[text] ?? text).replace(/\{(\w+)\}/g, (hole, name) => values[name] ?? hole);
  const THEMES = ["auto", "light", "dark"];

  function theme() {
    return document.documentElement.dataset.theme ?? "auto";
  }

  function nextTheme() {
    const next = THEMES[(THEMES.indexOf(theme()) + 1) % THEMES.length];
    if (next === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = next;
    try {
      localStorage.setItem("geomag-theme", next);
    } catch {
      // storage is switched off: it holds until the page is left
    }
    nameTheme();
  }

  function nameTheme() {
    for (const button of document.querySelectorAll("[data-act=theme]")) {
      const choice = say({ auto: "as the system", light: "light", dark: "dark" }[theme()]);
      button.setAttribute("aria-label", say("Colours: {choice}. Change", { choice }));
      button.title = say("Colours: {choice}", { choice });
    }
  }

  function choose() {
    const input = document.createElement("input");
    input.type = "file";
    input.hidden = true;
    input.addEventListener("change", () => {
      if (input.files.length) send(input.files[0]);
      input.remove();
    });
    document.body.append(input);
    input.click();
  }

  // A strip over the map says how much of a file has been sent, and stops it.
  function strip(file, stop) {
    const make = (name, className, text = "") => Object.assign(document.createElement(name), { className, textContent: text });
    const root = make("div", "sending");
    const bar = make("div", "bar");
    const share = bar.appendChild(make("i", ""));
    const cancel = Object.assign(make("button", "button edged low", say("Cancel")), { type: "button", onclick: stop });
    root.setAttribute("role", "status");
    root.append(make("span", "name", say("Sending {name} …", { name: file.name })), cancel, bar);
    document.querySelector(".stage").append(root);
    return { root, tell: (part) => (share.style.width = `${100 * part}%`) };
  }

  function send(file) {
    const most = Number(document.documentElement.dataset.uploadBytes);
    const refuse = (message) => emitEvent("geomag-refused", { message });
    if (file.size > most) {
      refuse(say("{name} is larger than {most} MB, the most that is taken here.", { name: file.name, most: Math.round(most / 1e6) }));
      return;
    }
    const request = new XMLHttpRequest();
    const body = new FormData();
    body.append("file", file, file.name);
    const shown = strip(file, () => request.abort());
    request.upload.addEventListener("progress", (event) => shown.tell(event.lengthComputable ? event.loaded / event.total : 0));
    request.addEventListener("loadend", () => shown.root.remove());
    request.addEventListener("load", () => {
      let found = {};
      try {
        found = JSON.parse(request.responseText);
      } catch {
        // not from the service: a proxy on the way, perhaps
      }
      if (request.status < 300 && found.id) emitEvent("geomag-sent", { id: found.id });
      else refuse(found.error?.message ?? say("{name} was refused ({status}).", { name: file.name, status: request.status }));
    });
    request.addEventListener("error", () => refuse(say("{name} could not be sent; is the service still running?", { name: file.name })));
    request.open("POST", "/v1/scenes");
    request.send(body);
  }

  // A base map: its address is kept here, its origin goes into a cookie, by which the service lets the page load images from there.
  const WRONG = "Write an address that begins with http:// or https:// and holds {z}, {x} and {y}.";
  function baseMap(address) {
    const found = /^(https?:\/\/)(\{s\}\.)?([a-z0-9.-]+(?::\d+)?)\/.*/i.exec(address);
    if (address && !(found && ["{z}", "{x}", "{y}"].every((part) => address.includes(part)))) {
      document.querySelector("[data-part=base-map-wrong]").textContent = say(WRONG);
      return;
    }
    const origin = found ? `${found[1]}${found[2] ? "*." : ""}${found[3]}`.toLowerCase() : "";
    document.cookie = `geomag_base_map=${encodeURIComponent(origin)}; path=/; samesite=strict; max-age=${found ? 31536000 : 0}`;
    try {
      localStorage.setItem("geomag-base-map", address);
    } catch {
      return; // storage is switched off: there is no base map then
    }
    location.reload();
  }
  addEventListener("submit", (event) => {
    if (event.target.dataset.form !== "base-map") return;
    event.preventDefault();
    baseMap(event.target.elements.address.value.trim());
  });

  // A link to the page with the view of the map
  async function copyLink(button) {
    const link = location.href;
    const done = await navigator.clipboard?.writeText(link).then(() => true, () => false);
    if (done) button.classList.add("done");
    else prompt("", link); // no right to the clipboard: to be copied by hand
    setTimeout(() => button.classList.remove("done"), 2000);
  }

  addEventListener("click", (event) => {
    const act = event.target.closest?.("[data-act]")?.dataset.act;
    if (act === "theme") nextTheme();
    else if (act === "choose") choose();
    else if (act === "no-base-map") baseMap("");
    else if (act === "language") {
      // The same scene, answer and view in the other language
      event.preventDefault();
      const query = new URLSearchParams(location.search);
      query.set("lang", new URLSearchParams(event.target.closest("a").search).get("lang"));
      location.href = `${location.pathname}?${query}${location.hash}`;
    } else if (act === "link") copyLink(event.target.closest("[data-act]"));
  });

  // A file may be dropped anywhere; the page says so while one is over it.
  let depth = 0;
  const carries = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  const over = (on) => document.documentElement.classList.toggle("dropping", on);
  addEventListener("dragenter", (event) => carries(event) && over(++depth > 0));
  addEventListener("dragleave", (event) => carries(event) && over(--depth > 0));
  addEventListener("dragover", (event) => carries(event) && event.preventDefault());
  addEventListener("drop", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    over(((depth = 0), false));
    if (event.dataTransfer.files.length) send(event.dataTransfer.files[0]);
  });

  // Enter asks, Shift+Enter makes a new line; "/" goes to the question; Escape takes a message away, where it ends nothing else;
  // arrow keys, plus and minus go to the map where nothing else has the focus.
  const question = () => document.querySelector("textarea[name=question]");
  const writes = (element) => element.matches?.("input, textarea, select, [contenteditable]");
  addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" && !event.shiftKey && event.target === question()) {
      event.preventDefault();
      event.target.form.requestSubmit();
    } else if (event.key === "/" && !writes(event.target)) {
      event.preventDefault();
      document.querySelector(":popover-open")?.hidePopover();
      question().focus();
    } else if (event.key === "Escape" && !document.querySelector(":popover-open, .map.drawing, .leaflet-popup")) {
      document.querySelector(".wrong:not([hidden]) button")?.click();
    } else if (/^(Arrow|[-+=_]$)/.test(event.key) && event.target === document.body) {
      document.querySelector(".map").focus({ preventScroll: true }); // whose own listener hears this key, too
    }
  }, true);
  new MutationObserver((_, watcher) => {
    if (!document.querySelector("[data-act=theme]")) return;
    watcher.disconnect();
    nameTheme();
  }).observe(document, { childList: true, subtree: true });
})();
