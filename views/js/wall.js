// The wall in the browser. It stands on the page's body, not in the page: whatever happens to the page, the server or
// the network, the last good picture stays, says how old it is, and is replaced as soon as there is a newer one.
// All HTML comes from the server, where every text of the data was escaped.
const SHEET = __SHEET__;
const TEXTS = __TEXTS__;
const PLACES = ["brand", "when", "score", "probability", "trend", "map", "ranking", "units", "phases", "orders", "total",
  "ticker", "head", "closeup", "worst", "matrix", "ticker2"];
// Places as [left, top, width] and [left, top, width, height]; on the normal stage what stands right of the map moves
// with the width of the stage, and what spans the map grows with it.
const RULES = {
  normal: (more) => [[32, 391, 372], [32, 620, 372], [1472 + more, 521, 416], [32, 866, 1856 + more],
    [32, 1008, 1856 + more]],
  wide: () => [[32, 391, 372], [32, 620, 372], [32, 866, 372], [32, 1008, 1848], [2816, 556, 992], [2816, 875, 992],
    [1960, 1008, 1848]],
};
const OUTLINES = {
  normal: (more) => [[32, 108, 372, 276], [32, 408, 372, 210], [32, 636, 372, 212], [428, 104, 1016 + more, 744],
    [1472 + more, 108, 416, 402], [1472 + more, 534, 416, 322], [32, 882, 372, 118], [444, 882, 1000 + more, 118],
    [1472 + more, 882, 416, 118]],
  wide: () => [[32, 108, 372, 276], [32, 408, 372, 210], [32, 636, 372, 212], [428, 104, 1452, 892], [32, 882, 372, 118],
    [1960, 168, 800, 500], [1960, 684, 800, 312], [2816, 112, 480, 433], [3344, 112, 464, 433], [2816, 572, 992, 292],
    [2816, 886, 992, 110]],
};
const { NARROW, WIDEST, WIDE, HEIGHT, STEP } = __STAGES__;
const WIDE_FROM = (WIDEST + STEP) / HEIGHT;
const MOST_DOTS = 8;

export default function (component) {
  const wall = window.cityWall || (window.cityWall = begin());
  wall.feed(component.data || {}, component.setStateValue);
  return () => wall.left();
}

