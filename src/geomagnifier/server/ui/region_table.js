// The regions of an answer as a table that sorts and filters, with a histogram of their sizes. It reads the document that the map has loaded.
const FIRST = 20; // rows at first
const SEVERAL = 10; // regions above which there is a histogram
const BINS = 12;
const BY = { number: 1, label: 1, score: -1, size: -1 }; // columns, and how each is sorted first
const AREAS = { m2: [[1e6, 1e6, "km²", 2], [1e5, 1e4, "ha", 2], [10, 1, "m²", 0], [0, 1, "m²", 1]], px: [[0, 1, "px²", 0]] };

function area(value, unit) {
  const [, by, name, digits] = AREAS[unit].find(([least]) => value >= least);
  return `${(value / by).toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits })} ${name}`;
}

export default {
  template: `
    <div class="table" v-if="all.length">
      <div class="titled">
        <h2>{{ title }}</h2>
        <select v-if="kinds.length > 1" class="low" :aria-label="words.filter" v-model="kind" @change="restart">
          <option :value="null">{{ words.every }}</option>
          <option v-for="one in kinds" :key="one.kind" :value="one.kind">{{ one.label }}</option>
        </select>
      </div>
      <p v-if="boxed" class="note">{{ words.boxed.replace("{n}", boxed.toLocaleString("en")) }}</p>
      <div v-if="bins.length" class="histogram" role="group" :aria-label="words.sizes">
        <button v-for="(bin, i) in bins" :key="i" type="button" :aria-pressed="String(chosen === i)" :disabled="!bin.count" :title="bin.text" :aria-label="bin.text" @click="choose(i)"><i :style="{ height: bin.height }"></i></button>
      </div>
      <p v-if="bins.length" class="scale number"><span>{{ ends[0] }}</span><span>{{ words.median.replace("{size}", ends[1]) }}</span><span>{{ ends[2] }}</span></p>
      <table>
        <thead><tr><th v-for="(name, by) in words.columns" :key="by" scope="col" :class="by" :aria-sort="sort === by ? (way > 0 ? 'ascending' : 'descending') : 'none'">
          <button type="button" @click="order(by)">{{ name }}<span aria-hidden="true">{{ sort === by ? (way > 0 ? " ↑" : " ↓") : "" }}</span></button></th></tr></thead>
        <tbody><tr v-for="row in rows" :key="row.number" class="region-row" :data-region="row.number" :style="{ '--own': colours[row.kind] }">
          <td class="number">{{ row.number }}</td>
          <td class="label"><i aria-hidden="true"></i><button type="button" :aria-label="row.number + ' ' + row.label">{{ row.label }}</button></td>
          <td class="score number">{{ row.score.toFixed(2) }}</td>
          <td class="facts number"><b>{{ row.size[0] }}</b><span v-if="row.size[1]">{{ row.size[1] }}</span></td></tr></tbody>
      </table>
      <div v-if="rows.length < fitting.length" class="further">
        <span class="number">{{ words.shown.replace("{n}", rows.length.toLocaleString("en")).replace("{all}", fitting.length.toLocaleString("en")) }}</span>
        <button type="button" class="button low" @click="until += 100">{{ words.more.replace("{n}", Math.min(100, fitting.length - rows.length).toLocaleString("en")) }}</button>
      </div>
    </div>`,
  props: { words: Object, url: String },
  data: () => ({ all: [], total: 0, boxed: 0, colours: [], unit: "px", kind: null, sort: "number", way: 1, until: FIRST, chosen: null }),
  mounted() {
    this.read = (event) => this.take(event.detail);
    this.chose = (event) => this.find(event.detail);
    document.addEventListener("geomag-answer", this.read);
    document.addEventListener("geomag-chosen", this.chose);
    if (window.geomagAnswer?.url === this.url) this.take(window.geomagAnswer);
  },
  unmounted() {
    document.removeEventListener("geomag-answer", this.read);
    document.removeEventListener("geomag-chosen", this.chose);
  },
  computed: {
    title() {
      const text = this.total > this.all.length ? this.words.best : this.all.length === 1 ? this.words.one : this.words.many;
      return text.replace("{n}", this.all.length.toLocaleString("en")).replace("{all}", this.total.toLocaleString("en"));
    },
    kinds() {
      return [...new Map(this.all.map((row) => [row.kind, row])).values()].map(({ kind, label }) => ({ kind, label }));
    },
    ofKind() {
      return this.kind === null ? this.all : this.all.filter((row) => row.kind === this.kind);
    },
    fitting() {
      const bin = this.chosen === null ? null : this.bins[this.chosen];
      const rows = this.ofKind.filter((row) => !bin || bin.rows.has(row.number));
      const value = { number: (row) => row.number, label: (row) => row.label, score: (row) => row.score, size: (row) => row.extent }[this.sort];
      return [...rows].sort((a, b) => this.way * (value(a) < value(b) ? -1 : value(a) > value(b) ? 1 : 0) || a.number - b.number);
    },
    rows() {
      return this.fitting.slice(0, this.until);
    },
    sizes() {
      return this.ofKind.map((row) => row.extent).sort((a, b) => a - b);
    },
    ends() {
      const at = (share) => area(this.sizes[Math.round(share * (this.sizes.length - 1))], this.unit);
      return [at(0), at(0.5), at(1)];
    },
    // Sizes of one order of magnitude have equal steps, wider ones equal ratios.
    bins() {
      if (this.ofKind.length <= SEVERAL) return [];
      const [least, most] = [Math.max(1e-9, this.sizes[0]), this.sizes.at(-1)];
      const wide = most / least > 20;
      const [to, from] = wide ? [Math.log, Math.exp] : [(value) => value, (value) => value];
      const step = (to(most) - to(least)) / BINS || 1;
      const bins = Array.from({ length: BINS }, () => ({ count: 0, rows: new Set() }));
      for (const row of this.ofKind) {
        const bin = bins[Math.max(0, Math.min(BINS - 1, Math.floor((to(Math.max(least, row.extent)) - to(least)) / step)))];
        bin.count += 1;
        bin.rows.add(row.number);
      }
      const tallest = Math.max(...bins.map((bin) => bin.count));
      return bins.map((bin, i) => ({
        ...bin,
        height: `${bin.count ? Math.max(6, (100 * bin.count) / tallest) : 0}%`,
        text: this.words.bin.replace("{n}", bin.count).replace("{from}", area(from(to(least) + i * step), this.unit)).replace("{to}", area(from(to(least) + (i + 1) * step), this.unit)),
      }));
    },
  },
  methods: {
    take(found) {
      if (found?.url !== this.url) return;
      Object.assign(this, { all: Object.freeze(found.regions), total: found.total, boxed: found.boxed, colours: found.colours, unit: found.unit });
      this.restart();
    },
    restart() {
      this.until = FIRST;
      this.chosen = null;
    },
    order(by) {
      this.way = this.sort === by ? -this.way : BY[by];
      this.sort = by;
    },
    choose(i) {
      this.chosen = this.chosen === i ? null : i;
      this.until = FIRST;
    },
    // A region that was clicked on the map: its row is brought into view.
    async find(number) {
      const at = this.fitting.findIndex((row) => row.number === number);
      if (at < 0) return;
      this.until = Math.max(this.until, at + 1);
      await this.$nextTick();
      this.$el.querySelector(`[data-region="${number}"]`)?.scrollIntoView({ block: "nearest" });
    },
  },
};
