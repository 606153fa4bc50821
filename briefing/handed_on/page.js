// The page that is handed on: a list of what fails beside the map, the reason of what is chosen.
// Every text of the data is set as text, never as HTML.
(function (cityMap) {
  const data = JSON.parse(document.getElementById("data").textContent);
  const {texts, findings, sites, reasons, origin} = data;
  const MOST_ROWS = 300, PICK_PX = 14;
  const shown = {lines: true, places: true, unknown: false, districts: true, sites: false};
  let chosen = null, words = "", district = "", unit = "";

  const map = L.map("map", {zoomControl: false, attributionControl: false, zoomSnap: 0.25, zoomDelta: 0.5,
                            wheelPxPerZoomLevel: 120, preferCanvas: true}).setView([0, 0], 3);
  cityMap.ground(map, data.ground);
  if (data.fit) map.fitBounds(data.fit, {animate: false});
  const group = L.layerGroup().addTo(map);

  function make(tag, className, text) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined && text !== null) made.textContent = text;
    return made;
  }

  function positions(steps) {
    const points = [];
    let x = 0, y = 0;
    for (let i = 0; i < steps.length; i += 2) {
      x += steps[i];
      y += steps[i + 1];
      points.push([origin[1] + y * 1e-5, origin[0] + x * 1e-5]);
    }
    return points;
  }

  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? "");
  findings.forEach((one) => {
    one.sought = [one.name, one.where, one.unit, one.district, one.rule].join("\n").toLowerCase();
    one.places = one.steps.map(positions);
  });

  function inList(one) {
    return one.status === "fail" && (!district || one.district === district) && (!unit || one.unit === unit) &&
      (!words || one.sought.includes(words));
  }

  function onMap(one) {
    if (district && one.district !== district || unit && one.unit !== unit) return false;
    if (one.status === "unknown") return shown.unknown;
    return one.line ? shown.lines : shown.places;
  }

  function draw(go) {
    const visible = findings.filter(onMap);
    const told = (test) => visible.filter(test).flatMap((one) => one.steps.map((steps) => [steps, one.name + "　" + one.where]));
    const parts = chosen ? chosen.steps.map((steps) => [steps, ""]) : [];
    const looked = (chosen ? chosen.sites : []).map(([site, counted, reason]) =>
      [sites[site][0], counted, sites[site][1] + "　" + reasons[reason]]);
    const stock = shown.sites ? sites.map(([steps, name, form]) => [steps, true, name + "　" + form]) : [];
    const fails = visible.filter((one) => one.status === "fail");
    const unknown = visible.length - fails.length;
    const lines = fails.filter((one) => one.line).length;
    group.clearLayers();
    cityMap.findings(map, group, {
      origin, passLines: [], passPlaces: [],
      failLines: told((one) => one.status === "fail" && one.line),
      failPlaces: told((one) => one.status === "fail" && !one.line),
      unknownLines: told((one) => one.status === "unknown" && one.line),
      unknownPlaces: told((one) => one.status === "unknown" && !one.line),
      chosenLines: chosen && chosen.line ? parts : [], chosenPlaces: chosen && !chosen.line ? parts : [],
      sites: chosen ? looked : stock, labels: shown.districts ? data.labels : [],
      legend: [
        ["fail-line", fill(texts.legendLines, {count: lines})],
        ["diamond", fill(texts.legendPlaces, {count: fails.length - lines})],
        ...(shown.unknown ? [["hatched", fill(texts.legendUnknown, {count: unknown})]] : []),
      ],
      fit: null, show: null,
    });
    if (go && chosen) {
      const box = L.latLngBounds(chosen.places.flat());
      map.fitBounds(box.pad(0.6), {maxZoom: 16.5, animate: false});
    }
  }

  const side = document.getElementById("side");
  const head = make("div", "row");
  head.append(make("span", "note", data.area));
  if (data.demo) head.append(make("span", "demo", texts.demo));
  const search = make("input");
  search.type = "search";
  search.placeholder = texts.search;
  search.setAttribute("aria-label", texts.search);
  search.addEventListener("input", () => { words = search.value.trim().toLowerCase(); list(); });
  const choices = make("div", "row pick");
  choices.append(choice(data.districts, texts.allDistricts, (value) => { district = value; }),
                 choice(data.units, texts.allUnits, (value) => { unit = value; }));
  const layers = make("div", "layers");
  Object.keys(shown).forEach((name) => {
    const label = make("label"), box = make("input");
    box.type = "checkbox";
    box.checked = shown[name];
    box.addEventListener("change", () => { shown[name] = box.checked; draw(false); });
    label.append(box, document.createTextNode(" " + texts.layers[name]));
    layers.append(label);
  });
  const rows = make("div", "list"), why = make("div", "why"), foot = make("div", "foot");
  data.foot.filter(Boolean).forEach((line) => foot.append(make("div", "note", line)));
  side.append(head, make("h1", "", data.title), search, choices, layers, rows, why, foot);

  function choice(values, all, apply) {
    const made = make("select");
    [["", all], ...values.map((value) => [value, value])].forEach(([value, text]) => {
      const option = make("option", "", text);
      option.value = value;
      made.append(option);
    });
    made.setAttribute("aria-label", all);
    made.addEventListener("change", () => { apply(made.value); list(); draw(false); });
    return made;
  }

  function list() {
    const found = findings.filter(inList);
    rows.replaceChildren(...found.slice(0, MOST_ROWS).map((one) => {
      const item = make("button", one === chosen ? "item chosen" : "item");
      const top = make("div", "row"), low = make("div", "row note");
      top.append(make("span", "name", one.name), make("span", "fail", one.count));
      low.append(make("span", "cut", one.where), make("span", "", one.unit));
      item.append(top, low);
      item.addEventListener("click", () => choose(one, true));
      return item;
    }));
    if (!found.length) rows.append(make("div", "empty", texts.nothing));
    if (found.length > MOST_ROWS) rows.append(make("div", "empty", fill(texts.more, {count: found.length - MOST_ROWS})));
  }

  function choose(one, go) {
    chosen = one;
    list();
    reason();
    draw(go);
    const item = rows.querySelector(".chosen");
    if (item) item.scrollIntoView({block: "nearest"});
  }

  function reason() {
    why.replaceChildren();
    if (!chosen) {
      why.append(make("div", "note", texts.pick));
      return;
    }
    why.append(make("div", "note", texts.why[chosen.status]), make("h2", "", chosen.name));
    why.append(make("div", "note", [chosen.district, chosen.unit, chosen.where].filter(Boolean).join("　")));
    why.append(make("p", "", chosen.why));
    [chosen.repair, chosen.source].filter(Boolean).forEach((line) => why.append(make("div", "note", line)));
    const rejected = chosen.sites.filter(([, counted]) => !counted).map(([site, , reason]) => sites[site][1] + "（" + reasons[reason] + "）");
    if (rejected.length) why.append(make("div", "note", texts.rejected + rejected.join("、")));
  }

  // Pixels from a click to a finding: the nearest of its points, or of the pieces between them.
  function distance(at, one) {
    let least = Infinity;
    one.places.forEach((points) => {
      const line = points.map((point) => map.latLngToContainerPoint(point));
      if (line.length === 1) least = Math.min(least, at.distanceTo(line[0]));
      for (let i = 1; i < line.length; i += 1) {
        least = Math.min(least, L.LineUtil.pointToSegmentDistance(at, line[i - 1], line[i]));
      }
    });
    return least;
  }

  map.on("click", (event) => {
    const near = findings.filter(onMap).map((one) => [distance(event.containerPoint, one) + (one.line ? 4 : 0), one])
      .filter(([pixels]) => pixels <= PICK_PX).sort((a, b) => a[0] - b[0]);
    choose(near.length ? near[0][1] : null, false);
  });

  list();
  reason();
  draw(false);
})(window.cityMap);
