// The key of the map: classes with their colours, which can be hidden; opacity; the line that swipes the answer away; how much of it lies outside the view.
const count = (kinds, region) => kinds.set(region.kind, (kinds.get(region.kind) ?? 0) + 1);

export default {
  template: `
    <div class="over">
      <details v-if="kinds.length" class="key" :open="open" @toggle="open = $event.target.open">
        <summary><span>{{ words.key }}</span><svg viewBox="0 0 24 24" width="18" height="18" fill="none" stroke="currentColor" stroke-width="1.75" aria-hidden="true"><path d="m7 10 5 5 5-5"/></svg></summary>
        <ul>
          <li v-for="kind in kinds" :key="kind.kind">
            <button type="button" class="key-row" :data-kind="kind.kind" :aria-pressed="String(!hidden.has(kind.kind))" :title="words.toggle" @click="toggle(kind.kind)">
              <i aria-hidden="true" :style="{ background: kind.colour }"></i><span class="cut">{{ kind.label }}</span><span class="number">{{ kind.count.toLocaleString("en") }}</span>
            </button>
          </li>
        </ul>
        <label class="slide"><span>{{ words.fill }}</span><input type="range" min="0" max="1" step="0.05" v-model.number="fill" @input="tell"></label>
        <label class="slide"><span>{{ words.line }}</span><input type="range" min="0" max="1" step="0.05" v-model.number="line" @input="tell"></label>
        <button type="button" class="button low edged" :aria-pressed="String(swipe)" @click="swipe = !swipe; tell()">{{ words.swipe }}</button>
      </details>
      <div v-if="outside" class="outside" role="status">
        <span class="number">{{ words.outside.replace("{n}", outside.toLocaleString("en")) }}</span>
        <button type="button" class="button low edged" @click="showAll">{{ words.all }}</button>
      </div>
    </div>`,
  props: { words: Object },
  data: () => ({ kinds: [], hidden: new Set(), fill: 0.5, line: 1, swipe: false, open: true, outside: 0 }),
  mounted() {
    this.open = matchMedia("(min-width: 761px)").matches;
    this.heard = {
      "geomag-answer": (event) => this.answer(event.detail),
      "geomag-outside": (event) => (this.outside = event.detail),
      "geomag-wanted": (event) => this.hidden.has(event.detail) && this.toggle(event.detail),
    };
    for (const [name, step] of Object.entries(this.heard)) document.addEventListener(name, step);
  },
  unmounted() {
    for (const [name, step] of Object.entries(this.heard)) document.removeEventListener(name, step);
  },
  methods: {
    answer(found) {
      const counts = new Map();
      const labels = new Map();
      for (const region of found?.regions ?? []) {
        count(counts, region);
        labels.set(region.kind, region.label);
      }
      this.hidden = new Set();
      this.outside = 0;
      this.kinds = [...counts].sort(([a], [b]) => a - b).map(([kind, number]) => ({ kind, count: number, label: labels.get(kind), colour: found.colours[kind] }));
      if (found) this.tell();
    },
    toggle(kind) {
      if (!this.hidden.delete(kind)) this.hidden.add(kind);
      this.tell();
    },
    tell() {
      const detail = { hidden: new Set(this.hidden), fill: this.fill, line: this.line, swipe: this.swipe };
      document.dispatchEvent(new CustomEvent("geomag-key", { detail }));
    },
    showAll() {
      document.dispatchEvent(new CustomEvent("geomag-show-all"));
    },
  },
};