function begin() {
  const host = document.createElement("div");
  host.id = "city-wall";
  const root = host.attachShadow({ mode: "open" });
  root.innerHTML = `<style>${SHEET}</style><div class="stage loading"></div>`;
  document.body.append(host);
  document.documentElement.classList.add("has-wall");
  const stage = root.querySelector(".stage");
  const address = location.pathname;
  const written = {};
  let data = null, layout = "", kind = "normal", across = NARROW, pictures = "", asked = "", tell = null, goodAt = 0, gone = false;
  let fed = 0, chosen = 0, turnedAt = performance.now(), pinnedAt = 0, nextNews = null;

  function place(name) { return stage.querySelector(`[data-place="${name}"]`); }

  // The stage: built anew only when the screen becomes so much wider or narrower that the other one fits better.
  function build() {
    stage.className = `stage loading ${kind}`;
    stage.style.setProperty("--stage", `${across}px`);
    stage.innerHTML = OUTLINES[kind](across - NARROW).map(([x, y, w, h]) =>
      `<div class="outline" style="left:${x}px;top:${y}px;width:${w}px;height:${h}px"></div>`).join("")
      + RULES[kind](across - NARROW).map(([x, y, w]) => `<div class="rule" style="left:${x}px;top:${y}px;width:${w}px"></div>`).join("")
      + PLACES.map((name) => `<div class="block ${name === "brand" ? "masthead" : name === "when" ? name : "at-" + name}"
          data-place="${name}"></div>`).join("");
    for (const name of Object.keys(written)) delete written[name];
    pictures = "";
    place("when").innerHTML = '<span class="demo" hidden></span><span class="time"></span><span class="still"></span>'
      + '<span class="clock"></span>';
    place("brand").addEventListener("click", menu);
    for (const name of ["ranking", "matrix"]) place(name).addEventListener("click", (event) => {
      const row = event.target.closest("[data-district]");
      if (row) pick(Number(row.dataset.district));
    });
  }

  function fit() {
    const width = host.clientWidth, height = host.clientHeight;
    if (!width || !height) return;
    const wide = width / height >= WIDE_FROM;
    across = wide ? WIDE : Math.min(WIDEST, Math.max(NARROW, Math.floor(width / height * HEIGHT / STEP) * STEP));
    const fitting = wide ? "wide" : across > NARROW ? `normal-${across}` : "normal";
    if (fitting !== layout) {
      layout = fitting;
      kind = wide ? "wide" : "normal";
      build();
      show();
      ask();
    }
    const scale = Math.min(width / across, height / HEIGHT);
    stage.style.transform = `translate(${(width - scale * across) / 2}px, ${(height - scale * HEIGHT) / 2}px) `
      + `scale(${scale})`;
  }

  // The server is told which stage this is and which pictures are here, so that these are sent only once.
  function ask() {
    const wanted = `${layout}|${pictures}`;
    if (tell && wanted !== asked) {  // the stage may be built before the server has said anything
      asked = wanted;
      tell("screen", wanted);
    }
  }

  function feed(news, setStateValue) {
    tell = setStateValue;
    gone = false;
    if (!layout) fit();
    if (news.denied) return refuse(news.denied);
    if (!news.blocks) return still();
    goodAt = performance.now();
    fed += 1;
    stage.querySelector(".notice")?.remove();
    data = news;
    show();
    still();
    ask();
  }

  function show() {
    if (!data || data.layout !== layout) return;
    const first = stage.classList.contains("loading");
    if (data.pictures) draw(data.pictures, data.key);
    if (pictures !== data.key) return ask();
    for (const [name, html] of Object.entries(data.blocks)) write(place(name), name, html, !first);
    const demo = stage.querySelector(".demo");
    demo.hidden = !data.demo;
    demo.textContent = data.demo;
    stage.querySelector(".time").textContent = data.time;
    news();
    stage.classList.remove("loading");
    turnTo(Math.min(chosen, Math.max(0, data.districts.length - 1)));
  }

  function write(target, name, html, fade) {
    if (written[name] === html) return false;
    const before = written[name];
    written[name] = html;
    target.innerHTML = html;
    if (fade && before !== undefined) {
      target.classList.remove("fading");
      void target.offsetWidth;
      target.classList.add("fading");
    }
    return true;
  }

  // The pictures of a run: loaded before they are shown, so that nothing flickers.
  function draw(sent, key) {
    const old = [...place("map").children];
    delete written.card;
    delete written.plate;
    const box = document.createElement("div");
    const paths = (kind) => sent.districts.map(([name, fill, edge], row) =>
      `<path class="${kind}" data-row="${row}" d="${kind === "fill" ? fill : edge}" fill-rule="evenodd"></path>`).join("");
    const view = `viewBox="0 0 ${sent.size[0] * 10} ${sent.size[1] * 10}"`;
    box.innerHTML = `<img alt="" src="${sent.ground}"><svg ${view}>${paths("fill")}</svg><img alt="" src="${sent.above}">`
      + `<svg ${view}>${paths("edge")}${paths("hit")}</svg>${sent.legend}`
      + `<div class="card ${sent.card}"></div>`;
    box.querySelectorAll(".hit").forEach((path, row) => path.addEventListener("click", () => {
      const found = data.districts.findIndex((one) => one.name === sent.names[row]);
      if (found >= 0) pick(found);
    }));
    const parts = [...box.children], images = box.querySelectorAll("img");
    Promise.allSettled([...images].map((image) => image.decode())).then(() => {
      // Emptied, because the listeners above keep all of this function: else each run would hold the one before it.
      for (const part of old.splice(0)) part.remove();
    });
    place("map").append(...parts);
    pictures = key;
    const map = place("map");
    map.rows = sent.names;
    if (kind === "wide") {
      place("closeup").innerHTML = sent.closeups.map(([name, uri]) =>
        `<div class="layer"><img alt="" src="${uri}"></div>`).join("") + '<div class="plate"></div>';
      place("closeup").rows = sent.closeups.map(([name]) => name);
      place("closeup").corners = sent.closeups.map(([, , corner]) => corner);
    }
  }

  function turnTo(number) {
    chosen = number;
    const one = data.districts[chosen];
    const named = (rows) => (one ? rows.indexOf(one.name) : -1);
    const map = place("map"), row = named(map.rows || []);
    map.querySelectorAll("[data-row]").forEach((path) =>
      path.classList.toggle("chosen", Number(path.dataset.row) === row && !path.classList.contains("hit")));
    const card = map.querySelector(".card:last-child");
    if (card) {
      card.hidden = !one || kind === "wide";
      write(card, "card", one ? one.card + dots() : "", true);
    }
    for (const name of ["ranking", "matrix"]) {
      const block = place(name);
      block.querySelectorAll("[data-district]").forEach((part) =>
        part.classList.toggle("chosen", Number(part.dataset.district) === chosen));
      const pages = [...block.querySelectorAll(".pages > div")];
      const shown = Math.max(0, pages.findIndex((page) => page.querySelector(".chosen")));
      pages.forEach((page, number) => page.classList.toggle("now", number === shown));
    }
    if (kind === "wide") {
      write(place("head"), "head", one ? `<div class="head">${one.head}</div>${dots()}` : "", true);
      write(place("worst"), "worst", one ? one.worst : "", true);
      const near = place("closeup"), at = named(near.rows || []);
      near.querySelectorAll(".layer").forEach((layer, number) => layer.classList.toggle("now", number === at));
      const plate = near.querySelector(".plate");
      if (plate) {
        plate.className = `plate ${(near.corners || [])[at] || "ne"}`;
        write(plate, "plate", one ? one.plate : "", true);
      }
    }
  }

  function dots() {
    const count = data.districts.length;
    if (count < 2) return "";
    const inside = count > MOST_DOTS ? `<span>${chosen + 1} / ${count}</span>`
      : data.districts.map((_, number) => `<i class="dot${number === chosen ? " now" : ""}"></i>`).join("");
    return `<div class="turn${pinnedAt ? " pinned" : ""}">${pinnedAt ? `<span class="pause" title="${TEXTS.pinned}"></span>` : ""}${inside}</div>`;
  }

  // A click holds the district; another one on it, or some time, lets the wall go on.
  function pick(number) {
    pinnedAt = pinnedAt && number === chosen ? 0 : performance.now();
    turnedAt = performance.now();
    turnTo(number);
  }

  function tick() {
    if (location.pathname !== address || (gone && replaced())) return end();
    const now = performance.now();
    const clock = stage.querySelector(".clock");
    if (clock) clock.textContent = new Date().toLocaleTimeString("zh-CN",
      { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Shanghai" });
    if (!data || stage.classList.contains("loading")) return;
    still();
    if (pinnedAt && now - pinnedAt > data.pace.resume * 1000) {
      pinnedAt = 0;
      turnedAt = now;
      turnTo(chosen);
    }
    if (!pinnedAt && data.districts.length > 1 && now - turnedAt > data.pace.turn * 1000) {
      turnedAt = now;
      turnTo((chosen + 1) % data.districts.length);
    }
  }

  // Whether the page under the wall shows something else by now, to sign in for instance. A fault of the page or a
  // server that is away is no reason to take the last good picture down.
  function replaced() {
    return document.querySelector('[data-testid="stMain"] input, [data-testid="stMain"] form') !== null;
  }

  function still() {
    if (!data) return;
    const late = performance.now() - goodAt > data.pace.refresh * data.pace.stale_after * 1000;
    stage.classList.toggle("stale", late);
    if (!late) return;
    const today = new Date().toLocaleDateString("sv-SE", { timeZone: "Asia/Shanghai" });
    stage.querySelector(".still").textContent = data.still.day === today ? data.still.time : data.still.long;
  }

  // The ticker: what is new comes in at the end of a lap, so that nothing jumps.
  function news() {
    nextNews = data.news;
    const lanes = kind === "wide" ? ["ticker", "ticker2"] : ["ticker"];
    lanes.forEach((name, number) => {
      const own = nextNews.filter((_, row) => row % lanes.length === number);
      const box = place(name), lane = box.querySelector(".lane");
      if (!lane) return run(box, own);
      if (lane.told === own.join("")) return;
      if (!lane.classList.contains("moving")) return run(box, own);
      lane.onanimationiteration = () => run(box, own);
    });
  }

  function run(box, entries) {
    const told = entries.join("");
    box.innerHTML = `<div class="lane">${told || data.no_news}</div>`;
    const lane = box.firstChild;
    lane.told = told;
    const width = lane.scrollWidth;
    if (told && width > box.clientWidth + 64) {
      lane.innerHTML = told + told;
      lane.style.setProperty("--lap", `${(width / data.pace.ticker_px).toFixed(1)}s`);
      lane.classList.add("moving");
    }
  }

  function refuse(sentence) {
    data = null;
    build();
    const notice = document.createElement("div");
    notice.className = "notice";
    notice.textContent = sentence;
    const again = document.createElement("button");
    again.textContent = TEXTS.again;
    again.onclick = () => location.reload();
    notice.append(again);
    stage.append(notice);
  }

  function menu() {
    const open = document.documentElement.classList.toggle("wall-menu");
    host.classList.toggle("with-menu", open);
    fit();
  }

  function left() { gone = true; }

  function end() {
    clearInterval(beat);
    sizes.disconnect();
    host.remove();
    document.documentElement.classList.remove("has-wall", "wall-menu");
    if (window.cityWall === own) delete window.cityWall;
  }

  // Who came by the navigation keeps it; a screen that opens the wall by its address has the wall alone.
  const [opened] = performance.getEntriesByType("navigation");
  if (opened && new URL(opened.name).pathname !== address) menu();
  const sizes = new ResizeObserver(fit);
  sizes.observe(host);
  const beat = setInterval(tick, 500);
  const own = { feed, left, get fed() { return fed; } };
  return own;
}
